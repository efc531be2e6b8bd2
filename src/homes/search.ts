import { isAbsolute, sep } from 'node:path';
import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { basename, dirname, isAtOrBelow, join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { type ConfigDirInspector, realConfigDirs } from '../fs/config-dirs.ts';
import { listDirectory, realPathOrUndefined } from '../fs/io.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { realSessionDisk, type SessionReadFs } from '../fs/session-fs.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { readAccount } from './account.ts';
import { byNaturalOrder, expand, type List, WILDCARD } from './expand.ts';
import { type ExaminedHome, stateLinks } from './home.ts';
import {
  containers,
  type Environment,
  type HomeRule,
  layouts,
  neverHomes,
  resolvePattern,
  sessionState,
  STATE_DIRECTORY,
} from './layouts.ts';

/** Options of `findAccountHomes`. */
export interface FindAccountHomesOptions {
  /** The home directory of the user, an absolute path. */
  readonly homeDirectory: string;
  /** The environment: `CLAUDE_CONFIG_DIR`, `XDG_CONFIG_HOME` and `XDG_DATA_HOME` are looked at. Empty by default. */
  readonly env?: Environment | undefined;
  /** Homes that somebody names, as absolute paths; `*` and `?` match within one segment. */
  readonly accountHomes?: readonly string[] | undefined;
  /** The shared links, whose targets are no homes; `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** Whether to count the sessions of each home, with one `stat` for each; true by default. */
  readonly sessions?: boolean | undefined;
  /** Tells which homes running processes use: those of this user by default, or none with an injected `fs`. */
  readonly processInspector?: ConfigDirInspector | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** A directory that could be an account home, and is not taken for one. */
export interface SkippedDirectory {
  readonly path: string;
  /**
   * `shared-target`: homes share it, or it belongs to the state directory of `migrate`. `other-program`: another program
   * keeps its own things there. `no-mark`: it has no file of Claude Code. `not-a-directory`: it is none.
   * `same-directory`: a link to another home. `unreadable`: it can't be read, so it may be a home.
   */
  readonly reason:
    | 'shared-target'
    | 'other-program'
    | 'no-mark'
    | 'not-a-directory'
    | 'same-directory'
    | 'unreadable';
  readonly errno?: string;
}

interface Candidate {
  readonly path: string;
  readonly rule: HomeRule;
  /** Whether it is taken as it is, whatever is in it. */
  readonly isAsked?: boolean;
}

export interface Located extends Candidate {
  readonly real: string;
  readonly isLink: boolean;
}

// Only Claude Code creates these in a config directory.
const MARKS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '.claude.json',
  '.credentials.json',
  'settings.json',
  'sessions',
  'history.jsonl',
]);

const bigint = { bigint: true } as const;

/** One search for homes. */
type Search = Awaited<ReturnType<typeof prepare>>;

export async function prepare(given: FindAccountHomesOptions) {
  const { homeDirectory, env = {}, required = RequiredShared } = given;
  const fs = given.fs === undefined ? realSessionDisk : promisesOf(given.fs);
  const listings = new Map<string, ReturnType<List>>();
  const list: List = (path) => {
    const listing = listings.get(path) ?? listDirectory(fs, path);
    listings.set(path, listing);
    return listing;
  };
  const realHome = await realPath(fs, homeDirectory);
  const targets = new Map(
    await Promise.all(
      required.map(async ({ target }) => [await realPath(fs, target), target] as const),
    ),
  );
  const above = new Set(containers.map((one) => resolvePattern(one, realHome, env)));
  const never = neverHomes.map((one) => resolvePattern(one, realHome, env));
  const under = (pattern: string) => resolvePattern(pattern, homeDirectory, env);
  const skipped: SkippedDirectory[] = [];
  /** Directories that are homes if their `projects` link leads to the projects of one. */
  const sharing: string[] = [];
  return {
    given,
    fs,
    list,
    under,
    /** The required targets, as they are spelled, by their real paths. */
    targets,
    defaultHome: under('~/.claude'),
    /** Whether a real path belongs to something that is no home; if so, to what. */
    notHome: (real: string): SkippedDirectory['reason'] | undefined => {
      const isState = real.split(sep).includes(STATE_DIRECTORY);
      if (isState || targets.has(real)) return 'shared-target';
      const isNever = never.some((directory) => isAtOrBelow(real, directory));
      return isNever || above.has(real) ? 'other-program' : undefined;
    },
    sharing,
    /** The real paths that were decided about. */
    known: new Set<string>(),
    skipped,
  };
}

/** Whatever may be a home by its place, or because somebody names or uses it. */
export async function firstCandidates(search: Search): Promise<readonly Candidate[]> {
  const { given, fs, list, under, skipped } = search;
  const { homeDirectory, env = {}, accountHomes = [] } = given;
  const top = await list(homeDirectory);
  if (!top.ok) skipped.push({ path: homeDirectory, reason: 'unreadable', errno: top.errno });
  const named = await mapLimit(accountHomes, async (path): Promise<readonly Candidate[]> => {
    // A name may have a `*` in it.
    if (!WILDCARD.test(path) || (await exists(fs, path))) {
      return [{ path, rule: 'named', isAsked: true }];
    }
    const matches = await expand(list, sep, path.split(sep).slice(1));
    return matches.toSorted(byNaturalOrder).map((match) => ({ path: match, rule: 'named' }));
  });
  const own = env['CLAUDE_CONFIG_DIR'] ?? '';
  const inspector = given.processInspector ?? (given.fs === undefined ? realConfigDirs : undefined);
  // The inspector may be the caller's, and fail.
  const used = await toResult(Promise.resolve(inspector?.configDirs() ?? []));
  const inLayouts = layouts.map(async (layout) => {
    const { rule, homes } = layout;
    const all = await Promise.all(
      homes.map((one) => {
        const [first = '', ...rest] = one.split('/');
        return expand(list, under(first), rest);
      }),
    );
    const kept = 'needsLogin' in layout ? await withLogin(search, all.flat()) : all.flat();
    return kept.map((path) => ({ path, rule }));
  });
  const candidates: readonly Candidate[] = [
    ...named.flat(),
    ...[own]
      .filter(isAbsolute)
      .map((path) => ({ path, rule: 'environment' as const, isAsked: true })),
    ...(await Promise.all(inLayouts)).flat(),
    ...(used.ok ? used.value : [])
      .filter(isAbsolute)
      .map((path) => ({ path, rule: 'process' as const })),
  ];
  // The first rule counts.
  const seen = new Set<string>();
  return candidates.filter(({ path }) => seen.size !== seen.add(path).size);
}

