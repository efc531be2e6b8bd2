import { dirname, withoutTrailingSeparators } from '../core/paths.ts';
import { boundsOf, findOverlaps, type Overlap } from './contain.ts';
import { type Creation, type PlannedState, simulate } from './creations.ts';
import type { DirectoryFacts, HomeFacts, LinkFacts, SharedFacts } from './inspect.ts';
import { type Finding, finding } from './problems.ts';
import type { LinkReport } from './report.ts';
import { DefaultSharedRoot, RequiredShared, type SharedSymlink } from './required.ts';

export interface PlannedHome {
  readonly accountHome: string;
  readonly links: readonly LinkReport[];
  readonly findings: readonly Finding[];
}

/** What is safe to create, and what is wrong; the same for the dry run and for the real one. */
export interface LinkPlan {
  readonly homes: readonly PlannedHome[];
  /** In an order in which they can be created. */
  readonly creations: readonly Creation[];
}

/** Decides from the facts alone; touches nothing. */
export function planLinks(facts: SharedFacts, required: readonly SharedSymlink[]): LinkPlan {
  const planned = simulate(facts);
  const overlaps = overlapsIn(facts, required, planned);
  const shared = facts.targets.flatMap((target) => directoryFindings('target', target, planned));
  const homes = facts.homes.map((home) => planHome(home, shared, planned));
  return overlaps.length > 0
    ? { homes: refused(homes, overlaps), creations: [] }
    : { homes, creations: withWarnings(facts, required, planned) };
}

function overlapsIn(
  { homes, targets }: SharedFacts,
  required: readonly SharedSymlink[],
  { resolvesTo }: PlannedState,
): readonly Overlap[] {
  // Real paths are known if something looked wrong: nothing else can do harm.
  return findOverlaps(
    homes.flatMap(({ directory }) =>
      directory?.place === undefined
        ? []
        : boundsOf(directory.path, resolvesTo(directory.place.path)),
    ),
    required.flatMap(({ name }, index) => {
      const { path = '', place } = targets[index] ?? {};
      return place === undefined
        ? []
        : boundsOf(path, resolvesTo(place.path), name, place.missing.length > 0);
    }),
  );
}

/** Nothing is created anywhere, so nothing is reported that creating would resolve; each home says why. */
function refused(
  homes: readonly PlannedHome[],
  overlaps: readonly Overlap[],
): readonly PlannedHome[] {
  const about = (home: string | undefined) =>
    overlaps.filter(({ accountHome }) => accountHome === home).map((overlap) => overlap.finding);
  const ofTargets = about(undefined);
  const common =
    ofTargets.length > 0 ? ofTargets : overlaps.slice(0, 1).map((overlap) => overlap.finding);
  return homes.map(({ accountHome, links, findings }) => ({
    accountHome,
    links,
    findings: [
      ...findings.filter(({ problem }) => problem.remedy !== 'ensure'),
      ...new Set([...about(accountHome), ...common]),
    ],
  }));
}

const GROUP_AND_OTHERS = 0o077;
const OWNER_SEARCH = 0o100;

/** Whether group or others can enter a directory. */
export function isExposed(mode: number): boolean {
  // Windows shows every directory as open to all, and searchable by nobody: that says nothing.
  return (mode & GROUP_AND_OTHERS) !== 0 && (mode & OWNER_SEARCH) !== 0;
}

function directoryFindings(
  role: 'home' | 'target',
  directory: DirectoryFacts,
  { usablePath }: PlannedState,
): readonly Finding[] {
  const { path, failure, entry } = directory;
  // One that dangles, and that something else to be created brings to life, is merely missing.
  const state =
    usablePath(directory) !== undefined && entry === undefined ? 'missing' : directory.state;
  if (state === 'missing') return [finding('directory-missing', { path, role })];
  if (state === 'ready') {
    const mode = (entry?.mode ?? 0) & 0o777;
    return role === 'target' && isExposed(mode) ? [finding('target-exposed', { path, mode })] : [];
  }
  const errno = failure === undefined ? {} : { errno: failure.errno };
  return [finding('directory-unusable', { path, role, reason: state, ...errno }, failure?.error)];
}

