import { dirname } from '../core/paths.ts';
import { type Creation, creationsFor, type UsablePath } from './creations.ts';
import type { DirectoryFacts, SharedFacts } from './inspect.ts';
import { MAX_LINKS } from './place.ts';

/** What can be created, and what becomes of links that lead to nothing yet. */
export interface PlannedState {
  readonly creations: readonly Creation[];
  readonly usablePath: UsablePath;
  /** Where a real path will lead once the links are created. */
  readonly resolvesTo: (path: string) => string;
  /** Whether something will be at a real path that is missing now. */
  readonly willExist: (path: string) => boolean;
}

/**
 * Finds what can be created, with all that becomes possible by creating it: a home behind a link to
 * nothing, for instance, is there as soon as another home has been created at that place.
 */
export function simulate(facts: SharedFacts): PlannedState {
  const revived = new Set<DirectoryFacts | undefined>();
  const dangling = [...facts.targets, ...facts.homes.map(({ directory }) => directory)].filter(
    (directory) => directory?.state === 'dangling',
  );
  const usablePath: UsablePath = (directory) =>
    directory?.state === 'ready' || directory?.state === 'missing' || revived.has(directory)
      ? directory?.place?.path
      : undefined;
  for (;;) {
    const creations = creationsFor(facts, usablePath);
    const byPath = new Map(creations.map((creation) => [creation.path, creation]));
    const resolvesTo = (path: string) => throughLinks(path, byPath);
    const alive = dangling.filter((directory) => {
      const end = byPath.get(resolvesTo(directory?.place?.behind ?? ''));
      return end !== undefined && end.linkTo === undefined && !revived.has(directory);
    });
    if (alive.length === 0) {
      const ends = new Set(facts.targets.map(usablePath));
      const willExist = (path: string) => byPath.has(path) || ends.has(path);
      return { creations, usablePath, resolvesTo, willExist };
    }
    // It only ever grows, and so comes to an end.
    for (const directory of alive) revived.add(directory);
  }
}

function throughLinks(path: string, creations: ReadonlyMap<string, Creation>): string {
  let end = path;
  for (let hops = 0; hops < MAX_LINKS; hops += 1) {
    const link = linkAtOrAbove(end, creations);
    if (link === undefined) break;
    end = (link.needs[1] ?? '') + end.slice(link.path.length);
  }
  return end;
}

function linkAtOrAbove(
  path: string,
  creations: ReadonlyMap<string, Creation>,
): Creation | undefined {
  for (let above = path; ; above = dirname(above)) {
    const creation = creations.get(above);
    if (creation?.linkTo !== undefined) return creation;
    if (above === dirname(above)) return undefined;
  }
}
