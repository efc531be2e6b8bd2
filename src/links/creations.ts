import { dirname, join } from '../core/paths.ts';
import type { Finding } from './problems.ts';
import type { DirectoryFacts, HomeFacts, LinkFacts, SharedFacts } from './inspect.ts';
import { MAX_LINKS } from './resolve-path.ts';

/** A directory or a link that is safe to make. */
export interface Creation {
  /** Where it really is made: memfs makes nothing directly inside a symlinked directory. */
  readonly path: string;
  /** The text of the link; a directory has none. */
  readonly linkTo?: string;
  /** The directories that must be there first; of a link its home and its target. */
  readonly needs: readonly string[];
  /** The homes that need it, by index; the report of the first one says that it was created. */
  readonly homes: ReadonlySet<number>;
  /** What is to be said once it has been created. */
  readonly warnings?: readonly Finding[];
}

/** The real path of a directory that exists or can be created. */
type UsablePath = (directory: DirectoryFacts | undefined) => string | undefined;

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

/** Everything that may be created, each thing once: outer directories first, links last. */
function creationsFor(
  { homes, targets }: SharedFacts,
  usablePath: UsablePath,
): readonly Creation[] {
  const make = (directory: DirectoryFacts | undefined, neededBy: readonly number[]) => {
    const missing = usablePath(directory) === undefined ? [] : (directory?.place?.missing ?? []);
    return missing.map((path): Creation => ({
      path,
      needs: [dirname(path)],
      homes: new Set(neededBy),
    }));
  };
  const directories = [
    ...targets.flatMap((target) => make(target, [...homes.keys()])),
    ...homes.flatMap(({ directory }, home) => make(directory, [home])),
  ];
  const links = homes.flatMap((facts, home) => linksFor(facts, home, usablePath));
  // A home below a shared link of another home: the link goes before the directory.
  const linkPaths = new Set(links.map(({ path }) => path));
  return [
    ...mergedByPath(directories.filter(({ path }) => !linkPaths.has(path))),
    ...mergedByPath(links),
  ];
}

/** Two spellings of one home, or a directory above several: it is made once, for all of them. */
function mergedByPath(creations: readonly Creation[]): readonly Creation[] {
  const merged = new Map<string, { readonly first: Creation; readonly homes: Set<number> }>();
  for (const creation of creations) {
    const known = merged.get(creation.path) ?? { first: creation, homes: new Set<number>() };
    for (const home of creation.homes) known.homes.add(home);
    merged.set(creation.path, known);
  }
  return [...merged.values()].map(({ first, homes }) => ({ ...first, homes }));
}

function linksFor(
  { directory, links }: HomeFacts,
  home: number,
  usablePath: UsablePath,
): readonly Creation[] {
  const here = usablePath(directory);
  if (here === undefined) return [];
  return links.flatMap(({ name, target, state }: LinkFacts): readonly Creation[] => {
    const there = usablePath(target);
    if (state !== 'missing' || there === undefined) return [];
    const path = join(here, name);
    return [{ path, linkTo: target.path, needs: [here, there], homes: new Set([home]) }];
  });
}
