import { isAbsolute } from 'node:path';
import { requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { join, withoutTrailingSeparators } from '../core/paths.ts';
import { word } from '../sessions/shell-quote.ts';
import type { CommonOptions } from './request.ts';
import { findHomes, realPath, type Skipped } from './find-homes.ts';
import type { Io } from './io.ts';

/** Which homes and which shared links a command is about, and how that was decided. */
export interface Setting {
  readonly homes: readonly string[];
  readonly homesFrom: 'given' | 'found';
  /** The homes that were found but not chosen. Their sessions may write into the chosen ones. */
  readonly otherHomes: readonly string[];
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

/** Decides about homes and links. */
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
  const found = await findHomes(io.home, required);
  if (given.length === 0) {
    return { ...found, homesFrom: 'found', otherHomes: [], searched: io.home, ...links };
  }
  const homes = given.map((path) => absolutePath(path, io));
  const otherHomes = await without(found.homes, homes);
  return { homes, homesFrom: 'given', otherHomes, searched: io.home, skipped: [], ...links };
}

/** The homes that are none of the given ones, by their real paths. */
async function without(
  homes: readonly string[],
  given: readonly string[],
): Promise<readonly string[]> {
  const chosen = new Set(await Promise.all(given.map(realPath)));
  const real = await Promise.all(homes.map(realPath));
  return homes.filter((_, index) => !chosen.has(real[index] ?? ''));
}

/** The shared links that were named on the command line; `undefined`: those that a restore point records. */
export function namedLinks({
  required,
  requiredFrom,
}: Setting): readonly SharedSymlink[] | undefined {
  return requiredFrom === 'home' ? undefined : required;
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
