import type { SharedSymlink } from '../links/required.ts';
import type { AccountHome, ExaminedHome } from './home.ts';
import { sessionState } from './layouts.ts';

/** Session state that homes share already. */
export interface SharedPool {
  /** What the links of these homes agree on, as a required list: always `projects`, and other session state. */
  readonly links: readonly SharedSymlink[];
  /** The homes that use it, the primary one included. */
  readonly accountHomes: readonly string[];
  /** The home whose own directories are the pool, if it is one of these. */
  readonly primary?: string;
}

/**
 * Groups the homes by the directory that their `projects` links lead to; homes that share nothing are in no pool.
 *
 * @param spelling - How to spell the targets with these real paths.
 */
export function poolsOf(
  homes: readonly ExaminedHome[],
  spelling: ReadonlyMap<string, string>,
): readonly SharedPool[] {
  const byProjects = new Map<string, AccountHome[]>();
  for (const { home, projects } of homes) {
    if (projects === undefined) continue;
    byProjects.set(projects, [...(byProjects.get(projects) ?? []), home]);
  }
  return [...byProjects.values()].flatMap((all) => poolOf(all, spelling) ?? []);
}

function poolOf(
  homes: readonly AccountHome[],
  spelling: ReadonlyMap<string, string>,
): SharedPool | undefined {
  const linked = homes.filter(({ links }) => links.some(({ name }) => name === 'projects'));
  if (linked.length === 0) return undefined;
  const primary = homes.find((home) => !linked.includes(home))?.accountHome;
  return {
    links: sessionState.flatMap((name) => agreedLink(name, linked, spelling) ?? []),
    accountHomes: homes.map(({ accountHome }) => accountHome),
    ...(primary === undefined ? {} : { primary }),
  };
}

/** The link of a name, if all these homes have it, and it leads to one directory. */
function agreedLink(
  name: string,
  homes: readonly AccountHome[],
  spelling: ReadonlyMap<string, string>,
): SharedSymlink | undefined {
  const links = homes.map((home) => home.links.find((link) => link.name === name));
  const [first] = links;
  if (first?.realTarget === undefined || !first.isDirectory) return undefined;
  if (links.some((link) => link?.realTarget !== first.realTarget)) return undefined;
  // As the link spells it, unless that means something else elsewhere.
  const { storedTarget, realTarget } = first;
  const isWhole = storedTarget.startsWith('/') && !storedTarget.includes('/..');
  const target = isWhole ? storedTarget.replace(/(?<=.)\/+$/, '') : realTarget;
  return { name, target: spelling.get(realTarget) ?? target };
}
