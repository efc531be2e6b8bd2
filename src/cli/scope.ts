import { basename, isAbsolute, join, sep } from 'node:path';
import {
  type AccountHome,
  findAccountHomes,
  type SharedPool,
  type SkippedDirectory,
} from '../homes/index.ts';
import { inspectAll, requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { type CommonValues, flagsOf } from './command.ts';
import { loadConfig, type LoadedConfig } from './config.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { didYouMean } from './lists.ts';
import { NAME } from './program.ts';
import { shellWord } from './ui/steps.ts';
import type { NextStep } from './ui/steps.ts';

/** Which homes and which shared links a command is about, and where they come from. */
export interface Scope {
  /** Each once. */
  readonly homes: readonly string[];
  readonly homesFrom: 'given' | 'configured' | 'found';
  /** The one of the homes whose own directories are shared, if there is one: it needs no links. */
  readonly primary?: string;
  /** Homes that were found but not chosen. Their sessions may write into the chosen ones. */
  readonly otherHomes: readonly string[];
  /** Those of them that are left alone because they double another home. */
  readonly doubles: readonly AccountHome[];
  /** Where homes were looked for. */
  readonly searched: string;
  readonly skipped: readonly SkippedDirectory[];
  readonly required: readonly SharedSymlink[];
  /** `home`: under the home directory of the user. `agreed`: where the links of the homes lead already. */
  readonly requiredFrom: 'home' | 'agreed' | 'configured' | 'root' | 'shared';
  /** Where the shared directories are, unless each was named. */
  readonly root?: string;
  /** Groups of homes that share with each other only, where there are several, and nobody said which is meant. */
  readonly groups: readonly SharedPool[];
  readonly config: LoadedConfig;
  /** How this command was called, for command lines to be copied. */
  readonly program: string;
}

/** A path as it was typed, made absolute. No shell expands the `~` in `--home=~/x`, and `..` stays: it is physical. */
export function absolutePath(path: string, { cwd, home }: Pick<Io, 'cwd' | 'home'>): string {
  const expanded = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
  const absolute = isAbsolute(expanded) ? expanded : cwd + sep + expanded;
  return absolute.replace(/(?<=.)\/+$/, '');
}

/** Decides about homes and links: by the options, else by the configuration, else by what is on the disk. */
export async function scopeFor(
  common: CommonValues,
  io: Pick<Io, 'cwd' | 'env' | 'home' | 'processInspector'>,
): Promise<Scope> {
  const config = await loadConfig(io);
  const given = common.home ?? config.values.homes;
  const homesFrom =
    common.home !== undefined ? 'given' : given !== undefined ? 'configured' : 'found';
  const links = linksFor(common, config, io);
  const found = await findAccountHomes({
    homeDirectory: io.home,
    env: io.env,
    accountHomes: (given ?? []).map((path) => absolutePath(path, io)),
    required: links.required,
    sessions: false,
    processInspector: io.processInspector,
  });
  // What another program runs elsewhere, for a test say, is its own business.
  const isNear = ({ rule, accountHome }: AccountHome) =>
    (rule !== 'process' && rule !== 'linked') || accountHome.startsWith(join(io.home, sep));
  const near = found.homes.filter(isNear).map(({ accountHome }) => accountHome);
  const pools = found.pools.filter(({ accountHomes }) => sharesAny(accountHomes, near));
  const related = new Set([...near, ...pools.flatMap(({ accountHomes }) => accountHomes)]);
  const homes = found.homes.filter(({ accountHome }) => related.has(accountHome));
  const isChosen = ({ rule, remarks, links: linked }: AccountHome) => {
    if (rule === 'named') return true;
    if (rule === 'environment') return homesFrom !== 'given';
    const isShared = linked.some(({ name, realTarget }) => name === 'projects' && realTarget);
    return given === undefined && (remarks.length === 0 || isShared);
  };
  const chosen = homes.filter(isChosen).map(({ accountHome }) => accountHome);
  const others = homes.filter((home) => !isChosen(home));
  const own = pools.filter(({ accountHomes }) => sharesAny(accountHomes, chosen));
  const candidates = own.length === 0 ? pools : own;
  const agreement = links.requiredFrom === 'home' ? agreementOf(candidates, links.required) : {};
  const { agreed, groups = [] } = agreement;
  // Who names the primary home means to move its state elsewhere.
  const isAgreed = agreed !== undefined && !(common.home && chosen.includes(agreed.primary ?? ''));
  const inForce = isAgreed ? ({ required: agreed.links, requiredFrom: 'agreed' } as const) : links;
  const primary =
    // A single home has nobody to share with: that is a mistake, and is told as one.
    homesFrom === 'given' || chosen.length < 2
      ? undefined
      : chosen.find(
          (home) =>
            inForce.required.some(({ target }) => target.startsWith(home + sep)) ||
            (isAgreed && home === agreed.primary),
        );
  const scope: Scope = {
    homes: chosen,
    homesFrom,
    ...(primary === undefined ? {} : { primary }),
    otherHomes: others.map(({ accountHome }) => accountHome),
    doubles: homesFrom === 'found' ? others.filter(({ remarks }) => remarks.length > 0) : [],
    searched: io.home,
    skipped: homesFrom === 'found' ? found.skipped : [],
    groups,
    config,
    program: io.env['npm_command'] === 'exec' ? `npx ${NAME}` : NAME,
    ...inForce,
  };
  if (given !== undefined && chosen.length === 0) {
    throw new UsageError(`no account home matches ${given.join(' or ')}`);
  }
  if (homesFrom === 'given') await requireThatExist('--home', chosen, scope);
  if (homesFrom === 'configured') {
    await requireThatExist(`"homes" in ${config.path}`, homesToLink(scope), scope);
  }
  return scope;
}

/** The links that the options or the configuration name; those under the home directory if none does. */
function linksFor(
  { root: givenRoot, shared: givenLinks }: CommonValues,
  { values }: LoadedConfig,
  io: Pick<Io, 'cwd' | 'home'>,
): Pick<Scope, 'required' | 'requiredFrom' | 'root'> {
  const isGiven = givenRoot !== undefined || givenLinks !== undefined;
  const configured =
    values.shared && Object.entries(values.shared).map(([name, target]) => ({ name, target }));
  const [root, shared] = isGiven ? [givenRoot, givenLinks] : [values.root, configured];
  if (shared !== undefined) {
    return {
      required: shared.map(({ name, target }) => ({ name, target: absolutePath(target, io) })),
      requiredFrom: isGiven ? 'shared' : 'configured',
    };
  }
  const place = root === undefined ? io.home : absolutePath(root, io);
  const requiredFrom = root === undefined ? 'home' : isGiven ? 'root' : 'configured';
  return { required: requiredSharedUnder(place), requiredFrom, root: place };
}

function sharesAny(paths: readonly string[], others: readonly string[]): boolean {
  return paths.some((path) => others.includes(path));
}

function isGroup({ accountHomes }: SharedPool): boolean {
  return accountHomes.length > 1;
}

/** What the homes agree on, if they share already, and not in the usual place; or the groups in which they do. */
function agreementOf(
  pools: readonly SharedPool[],
  required: readonly SharedSymlink[],
): { readonly agreed?: SharedPool; readonly groups?: readonly SharedPool[] } {
  const isUsual = ({ links }: SharedPool) =>
    links.some(({ target }) => required.some((link) => link.target === target));
  const [first, ...others] = pools;
  if (first === undefined) return {};
  if (others.length === 0) return isUsual(first) || !isGroup(first) ? {} : { agreed: first };
  // A single home that has left the usual place is mistaken rather than a group.
  return pools.some(isUsual) && !pools.every(isGroup) ? {} : { groups: pools };
}

/** The homes that need links: all but the one that has what is shared. */
export function homesToLink({ homes, primary }: Scope): readonly string[] {
  return homes.filter((home) => home !== primary);
}

/** Refuses to act where that would mix groups of homes that share nothing with each other. */
export function requireOneGroup({ groups }: Scope): void {
  if (groups.length === 0) return;
  throw new UsageError(
    `the homes share their sessions in ${groups.length} groups: name the homes of one with --home, and its directories with --shared, as doctor prints them`,
  );
}

/** A home that does not exist is a typing mistake. */
async function requireThatExist(
  option: string,
  homes: readonly string[],
  scope: Scope,
): Promise<void> {
  // Whether they exist does not depend on where their links lead.
  const reports = await inspectAll(homes, { required: requiredSharedUnder(scope.searched) });
  const missing = reports.find(({ problems }) =>
    problems.some((problem) => problem.code === 'directory-missing' && problem.role === 'home'),
  );
  if (missing === undefined) return;
  const { accountHome } = missing;
  const known = [...scope.homes, ...scope.otherHomes].filter((home) => home !== accountHome);
  throw new UsageError(
    `${option}: there is no account home ${accountHome}${didYouMean(accountHome, known, basename)}`,
  );
}

/** The home that an option such as `--account` or `--to` names; it must exist. */
export async function accountFor(
  path: string,
  scope: Scope,
  io: Pick<Io, 'cwd' | 'home'>,
  option = '--account',
): Promise<string> {
  const home = absolutePath(path, io);
  if (!scope.homes.includes(home)) await requireThatExist(option, [home], scope);
  return home;
}

/** The shared links that were named on the command line; `undefined`: those that a restore point records. */
export function namedLinks(scope: Scope): readonly SharedSymlink[] | undefined {
  const isNamed = scope.requiredFrom !== 'home' && scope.requiredFrom !== 'agreed';
  return isNamed ? scope.required : undefined;
}

/** A whole command line to type next, for the same homes and links, or for some of the homes. */
export function stepFor(
  scope: Scope,
  words: readonly string[],
  purpose: string,
  homes?: readonly string[],
): NextStep {
  const all = [...words, ...scopeFlags(scope, homes)];
  return { command: [scope.program, ...all.map(shellWord)].join(' '), purpose };
}

/** The options that name the same homes and links again, as far as they are not found without. */
export function scopeFlags(
  { homes: all, homesFrom, required, requiredFrom, root }: Scope,
  homes: readonly string[] = all,
): readonly string[] {
  const isEach = homesFrom === 'given' || homes.length !== all.length;
  const isLinks = requiredFrom === 'shared' || requiredFrom === 'agreed';
  return flagsOf({
    home: isEach ? homes : undefined,
    root: requiredFrom === 'root' ? root : undefined,
    shared: isLinks ? required.map(({ name, target }) => `${name}=${target}`) : undefined,
  });
}
