import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { aFewAtOnce } from '../../sessions/a-few-at-once.ts';
import type { Facts } from './facts.ts';
import { entriesAt, type Found } from './look.ts';

/** What several trees have at one relative path. */
export interface Group {
  /** Relative to the roots. */
  readonly path: string;
  readonly name: string;
  /** By index of the roots; nothing where a tree has nothing there. */
  readonly copies: readonly (Found | undefined)[];
}

/** A directory that is still to be seen, and which trees have it. */
interface Waiting {
  readonly path: string;
  readonly in: readonly boolean[];
}

const DIRECTORIES_AT_ONCE = 3;

/** Looks at the groups of one directory, and says into which of them to go. */
type Visit = (groups: readonly Group[], directory: string) => Promise<readonly Group[]>;

/**
 * Goes through several trees at once, a few directories at a time, never through links.
 *
 * Holds no more than the entries of those directories, and the names of those that are still to be seen.
 */
export async function walkTogether(
  fs: MigrateReadFs,
  roots: readonly string[],
  visit: Visit,
): Promise<void> {
  const waiting: Waiting[] = [{ path: '', in: roots.map(() => true) }];
  const enter = async ({ path, in: isIn }: Waiting) => {
    const listed = await Promise.all(
      roots.map(async (root, index) => (isIn[index] === true ? await list(fs, root, path) : none)),
    );
    const names = [...new Set(listed.flatMap((entries) => [...entries.keys()]))].toSorted();
    const groups = names.map((name) => ({
      path: path === '' ? name : childOf(path, name),
      name,
      copies: listed.map((entries) => entries.get(name)),
    }));
    const inside = await visit(groups, path);
    return inside.map((group) => ({ path: group.path, in: group.copies.map(isDirectory) }));
  };
  // The last ones first: so no more are waiting than lie along one way down.
  while (waiting.length > 0) {
    const next = waiting.splice(-DIRECTORIES_AT_ONCE);
    const found = await aFewAtOnce(next, enter, DIRECTORIES_AT_ONCE);
    waiting.push(...found.flat().toReversed());
  }
}

const none: ReadonlyMap<string, Found> = new Map();

function list(fs: MigrateReadFs, root: string, path: string): Promise<ReadonlyMap<string, Found>> {
  return entriesAt(fs, path === '' ? root : childOf(root, path));
}

export function isDirectory(found: Found | undefined): boolean {
  return found !== undefined && found !== 'unrepresentable' && found.kind === 'directory';
}

export function isFile(found: Found | undefined): found is Facts {
  return found !== undefined && found !== 'unrepresentable' && found.kind === 'file';
}

/** The bytes of all files among some entries. */
export function bytesOf(found: readonly (Found | undefined)[]): number {
  return found.reduce((bytes, it) => bytes + (isFile(it) ? it.size : 0), 0);
}
