import { asPrefix } from '../paths.ts';
import { type Finding, finding } from '../problem.ts';

/** A directory in the caller's spelling, and in the form by which it is compared. */
export interface Extent {
  readonly path: string;
  readonly prefix: string;
}

/** `judgedAs` is the real path, or the path itself where only the text is to be judged. */
export function extentOf(path: string, judgedAs: string): Extent {
  return { path, prefix: asPrefix(judgedAs) };
}

/** Finds every target inside a home, home inside a target, and pair of targets that overlap. */
export function findContainments(
  homes: readonly Extent[],
  targets: readonly Extent[],
): readonly Finding[] {
  return targets.flatMap((target, index) => [
    ...homes.flatMap((home) => betweenHomeAndTarget(home, target)),
    ...targets.slice(0, index).flatMap((other) => betweenTargets(target, other)),
  ]);
}

function betweenHomeAndTarget(home: Extent, target: Extent): readonly Finding[] {
  if (target.prefix.startsWith(home.prefix)) {
    return [finding('target-inside-home', { path: target.path, accountHome: home.path })];
  }
  return home.prefix.startsWith(target.prefix)
    ? [finding('home-inside-target', { path: home.path, target: target.path })]
    : [];
}

function betweenTargets(one: Extent, other: Extent): readonly Finding[] {
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)
    ? [finding('targets-overlap', { path: one.path, other: other.path })]
    : [];
}
