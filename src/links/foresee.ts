import { asPrefix } from '../paths.ts';
import { type Creation, creationsFor, usablePath } from './creations.ts';
import type { DirectoryFacts, HomeFacts, LinkFacts, SharedFacts } from './inspect.ts';

/** What can be made, and what comes of it for links that lead to nothing yet. */
export interface Foresight extends SharedFacts {
  readonly creations: readonly Creation[];
  /** Where a real path will lead once the links are made. */
  readonly leadsTo: (path: string) => string;
}

/**
 * Finds what can be made, with all that becomes possible by making it: a home behind a link to
 * nothing, for instance, is there as soon as another home has been made at that place.
 */
export function foresee(facts: SharedFacts): Foresight {
  const creations = creationsFor(facts);
  const leadsTo = (path: string) => throughLinks(path, creations);
  const isMade = (path: string) =>
    creations.some((creation) => creation.path === path && creation.linkTo === undefined);
  const revived = new Map<DirectoryFacts, DirectoryFacts>();
  for (const directory of [...facts.targets, ...facts.homes.map((home) => home.directory)]) {
    if (directory?.state !== 'dangling') continue;
    const { path, place } = directory;
    if (isMade(leadsTo(place.behind ?? place.path))) {
      revived.set(directory, { path, state: 'missing', place });
    }
  }
  return revived.size === 0 ? { ...facts, creations, leadsTo } : foresee(replaced(facts, revived));
}

/** Whether a dangling link will be right as soon as its target is there. */
export function awaitsTarget({ target, place }: LinkFacts, { leadsTo }: Foresight): boolean {
  return place !== undefined && leadsTo(place.path) === realPathOf(target);
}

/** Whether a dangling link will lead to something that is not its target. */
export function willDiverge(link: LinkFacts, { creations, targets, leadsTo }: Foresight): boolean {
  const end = link.place === undefined ? undefined : leadsTo(link.place.path);
  return (
    creations.some(({ path }) => path === end) ||
    targets.some((target) => end !== undefined && usablePath(target) === end)
  );
}

function realPathOf(directory: DirectoryFacts): string | undefined {
  return 'place' in directory ? directory.place?.path : undefined;
}

const MOST_LINKS = 40;

function throughLinks(path: string, creations: readonly Creation[]): string {
  let end = path;
  for (let hops = 0; hops < MOST_LINKS; hops += 1) {
    const link = creations.find(
      (creation) =>
        creation.linkTo !== undefined && asPrefix(end).startsWith(asPrefix(creation.path)),
    );
    if (link === undefined) break;
    end = (link.needs[1] ?? '') + end.slice(link.path.length);
  }
  return end;
}

function replaced(
  { homes, targets }: SharedFacts,
  revived: ReadonlyMap<DirectoryFacts, DirectoryFacts>,
): SharedFacts {
  const now = (directory: DirectoryFacts) => revived.get(directory) ?? directory;
  return {
    targets: targets.map(now),
    homes: homes.map(({ accountHome, directory, links }): HomeFacts => {
      const relinked = links.map((link) => ({ ...link, target: now(link.target) }));
      return directory === undefined
        ? { accountHome, links: relinked }
        : { accountHome, directory: now(directory), links: relinked };
    }),
  };
}
