import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { toResult } from '../core/result.ts';
import type { SharedSymlink } from '../index.ts';
import { join, basename } from '../core/paths.ts';

/** A directory that looks like an account home by its name, and is not taken for one. */
export interface Skipped {
  readonly path: string;
  /**
   * `shared-target`: it is one, by its real path, or belongs to the state directory of `migrate`. `no-mark`: nothing of Claude Code is in it. `not-a-directory`:
   * it is none. `same-directory`: another one of them leads there, too. `unreadable`: it could not be looked at.
   */
  readonly reason:
    | 'shared-target'
    | 'no-mark'
    | 'not-a-directory'
    | 'same-directory'
    | 'unreadable';
  readonly errno?: string;
}

export interface FoundHomes {
  readonly homes: readonly string[];
  readonly skipped: readonly Skipped[];
}

interface Candidate {
  readonly path: string;
  readonly real: string;
}

// Under each shared root, and so often among the homes: locks, archives and temporary copies of `migrate`.
const STATE_DIRECTORY = '.claude-shared-state';

// What Claude Code makes in a config directory, and nobody else.
const MARKS = ['.claude.json', '.credentials.json', 'settings.json', 'sessions', 'history.jsonl'];

/** Finds the account homes in the home directory of the user, and says what it did not take for one. */
export async function findHomes(
  directory: string,
  required: readonly SharedSymlink[],
): Promise<FoundHomes> {
  const listed = await toResult(readdir(directory));
  if (!listed.ok) {
    return { homes: [], skipped: [{ path: directory, reason: 'unreadable', errno: listed.errno }] };
  }
  const names = listed.value.filter((name) => name === '.claude' || name.startsWith('.claude-'));
  const targets = new Set(await Promise.all(required.map(({ target }) => realPath(target))));
  const candidates = await Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(directory, name);
      return { path, real: await realPath(path), against: await reasonAgainst(path, required) };
    }),
  );
  const root = await realPath(directory);
  const isItself = ({ path, real }: Candidate) => join(root, basename(path)) === real;
  const own = new Set(candidates.filter(isItself).map(({ real }) => real));
  const seen = new Set<string>();
  const homes: string[] = [];
  const skipped: Skipped[] = [];
  for (const { path, real, against } of candidates) {
    // The directory itself is the home, not a link to it, whichever comes first.
    const isAlias = own.has(real) ? !isItself({ path, real }) : seen.has(real);
    if (targets.has(real) || isOfState(real)) skipped.push({ path, reason: 'shared-target' });
    else if (against !== undefined) skipped.push({ path, ...against });
    else if (isAlias) skipped.push({ path, reason: 'same-directory' });
    else homes.push(path);
    seen.add(real);
  }
  return { homes, skipped };
}

function isOfState(path: string): boolean {
  return path.split(sep).includes(STATE_DIRECTORY);
}

/** The real path; the path itself if it can't be resolved. */
export async function realPath(path: string): Promise<string> {
  const real = await toResult(realpath(path));
  return real.ok ? real.value : path;
}

async function reasonAgainst(
  path: string,
  required: readonly SharedSymlink[],
): Promise<Omit<Skipped, 'path'> | undefined> {
  const found = await toResult(stat(path));
  // Also behind a link that leads to nothing: a volume may not be mounted.
  if (!found.ok) return { reason: 'unreadable', errno: found.errno };
  if (!found.value.isDirectory()) return { reason: 'not-a-directory' };
  const listed = await toResult(readdir(path));
  if (!listed.ok) return { reason: 'unreadable', errno: listed.errno };
  if (MARKS.some((mark) => listed.value.includes(mark))) return undefined;
  // A new home, of which only the links have been made.
  for (const { name } of required) {
    const link = await toResult(lstat(join(path, name)));
    if (link.ok && link.value.isSymbolicLink()) return undefined;
  }
  return { reason: 'no-mark' };
}
