import { basename, isAbsolute, sep } from 'node:path';
import { findAccountHomes, type SkippedDirectory } from '../homes/index.ts';
import { inspectAll, requiredSharedUnder, type SharedSymlink } from '../index.ts';
import type { CommonValues } from './command.ts';
import type { Io } from './io.ts';
import { didYouMean, nearest } from './nearest.ts';
import { NAME } from './program.ts';
import { shellWord } from './ui/shell.ts';
import { UsageError } from './usage-error.ts';

/** Which homes and which shared links a command is about, and where they come from. */
export interface Scope {
  /** Each once. */
  readonly homes: readonly string[];
  readonly homesFrom: 'given' | 'found';
  /** Homes that were found but not chosen. Their sessions may write into the chosen ones. */
  readonly otherHomes: readonly string[];
  /** Where homes were looked for. */
  readonly searched: string;
  readonly skipped: readonly SkippedDirectory[];
  readonly required: readonly SharedSymlink[];
  /** `home`: under the home directory of the user. */
  readonly requiredFrom: 'home' | 'root' | 'shared';
  /** Where the shared directories are, unless each was named. */
  readonly root?: string;
}

/** A path as it was typed, made absolute. No shell expands the `~` in `--home=~/x`, and `..` stays: it is physical. */
export function absolutePath(path: string, { cwd, home }: Pick<Io, 'cwd' | 'home'>): string {
  const expanded = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
  const absolute = isAbsolute(expanded) ? expanded : cwd + sep + expanded;
  return absolute.replace(/(?<=.)\/+$/, '');
}

/** Decides about homes and links. */
export async function scopeFor(
  { home: given = [], root: givenRoot, shared }: CommonValues,
  io: Pick<Io, 'cwd' | 'home'>,
): Promise<Scope> {
  const root = givenRoot === undefined ? io.home : absolutePath(givenRoot, io);
  const links =
    shared === undefined
      ? ({
          required: requiredSharedUnder(root),
          requiredFrom: givenRoot === undefined ? 'home' : 'root',
          root,
        } as const)
      : ({
          required: shared.map(({ name, target }) => ({ name, target: absolutePath(target, io) })),
          requiredFrom: 'shared',
        } as const);
  const { required } = links;
  const searched = io.home;
  const homes = [...new Set(given.map((path) => absolutePath(path, io)))];
  const { homes: all, skipped } = await findAccountHomes({
    homeDirectory: io.home,
    required,
    accountHomes: homes,
    sessions: false,
    processInspector: { configDirs: () => Promise.resolve([]) },
  });
  const found = all.filter(({ rule }) => rule === 'claude').map(({ accountHome }) => accountHome);
  if (homes.length === 0) {
    return { homes: found, skipped, homesFrom: 'found', otherHomes: [], searched, ...links };
  }
  const scope = {
    homes,
    homesFrom: 'given',
    otherHomes: found,
    searched,
    skipped: [],
    ...links,
  } as const;
  await requireThatExist('--home', homes, scope);
  return scope;
}

/** A home that does not exist is a typing mistake. */
async function requireThatExist(
  option: string,
  homes: readonly string[],
  { required, ...scope }: Scope,
): Promise<void> {
  const reports = await inspectAll(homes, { required });
  const missing = reports.find(({ problems }) =>
    problems.some((problem) => problem.code === 'directory-missing' && problem.role === 'home'),
  );
  if (missing === undefined) return;
  const { accountHome } = missing;
  const known = [...scope.homes, ...scope.otherHomes].filter((home) => home !== accountHome);
  throw new UsageError(
    `${option}: there is no account home ${accountHome}${didYouMean(nearest(accountHome, known, basename))}`,
  );
}

/** The home that `--account` names; it has to exist. */
export async function accountFor(
  path: string,
  scope: Scope,
  io: Pick<Io, 'cwd' | 'home'>,
): Promise<string> {
  const home = absolutePath(path, io);
  if (!scope.homes.includes(home)) await requireThatExist('--account', [home], scope);
  return home;
}

/** The shared links that were named on the command line; `undefined`: those that a restore point records. */
export function namedLinks(scope: Scope): readonly SharedSymlink[] | undefined {
  return scope.requiredFrom === 'home' ? undefined : scope.required;
}

/** A whole command line for the same homes and links, or for some of the homes: to be copied into a shell. */
export function commandLine(
  env: Io['env'],
  { homes: all, homesFrom, required, requiredFrom, root }: Scope,
  words: readonly string[],
  homes: readonly string[] = all,
): string {
  const isEach = homesFrom === 'given' || homes.length !== all.length;
  const flags = [
    ...(isEach ? homes.flatMap((home) => ['--home', home]) : []),
    ...(requiredFrom === 'root' && root !== undefined ? ['--root', root] : []),
    ...(requiredFrom === 'shared'
      ? required.flatMap(({ name, target }) => ['--shared', `${name}=${target}`])
      : []),
  ];
  const program = env['npm_command'] === 'exec' ? `npx ${NAME}` : NAME;
  return [program, ...[...words, ...flags].map(shellWord)].join(' ');
}
