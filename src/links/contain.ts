import { sep } from 'node:path';
import { withTrailingSep } from '../core/paths.ts';
import { type Finding, finding } from './problem.ts';

/** A directory in the caller's spelling, and in the form by which it is compared. */
export interface Extent {
  readonly path: string;
  readonly prefix: string;
}

/** The extent of a shared target, with the name of the links that lead to it. */
export interface TargetExtent extends Extent {
  readonly name: string;
}

/** Directories of which one lies inside the other, and the home, if any, that this is about. */
export interface Containment {
  readonly accountHome?: string;
  readonly finding: Finding;
}

/** `judgedAs` is the real path, or the path itself where only the text is to be judged. */
export function extentOf(path: string, judgedAs: string): Extent {
  return { path, prefix: withTrailingSep(judgedAs) };
}

/** Finds every target inside a home, home inside a target, and pair of targets that overlap. */
export function findContainments(
  homes: readonly Extent[],
  targets: readonly TargetExtent[],
): readonly Containment[] {
  const links = new Map(
    homes.flatMap(({ prefix }) =>
      targets.map(({ name, path }) => [prefix + name + sep, path] as const),
    ),
  );
  return [
    ...targets.flatMap((target, index) =>
      targets.slice(0, index).flatMap((other) => betweenTargets(target, other)),
    ),
    ...homes.flatMap((home) => [
      ...targets.flatMap((target) => betweenHomeAndTarget(home, target)),
      ...belowLink(home, links),
    ]),
  ];
}

function betweenTargets(one: Extent, other: Extent): readonly Containment[] {
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)
    ? [{ finding: finding('targets-overlap', { path: one.path, other: other.path }) }]
    : [];
}

function betweenHomeAndTarget(home: Extent, target: Extent): readonly Containment[] {
  const accountHome = home.path;
  if (target.prefix.startsWith(home.prefix)) {
    const inside = finding('target-inside-home', { path: target.path, accountHome });
    return [{ accountHome, finding: inside }];
  }
  return home.prefix.startsWith(target.prefix) ? [homeInside(home, target.path)] : [];
}

/** A home below a shared link of another home is inside the target as soon as the link is there. */
function belowLink(home: Extent, links: ReadonlyMap<string, string>): readonly Containment[] {
  for (let end = home.prefix.indexOf(sep); end !== -1; end = home.prefix.indexOf(sep, end + 1)) {
    const target = links.get(home.prefix.slice(0, end + 1));
    if (target !== undefined) return [homeInside(home, target)];
  }
  return [];
}

function homeInside({ path }: Extent, target: string): Containment {
  return { accountHome: path, finding: finding('home-inside-target', { path, target }) };
}