function planHome(
  { accountHome, directory, links }: HomeFacts,
  shared: readonly Finding[],
  planned: PlannedState,
): PlannedHome {
  const isReady = directory === undefined || directory.state === 'ready';
  // If the home is the trouble, one problem says it, not one per link. And a home that cannot be
  // written, say, is no trouble as long as nothing has to be created in it.
  const home =
    isReady || !links.some(needsHome) ? [] : directoryFindings('home', directory, planned);
  const own = links
    .filter((link) => isReady || !needsHome(link))
    .flatMap((link) => linkFindings(accountHome, link, planned));
  return { accountHome, links: links.map(reportOf), findings: [...home, ...own, ...shared] };
}

function needsHome({ state }: LinkFacts): boolean {
  return state === 'missing' || state === 'unreadable';
}

function reportOf({ name, path, target, state, storedTarget }: LinkFacts): LinkReport {
  const text = storedTarget === undefined ? {} : { storedTarget };
  return { name, path, target: target.path, state, ...text };
}

const linkCodes = {
  linked: undefined,
  equivalent: undefined,
  missing: 'link-missing',
  divergent: 'divergent-link',
  dangling: 'dangling-link',
  loop: 'dangling-link',
  directory: 'not-a-symlink',
  file: 'link-blocked',
  other: 'link-blocked',
  unreadable: 'link-blocked',
} as const;

function linkFindings(
  accountHome: string,
  link: LinkFacts,
  { resolvesTo, willExist }: PlannedState,
): readonly Finding[] {
  const { path, place, target, failure } = link;
  const end = place === undefined ? undefined : resolvesTo(place.path);
  if (end !== undefined && end === target.place?.path) {
    // What is wrong with a link that awaits its target is the target, and that says so itself;
    // unless it was there a moment before.
    const isGone = target.state === 'ready' && place?.path === end;
    return isGone ? [finding('concurrent-modification', { path, errno: 'ENOENT' })] : [];
  }
  const willDiverge = end !== undefined && willExist(end);
  const code = willDiverge ? 'divergent-link' : linkCodes[link.state];
  if (code === undefined) return [];
  const errno = failure === undefined ? {} : { errno: failure.errno };
  return [finding(code, { ...reportOf(link), accountHome, ...errno }, failure?.error)];
}

/** The creations, each with what is to be said once it has been done. */
function withWarnings(
  { homes, targets }: SharedFacts,
  required: readonly SharedSymlink[],
  { creations, resolvesTo }: PlannedState,
): readonly Creation[] {
  const warnings = new Map<string, Finding[]>();
  const warn = (path: string | undefined, warning: Finding) => {
    if (path !== undefined) warnings.set(path, [...(warnings.get(path) ?? []), warning]);
  };
  const ends = new Set(targets.map(({ place }) => place?.path));
  const roots = new Set(targets.map(({ place }) => place?.missing.at(-2)));
  const first = creations.find(({ path }) => roots.has(path) || ends.has(path))?.path;
  if (required === RequiredShared && (roots.has(first) || !homes.some(isInDefaultRoot))) {
    warn(first, finding('default-root-used', { path: DefaultSharedRoot }));
  }
  for (const { accountHome, directory } of homes) {
    warn(directory?.place?.path, finding('home-created', { path: accountHome }));
  }
  const behindLinks = new Set(
    homes.flatMap(({ links }) =>
      links.flatMap(({ place }) => (place === undefined ? [] : resolvesTo(place.path))),
    ),
  );
  for (const { path, place } of targets) {
    if (place !== undefined && behindLinks.has(place.path)) {
      warn(place.path, finding('target-recreated', { path }));
    }
  }
  return creations.map((creation) => {
    const due = creation.linkTo === undefined ? (warnings.get(creation.path) ?? []) : [];
    return due.length === 0 ? creation : { ...creation, warnings: due };
  });
}

function isInDefaultRoot({ accountHome }: HomeFacts): boolean {
  return dirname(withoutTrailingSeparators(accountHome)) === DefaultSharedRoot;
}
