import { join, dirname } from '../core/paths.ts';
import type { Finding } from './problems.ts';
import type { DirectoryFacts, HomeFacts, LinkFacts, SharedFacts } from './inspect.ts';

/** A directory or a link that is safe to make. */
export interface Creation {
  /** Where it really is made: memfs makes nothing directly inside a symlinked directory. */
  readonly path: string;
  /** The text of the link; a directory has none. */
  readonly linkTo?: string;
  /** The directories that must be there first; of a link its home and its target. */
  readonly needs: readonly string[];
  /** The homes that need it, by index; the report of the first one tells that it was made. */
  readonly homes: ReadonlySet<number>;
  /** What is to be said once it has been created. */
  readonly warnings?: readonly Finding[];
}

/** Tells the real path of a directory that is there or can be made. */
export type UsablePath = (directory: DirectoryFacts | undefined) => string | undefined;

/** Everything that may be made, each thing once: outer directories first, links last. */
export function creationsFor(
  { homes, targets }: SharedFacts,
  usablePath: UsablePath,
): readonly Creation[] {
  const make = (directory: DirectoryFacts | undefined, told: readonly number[]) => {
    const missing = usablePath(directory) === undefined ? [] : (directory?.place?.missing ?? []);
    return missing.map((path): Creation => ({
      path,
      needs: [dirname(path)],
      homes: new Set(told),
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

/** The paths of what was made, or would be, by the home whose report tells it. */
export function pathsByHome(
  creations: readonly Creation[],
): ReadonlyMap<number, readonly string[]> {
  const paths = new Map<number, string[]>();
  for (const { path, homes } of creations) {
    const [first = 0] = homes;
    const told = paths.get(first);
    if (told === undefined) paths.set(first, [path]);
    else told.push(path);
  }
  return paths;
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
    return [
      {
        path: join(here, name),
        linkTo: target.path,
        needs: [here, there],
        homes: new Set([home]),
      },
    ];
  });
}
