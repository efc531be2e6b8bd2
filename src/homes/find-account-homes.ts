import { sep } from 'node:path';
import { join, basename } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { type FsLike, promisesOf, textOf } from '../fs/port.ts';
import { realSessionDisk, type SessionReadFs } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../links/required.ts';

/** The calls that finding homes needs. */
type FindHomesFs = Pick<SessionReadFs, 'lstat' | 'opendir' | 'realpath' | 'stat'>;

/** A directory with the name of an account home that is not taken for one. */
export interface SkippedDirectory {
  readonly path: string;
  /**
   * `shared-target`: it is a shared target, by its real path, or belongs to the state directory of `migrate`. `no-mark`:
   * it has no file of Claude Code. `not-a-directory`: it is none. `same-directory`: a link to another home.
   * `unreadable`: it can't be read, so it may be a home.
   */
  readonly reason:
    | 'shared-target'
    | 'no-mark'
    | 'not-a-directory'
    | 'same-directory'
    | 'unreadable';
  readonly errno?: string;
}

/** The account homes in a directory, and what was skipped. */
interface FoundHomes {
  readonly homes: readonly string[];
  readonly skipped: readonly SkippedDirectory[];
}

interface Candidate {
  readonly path: string;
  readonly real: string;
}

// Under each shared root, and so often among the homes: locks, archives and temporary copies of `migrate`.
const STATE_DIRECTORY = '.claude-shared-state';

// Only Claude Code creates these in a config directory.
const MARKS = new Set([
  '.claude.json',
  '.credentials.json',
  'settings.json',
  'sessions',
  'history.jsonl',
]);

const bigint = { bigint: true } as const;

/**
 * Finds the account homes in a user's home directory: `.claude` and every `.claude-*` that has a file of Claude Code or
 * a shared link. Reads only.
 *
 * @param directory - An absolute path.
 * @param options - `required`: the shared links. `except`: homes that are known already; they and links to them are skipped
 * as `same-directory`. `fs`: the file system to read from; the real disk by default.
 * @returns The homes in natural order, and what was skipped; never rejects for what is on the disk.
 *
 * @example Which homes are there?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { findAccountHomes } from 'claude-shared-state/homes';
 *
 * const { fs } = memfs({ '/me/.claude/settings.json': '{}', '/me/.claude-backup/x': '' });
 * const { homes, skipped } = await findAccountHomes('/me', { required: [], fs });
 * assert.deepEqual(homes, ['/me/.claude']);
 * assert.equal(skipped[0]?.reason, 'no-mark');
 * ```
 */
export async function findAccountHomes(
  directory: string,
  options: {
    readonly required: readonly SharedSymlink[];
    readonly except?: readonly string[] | undefined;
    readonly fs?: FsLike<FindHomesFs> | undefined;
  },
): Promise<FoundHomes> {
  const { required, except = [] } = options;
  const fs = options.fs === undefined ? realSessionDisk : promisesOf(options.fs);
  const realPath = async (path: string) => {
    const real = await toResult(fs.realpath(path));
    return real.ok ? textOf(real.value) : path;
  };
  const listed = await listDirectory(fs, directory);
  if (!listed.ok) {
    return { homes: [], skipped: [{ path: directory, reason: 'unreadable', errno: listed.errno }] };
  }
  const names = listed.value
    .map(({ name }) => name)
    .filter((name) => name === '.claude' || name.startsWith('.claude-'))
    .toSorted(new Intl.Collator('en', { numeric: true }).compare);
  const targets = new Set(await Promise.all(required.map(({ target }) => realPath(target))));
  const candidates = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      return { path, real: await realPath(path), against: await reasonAgainst(fs, path, required) };
    }),
  );
  const known = new Set(await Promise.all(except.map(realPath)));
  const root = await realPath(directory);
  const isItself = ({ path, real }: Candidate) => join(root, basename(path)) === real;
  const own = new Set(candidates.filter(isItself).map(({ real }) => real));
  const seen = new Set<string>();
  const homes: string[] = [];
  const skipped: SkippedDirectory[] = [];
  for (const { path, real, against } of candidates) {
    // The directory itself is the home, not a link to it, whichever comes first.
    const isAlias = own.has(real) ? !isItself({ path, real }) : seen.has(real);
    const isOfState = real.split(sep).includes(STATE_DIRECTORY);
    if (targets.has(real) || isOfState) skipped.push({ path, reason: 'shared-target' });
    else if (against !== undefined) skipped.push({ path, ...against });
    else if (isAlias || known.has(real)) skipped.push({ path, reason: 'same-directory' });
    else homes.push(path);
    seen.add(real);
  }
  return { homes, skipped };
}

async function reasonAgainst(
  fs: FindHomesFs,
  path: string,
  required: readonly SharedSymlink[],
): Promise<Omit<SkippedDirectory, 'path'> | undefined> {
  const found = await toResult(fs.stat(path, bigint));
  // Also behind a link to nothing: a volume may not be mounted.
  if (!found.ok) return { reason: 'unreadable', errno: found.errno };
  if (!found.value.isDirectory()) return { reason: 'not-a-directory' };
  const listed = await listDirectory(fs, path);
  if (!listed.ok) return { reason: 'unreadable', errno: listed.errno };
  if (listed.value.some(({ name }) => MARKS.has(name))) return undefined;
  // A new home, of which only the links exist yet.
  for (const { name } of required) {
    const link = await toResult(fs.lstat(join(path, name), bigint));
    if (link.ok && link.value.isSymbolicLink()) return undefined;
  }
  return { reason: 'no-mark' };
}
