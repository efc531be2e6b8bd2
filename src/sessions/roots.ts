import { type Result, type Failure, toResult } from '../core/result.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { textOf } from '../fs/port.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import type { SharedSymlink } from '../links/required.ts';
import { join } from '../core/paths.ts';

/** One way to a directory of projects. */
export interface Way {
  readonly path: string;
  /** Absent for the shared target itself. */
  readonly accountHome?: string;
}

/** A directory of projects, with all the ways that lead to it: that of the home first. */
export interface ProjectsRoot {
  readonly ways: readonly [Way, ...Way[]];
}

/** Where projects are, each real directory once, and what could not be looked at. */
export interface Roots {
  readonly roots: readonly ProjectsRoot[];
  readonly failures: readonly (Way & { readonly failure: Failure })[];
}

/** Finds the directories of projects of all homes, and the shared one. */
export async function findRoots(
  fs: SessionReadFs,
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
): Promise<Roots> {
  const ways: readonly Way[] = [
    ...accountHomes.map((accountHome) => ({
      path: join(accountHome, 'projects'),
      accountHome,
    })),
    ...required.filter(({ name }) => name === 'projects').map(({ target }) => ({ path: target })),
  ];
  const looked = await Promise.all(
    ways.map(async (way) => ({ way, identity: await directoryAt(fs, way.path) })),
  );
  const byIdentity = new Map<string, [Way, ...Way[]]>();
  const failures: (Way & { readonly failure: Failure })[] = [];
  for (const { way, identity } of looked) {
    if (!identity.ok) {
      failures.push({ ...way, failure: identity });
      continue;
    }
    const others = byIdentity.get(identity.value);
    if (others === undefined) byIdentity.set(identity.value, [way]);
    else others.push(way);
  }
  return { roots: [...byIdentity.values()].map((ways) => ({ ways })), failures };
}

/** What is equal for one and the same directory, however it is reached. */
async function directoryAt(fs: SessionReadFs, path: string): Promise<Result<string>> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return stats;
  const entry = entryOf(stats.value);
  if (entry.kind !== 'directory') return { ok: false, errno: 'ENOTDIR', error: undefined };
  const identity = identityOf(entry);
  if (identity !== undefined) return { ok: true, value: identity };
  const real = await toResult(fs.realpath(path));
  return real.ok ? { ok: true, value: textOf(real.value) } : real;
}
