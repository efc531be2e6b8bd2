import { childOf, parentOf } from '../paths.ts';
import type { Finding } from '../problem.ts';
import type { DirectoryFacts, LinkFacts, SharedFacts } from './inspect.ts';

/** A directory or a link that is safe to make. */
export interface Creation {
  /** Where it really is made: memfs makes nothing directly inside a symlinked directory. */
  readonly path: string;
  /** The text of the link; a directory has none. */
  readonly linkTo?: string;
  /** The directories that must be there first. */
  readonly needs: readonly string[];
  /** The homes that suffer where it cannot be made, by index; the first one tells that it was made. */
  readonly homes: readonly number[];
  /** What is to be told once it has been made. */
  readonly warning?: Finding;
}

/** Everything that may be made, each thing once: outer directories first, links last. */
export function creationsFor({ homes, targets }: SharedFacts): readonly Creation[] {
  const all = [...homes.keys()];
  const directories = [
    ...targets.flatMap((target) => directoriesFor(target, all)),
    ...homes.flatMap(({ directory }, home) => directoriesFor(directory, [home])),
  ];
  const links = homes.flatMap(({ directory, links: facts }, home) =>
    facts.flatMap((link) => linkFor(link, directory, home)),
  );
  // Two spellings of one home, or a parent that two targets have in common: the first one tells it.
  // A home below a shared link of another home: the link goes before the directory.
  const chosen = new Map(
    [...directories.toReversed(), ...links.toReversed()].map((creation) => [
      creation.path,
      creation,
    ]),
  );
  return [...directories, ...links].filter((creation) => chosen.get(creation.path) === creation);
}

/** The real path of a directory that is there, or that can be made. */
export function usablePath(directory: DirectoryFacts | undefined): string | undefined {
  return directory?.state === 'ready' || directory?.state === 'missing'
    ? directory.place?.path
    : undefined;
}

function directoriesFor(
  directory: DirectoryFacts | undefined,
  homes: readonly number[],
): readonly Creation[] {
  if (directory?.state !== 'missing') return [];
  return directory.place.missing.map((path) => ({ path, needs: [parentOf(path)], homes }));
}

function linkFor(
  { name, target, state }: LinkFacts,
  directory: DirectoryFacts | undefined,
  home: number,
): readonly Creation[] {
  const here = usablePath(directory);
  const there = usablePath(target);
  if (state !== 'missing' || here === undefined || there === undefined) return [];
  const path = childOf(here, name);
  return [{ path, linkTo: target.path, needs: [here, there], homes: [home] }];
}
