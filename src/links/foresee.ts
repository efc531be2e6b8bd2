import { asPrefix } from '../paths.ts';
import { type Creation, creationsFor, type UsablePath } from './creations.ts';
import type { DirectoryFacts, SharedFacts } from './inspect.ts';

/** What can be made, and what comes of it for links that lead to nothing yet. */
export interface Foresight {
  readonly creations: readonly Creation[];
  readonly usablePath: UsablePath;
  /** Where a real path will lead once the links are made. */
  readonly leadsTo: (path: string) => string;
}

/**
 * Finds what can be made, with all that becomes possible by making it: a home behind a link to
 * nothing, for instance, is there as soon as another home has been made at that place.
 *
 * @param revived - Dangling directories that have already been found to come to life.
 */
export function foresee(
  facts: SharedFacts,
  revived: ReadonlySet<DirectoryFacts | undefined> = new Set(),
): Foresight {
  const usablePath: UsablePath = (directory) =>
    directory?.state === 'ready' || directory?.state === 'missing' || revived.has(directory)
      ? directory?.place?.path
      : undefined;
  const creations = creationsFor(facts, usablePath);
  const leadsTo = (path: string) => throughLinks(path, creations);
  const made = new Set(creations.flatMap(({ path, linkTo }) => (linkTo === undefined ? path : [])));
  const alive = [...facts.targets, ...facts.homes.map(({ directory }) => directory)].filter(
    (it) => it?.state === 'dangling' && made.has(leadsTo(it.place?.behind ?? '')),
  );
  return alive.length === revived.size
    ? { creations, usablePath, leadsTo }
    : foresee(facts, new Set(alive));
}

const MOST_LINKS = 40;

function throughLinks(path: string, creations: readonly Creation[]): string {
  let end = path;
  for (let hops = 0; hops < MOST_LINKS; hops += 1) {
    const prefix = asPrefix(end);
    const link = creations.find(
      (creation) => creation.linkTo !== undefined && prefix.startsWith(asPrefix(creation.path)),
    );
    if (link === undefined) break;
    end = (link.needs[1] ?? '') + end.slice(link.path.length);
  }
  return end;
}
