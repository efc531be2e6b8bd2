import { sep } from 'node:path';
import { foldCase, withTrailingSep } from '../core/paths.ts';
import { type Finding, finding } from './problems.ts';

/** A directory in the caller's spelling, and the form in which it is compared. */
export interface Bounds {
  readonly role: 'home' | 'target';
  readonly path: string;
  readonly prefix: string;
  /** The same for all spellings of a target that is missing: its file system may take them for one. */
  readonly folded?: string;
  /** The name of the links to a target; empty for a home. */
  readonly name: string;
}

/** Two directories of which one is inside the other, and the home, if any, that this is about. */
export interface Overlap {
  readonly accountHome?: string;
  readonly finding: Finding;
}

/** `comparedAs` is the real path, or the path itself if only the text is to be compared; homes have no `name`. */
export function boundsOf(path: string, comparedAs: string, name = '', isMissing = false): Bounds {
  const prefix = withTrailingSep(comparedAs);
  const folded = isMissing ? { folded: foldCase(prefix.normalize('NFC')) } : {};
  return { role: name === '' ? 'home' : 'target', path, prefix, name, ...folded };
}

/** Finds every target inside a home, home inside a target, and pair of targets that overlap. */
export function findOverlaps(
  homes: readonly Bounds[],
  targets: readonly Bounds[],
): readonly Overlap[] {
  const links = new Map(
    homes.flatMap(({ prefix }) =>
      targets.map((target) => [prefix + target.name + sep, target] as const),
    ),
  );
  return [
    ...targets.flatMap((target, index) =>
      targets.slice(0, index).flatMap((earlier) => {
        const isInside = isWithin(target, earlier) || isWithin(earlier, target);
        return isInside ? [{ finding: overlap(target, earlier) }] : [];
      }),
    ),
    ...homes.flatMap((home) => {
      const accountHome = home.path;
      // A home below a shared link of another home is inside the target as soon as the link exists.
      const behindLink = linkAbove(home, links);
      return [
        ...targets.flatMap((target) => {
          if (isWithin(target, home)) return [{ accountHome, finding: overlap(target, home) }];
          return isWithin(home, target) ? [{ accountHome, finding: overlap(home, target) }] : [];
        }),
        ...(behindLink === undefined ? [] : [{ accountHome, finding: overlap(home, behindLink) }]),
      ];
    }),
  ];
}

function isWithin(inner: Bounds, outer: Bounds): boolean {
  if (inner.prefix.startsWith(outer.prefix)) return true;
  // Two that are missing may become one by being created.
  return outer.folded !== undefined && inner.folded?.startsWith(outer.folded) === true;
}

function overlap({ path, role }: Bounds, { path: other, role: otherRole }: Bounds): Finding {
  return finding('directories-overlap', { path, role, other, otherRole });
}

function linkAbove({ prefix }: Bounds, links: ReadonlyMap<string, Bounds>): Bounds | undefined {
  for (let end = prefix.indexOf(sep); end !== -1; end = prefix.indexOf(sep, end + 1)) {
    const target = links.get(prefix.slice(0, end + 1));
    if (target !== undefined) return target;
  }
  return undefined;
}
