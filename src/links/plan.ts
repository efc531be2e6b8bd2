import { type Finding, finding } from './problem.ts';
import type { LinkReport } from './link-report.ts';
import { type Containment, type Extent, extentOf, findContainments } from './contain.ts';
import type { Creation } from './creations.ts';
import { foresee, type Foresight } from './foresee.ts';
import type { DirectoryFacts, HomeFacts, LinkFacts, SharedFacts } from './inspect.ts';
import { DefaultSharedRoot, RequiredShared, type SharedSymlink } from './required.ts';

export interface HomePlan {
  readonly accountHome: string;
  readonly links: readonly LinkReport[];
  readonly findings: readonly Finding[];
}

/** What is safe to make, and what is wrong; the same for the dry run and for the real one. */
export interface LinkPlan {
  readonly homes: readonly HomePlan[];
  /** In an order in which they can be made. */
  readonly creations: readonly Creation[];
}

/** Decides from the facts alone; touches nothing. */
export function planLinks(facts: SharedFacts, required: readonly SharedSymlink[]): LinkPlan {
  const { homes, targets } = facts;
  const foresight = foresee(facts);
  const containments = containmentsIn(facts, required, foresight);
  const shared = targets.flatMap((target) => directoryFindings('target', target, foresight));
  const withWarning = warner(facts, required, foresight);
  const plans = homes.map((home) => planHome(home, shared, foresight));
  return containments.length > 0
    ? { homes: refused(plans, containments), creations: [] }
    : { homes: plans, creations: foresight.creations.map(withWarning) };
}

function containmentsIn(
  { homes, targets }: SharedFacts,
  required: readonly SharedSymlink[],
  { leadsTo }: Foresight,
): readonly Containment[] {
  // Places are known where something looked wrong: nothing else can do harm.
  const extent = (directory: DirectoryFacts | undefined): readonly Extent[] =>
    directory?.place === undefined ? [] : [extentOf(directory.path, leadsTo(directory.place.path))];
  return findContainments(
    homes.flatMap(({ directory }) => extent(directory)),
    targets.flatMap((target, index) => {
      const name = required[index]?.name ?? '';
      return extent(target).map((one) => ({ ...one, name }));
    }),
  );
}

/** Nothing is made anywhere, so nothing is told that making would put right; each home says why. */
function refused(
  homes: readonly HomePlan[],
  containments: readonly Containment[],
): readonly HomePlan[] {
  const reasons = new Map<string | undefined, readonly Finding[]>();
  for (const { accountHome, finding: reason } of containments) {
    reasons.set(accountHome, [...(reasons.get(accountHome) ?? []), reason]);
  }
  const common = reasons.get(undefined) ?? containments.slice(0, 1).map((one) => one.finding);
  return homes.map(({ accountHome, links, findings }) => ({
    accountHome,
    links,
    findings: [
      ...findings.filter(({ problem }) => problem.remedy !== 'ensure'),
      ...new Set([...(reasons.get(accountHome) ?? []), ...common]),
    ],
  }));
}

const GROUP_AND_OTHERS = 0o077;
const OWNER_SEARCH = 0o100;

/** Whether group or others may enter a directory. */
export function isExposed(mode: number): boolean {
  // Windows shows every directory as open to all, and searchable by nobody: that says nothing.
  return (mode & GROUP_AND_OTHERS) !== 0 && (mode & OWNER_SEARCH) !== 0;
}

function directoryFindings(
  role: 'home' | 'target',
  directory: DirectoryFacts,
  { usablePath }: Foresight,
): readonly Finding[] {
  const { path, failure, entry } = directory;
  // One that dangles and comes to life through what is made elsewhere is merely missing.
  const state =
    usablePath(directory) !== undefined && entry === undefined ? 'missing' : directory.state;
  switch (state) {
    case 'ready': {
      const mode = (entry?.mode ?? 0) & 0o777;
      return role === 'target' && isExposed(mode)
        ? [finding('target-exposed', { path, mode })]
        : [];
    }
    case 'missing':
    case 'dangling':
    case 'not-directory':
      return [finding(`${role}-${state}`, { path }, failure?.error)];
    case 'not-accessible':
    case 'not-creatable': {
      const errno = failure?.errno ?? '';
      return [finding(`${role}-${state}`, { path, errno }, failure?.error)];
    }
    default:
      return state satisfies never;
  }
}

function planHome(
  { accountHome, directory, links }: HomeFacts,
  shared: readonly Finding[],
  foresight: Foresight,
): HomePlan {
  const isReady = directory === undefined || directory.state === 'ready';
  // Where the home is the trouble, one problem says it, not one per link. And a home that cannot be
  // written, say, is no trouble as long as nothing has to be made in it.
  const home =
    isReady || !links.some(isTrouble) ? [] : directoryFindings('home', directory, foresight);
  const own = links
    .filter((link) => isReady || !isTrouble(link))
    .flatMap((link) => linkFindings(accountHome, link, foresight));
  return { accountHome, links: links.map(reportOf), findings: [...home, ...own, ...shared] };
}

function isTrouble({ state }: LinkFacts): boolean {
  return state === 'missing' || state === 'unreadable';
}

function reportOf({ name, path, target, state, storedTarget }: LinkFacts): LinkReport {
  return storedTarget === undefined
    ? { name, path, target: target.path, state }
    : { name, path, target: target.path, state, storedTarget };
}

const linkCodes = {
  linked: undefined,
  equivalent: undefined,
  missing: 'link-missing',
  divergent: 'divergent-link',
  dangling: 'dangling-link',
  loop: 'link-loop',
  directory: 'not-a-symlink',
  file: 'file-in-the-way',
  other: 'file-in-the-way',
  unreadable: 'link-unreadable',
} as const;

function linkFindings(
  accountHome: string,
  link: LinkFacts,
  { leadsTo, willExist }: Foresight,
): readonly Finding[] {
  const { path, place, target, failure } = link;
  const end = place === undefined ? undefined : leadsTo(place.path);
  if (end !== undefined && end === target.place?.path) {
    // What is wrong with a link that awaits its target is the target, and that says so itself;
    // unless it was there a moment before.
    const isGone = target.state === 'ready' && place?.path === end;
    return isGone ? [finding('changed-meanwhile', { path, errno: 'ENOENT' })] : [];
  }
  const willDiverge = end !== undefined && willExist(end);
  const code = willDiverge ? 'divergent-link' : linkCodes[link.state];
  if (code === undefined) return [];
  const fields = { ...reportOf(link), accountHome };
  return failure === undefined
    ? [finding(code, fields)]
    : [finding(code, { ...fields, errno: failure.errno }, failure.error)];
}

/** Adds the warning that is due once a creation has been done. */
function warner(
  { homes, targets }: SharedFacts,
  required: readonly SharedSymlink[],
  { leadsTo }: Foresight,
) {
  const ends = new Set(
    homes.flatMap(({ links }) => links.flatMap(({ place }) => (place ? leadsTo(place.path) : []))),
  );
  const roots = new Set(targets.map(({ place }) => place?.missing.at(-2)));
  return (creation: Creation): Creation => {
    if (required === RequiredShared && roots.has(creation.path)) {
      const warning = finding('default-root-created', { path: DefaultSharedRoot });
      return { ...creation, warning };
    }
    const target = targets.find(({ place }) => place?.path === creation.path);
    return target !== undefined && ends.has(creation.path)
      ? { ...creation, warning: finding('target-recreated', { path: target.path }) }
      : creation;
  };
}
