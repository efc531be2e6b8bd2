import type { Entry } from '../fs.ts';
import { type Finding, finding } from '../problem.ts';
import type { LinkReport } from '../report.ts';
import { type Extent, extentOf, findContainments } from './contain.ts';
import { type Creation, usablePath } from './creations.ts';
import { awaitsTarget, foresee, type Foresight, willDiverge } from './foresee.ts';
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
  const foresight = foresee(facts);
  const { homes, targets, creations } = foresight;
  const containments = findContainments(
    homes.flatMap(({ directory }) => extent(directory, foresight)),
    targets.flatMap((target) => extent(target, foresight)),
  );
  const shared = [...targets.flatMap((it) => directoryFindings('target', it)), ...containments];
  const isSafe = containments.length === 0;
  return {
    homes: homes.map((home) => planHome(home, shared, foresight)),
    creations: isSafe ? creations.map((it) => withWarning(it, foresight, required)) : [],
  };
}

function extent(directory: DirectoryFacts | undefined, { leadsTo }: Foresight): readonly Extent[] {
  // Places are known where something looked wrong: nothing else can do harm.
  const place = directory !== undefined && 'place' in directory ? directory.place : undefined;
  return directory === undefined || place === undefined
    ? []
    : [extentOf(directory.path, leadsTo(place.path))];
}

const GROUP_AND_OTHERS = 0o077;
const OWNER_SEARCH = 0o100;

function isExposed({ mode }: Entry): boolean {
  // Windows shows every directory as open to all, and searchable by nobody: that says nothing.
  return (mode & GROUP_AND_OTHERS) !== 0 && (mode & OWNER_SEARCH) !== 0;
}

function directoryFindings(role: 'home' | 'target', facts: DirectoryFacts): readonly Finding[] {
  const { path, state } = facts;
  switch (state) {
    case 'ready':
      return role === 'target' && isExposed(facts.entry)
        ? [finding('target-exposed', { path, mode: facts.entry.mode & 0o777 })]
        : [];
    case 'missing':
    case 'dangling':
    case 'not-directory':
      return [finding(`${role}-${state}`, { path })];
    case 'not-accessible':
    case 'not-creatable': {
      const { errno, error } = facts.failure;
      return [finding(`${role}-${state}`, { path, errno }, error)];
    }
    default:
      return facts satisfies never;
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
  const home = isReady || !links.some(isTrouble) ? [] : directoryFindings('home', directory);
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
  foresight: Foresight,
): readonly Finding[] {
  const { state, failure } = link;
  const isDangling = state === 'dangling';
  // What is wrong with a link that awaits its target is the target.
  if (isDangling && awaitsTarget(link, foresight)) return [];
  const code = isDangling && willDiverge(link, foresight) ? 'divergent-link' : linkCodes[state];
  if (code === undefined) return [];
  const fields = { ...reportOf(link), accountHome };
  return failure === undefined
    ? [finding(code, fields)]
    : [finding(code, { ...fields, errno: failure.errno }, failure.error)];
}

function withWarning(
  creation: Creation,
  foresight: Foresight,
  required: readonly SharedSymlink[],
): Creation {
  if (required === RequiredShared && creation.path === DefaultSharedRoot) {
    const warning = finding('default-root-created', { path: DefaultSharedRoot });
    return { ...creation, warning };
  }
  const { homes, targets } = foresight;
  const target = targets.find((it) => usablePath(it) === creation.path);
  const awaits = (link: LinkFacts) => link.target === target && awaitsTarget(link, foresight);
  return target !== undefined && homes.some(({ links }) => links.some(awaits))
    ? { ...creation, warning: finding('target-recreated', { path: target.path }) }
    : creation;
}