/** Those of these directories that have a login; remembers those that may share the state of a home. */
async function withLogin(
  { fs, list, sharing }: Search,
  paths: readonly string[],
): Promise<readonly string[]> {
  const judge = async (path: string) => {
    const [config, credentials, projects] = await Promise.all([
      exists(fs, join(path, '.claude.json')),
      exists(fs, join(path, '.credentials.json')),
      toResult(fs.lstat(join(path, 'projects'), bigint)),
    ]);
    if (config && (await readAccount(fs, path, false)) !== undefined) return [path];
    if (credentials) {
      const listed = await list(path);
      const names = new Set((listed.ok ? listed.value : []).map(({ name }) => name));
      if (names.has('settings.json') && names.has('sessions')) return [path];
    }
    if (projects.ok && projects.value.isSymbolicLink()) sharing.push(path);
    return [];
  };
  return (await mapLimit(paths, judge, MANY_AT_ONCE)).flat();
}

/** Those of the candidates that are homes and not known yet; says why the others are none. */
export async function accept(
  search: Search,
  candidates: readonly Candidate[],
): Promise<readonly Located[]> {
  const { fs, known, notHome, skipped } = search;
  const locate = async (one: Candidate) => {
    const entry = await toResult(fs.lstat(one.path, bigint));
    const isLink = entry.ok && entry.value.isSymbolicLink();
    const isGiven = one.rule === 'named' && one.isAsked === true;
    const reason = isGiven ? undefined : await reasonAgainst(search, one);
    return { ...one, isGiven, real: await realPath(fs, one.path), isLink, reason };
  };
  const located = await mapLimit(candidates, locate, MANY_AT_ONCE);
  const accepted: Located[] = [];
  // A directory is the home, and not a link to it, whichever comes first.
  const rank = ({ rule, isLink }: Located) => (rule === 'named' ? 0 : isLink ? 2 : 1);
  for (const one of located.toSorted((a, b) => rank(a) - rank(b))) {
    const { path, real, reason, isGiven } = one;
    const other = one.isAsked === true ? undefined : notHome(real);
    const double = known.has(real) && !isGiven ? ('same-directory' as const) : undefined;
    const against = other ?? reason?.reason ?? double;
    if (against === undefined) accepted.push(one);
    // What a process uses may be gone, and is no riddle.
    else if (one.rule !== 'process') {
      skipped.push({ path, ...(other === undefined ? reason : {}), reason: against });
    }
    known.add(real);
  }
  return accepted;
}

async function reasonAgainst(
  { fs, list, given: { required = RequiredShared } }: Search,
  { path, rule }: Candidate,
): Promise<Omit<SkippedDirectory, 'path'> | undefined> {
  const found = await toResult(fs.stat(path, bigint));
  // Also behind a link to nothing: a volume may not be mounted.
  if (!found.ok) return { reason: 'unreadable', errno: found.errno };
  if (!found.value.isDirectory()) return { reason: 'not-a-directory' };
  const listed = await list(path);
  if (!listed.ok) return { reason: 'unreadable', errno: listed.errno };
  const isStateName = (name: string) =>
    sessionState.includes(name) || required.some((one) => one.name === name);
  const hasMark = listed.value.some(
    // A new home may have nothing but the links.
    ({ name, kind }) => MARKS.has(name) || (kind === 'symlink' && isStateName(name)),
  );
  return hasMark || rule === 'environment' ? undefined : { reason: 'no-mark' };
}

/** The directories that the links of these homes lead to, or that have links to their state. */
export async function linkedCandidates(
  search: Search,
  found: readonly ExaminedHome[],
): Promise<readonly Candidate[]> {
  const { fs, known, sharing } = search;
  const above = found
    .flatMap(({ home }) => stateLinks(home))
    .filter(({ name, realTarget }) => basename(realTarget) === name)
    .map(({ realTarget }) => dirname(realTarget));
  const ledTo = [...new Set(above)].filter((path) => !known.has(path));
  const pools = new Set(found.map(({ projects }) => projects));
  const isSharing = await mapLimit(sharing, async (path) => {
    const [real, projects] = [await realPath(fs, path), await realPath(fs, join(path, 'projects'))];
    return !known.has(real) && pools.has(projects) ? [path] : [];
  });
  const paths = [...(await withLogin({ ...search, sharing: [] }, ledTo)), ...isSharing.flat()];
  return paths.map((path) => ({ path, rule: 'linked' }));
}

async function exists(fs: SessionReadFs, path: string): Promise<boolean> {
  return (await toResult(fs.lstat(path, bigint))).ok;
}

async function realPath(fs: SessionReadFs, path: string): Promise<string> {
  return (await realPathOrUndefined(fs, path)) ?? path;
}
