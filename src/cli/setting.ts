import { isAbsolute } from 'node:path';
import { requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { join, withoutTrailingSeparators } from '../paths.ts';
import { word } from '../sessions/shell-quote.ts';
import type { CommonOptions } from './request.ts';
import { findHomes, type Skipped } from './find-homes.ts';
import type { Io } from './io.ts';

/** Which homes and which shared links a command is about, and how that was decided. */
export interface Setting {
  readonly homes: readonly string[];
  readonly homesFrom: 'given' | 'found';
  /** Where homes were looked for. */
  readonly searched: string;
  readonly skipped: readonly Skipped[];
  readonly required: readonly SharedSymlink[];
  /** `home`: under the home directory of the user. */
  readonly requiredFrom: 'home' | 'root' | 'shared';
  /** Where the shared directories are, unless each was named. */
  readonly root?: string;
}

/** A path as it was typed, as an absolute one; a shell does not expand the `~` of `--home=~/x`. */
export function absolutePath(path: string, { cwd, home }: Pick<Io, 'cwd' | 'home'>): string {
  const expanded = path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
  const absolute = isAbsolute(expanded) ? expanded : join(cwd, expanded);
  return withoutTrailingSeparators(absolute);
}

/** Decides about homes and links; looks for homes only where none was named. */
export async function settingFor(
  { home: given = [], root: givenRoot, shared = [] }: CommonOptions,
  io: Pick<Io, 'cwd' | 'home'>,
): Promise<Setting> {
  const root = givenRoot === undefined ? io.home : absolutePath(givenRoot, io);
  const isNamed = shared.length > 0;
  const required = isNamed
    ? shared.map(({ name, target }) => ({ name, target: absolutePath(target, io) }))
    : requiredSharedUnder(root);
  const links = isNamed
    ? ({ required, requiredFrom: 'shared' } as const)
    : ({ required, requiredFrom: givenRoot === undefined ? 'home' : 'root', root } as const);
  if (given.length > 0) {
    const homes = given.map((path) => absolutePath(path, io));
    return { homes, homesFrom: 'given', searched: io.home, skipped: [], ...links };
  }
  const found = await findHomes(io.home, required);
  return { ...found, homesFrom: 'found', searched: io.home, ...links };
}

/** How the command is called here, so that what is printed can be typed as it is. */
function programName(env: Io['env']): string {
  return env['npm_command'] === 'exec' ? 'npx claude-shared-state' : 'claude-shared-state';
}

/** A whole command line for the same homes and links, or for some of the homes: to be copied into a shell. */
export function commandLine(
  env: Io['env'],
  { homes: all, homesFrom, required, requiredFrom, root }: Setting,
  words: readonly string[],
  homes: readonly string[] = all,
): string {
  const isEach = homesFrom === 'given' || homes.length !== all.length;
  const flags = [
    ...(isEach ? [...new Set(homes)].flatMap((home) => ['--home', home]) : []),
    ...(requiredFrom === 'root' && root !== undefined ? ['--root', root] : []),
    ...(requiredFrom === 'shared'
      ? required.flatMap(({ name, target }) => ['--shared', `${name}=${target}`])
      : []),
  ];
  return [programName(env), ...[...words, ...flags].map(word)].join(' ');
}
