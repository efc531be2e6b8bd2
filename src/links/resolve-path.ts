import { isAbsolute } from 'node:path';
import type { Failure } from '../core/result.ts';
import { ask, readlink, type ReadSteps, realpath } from '../fs/calls.ts';
import { join, basename, dirname, withoutTrailingSeparators } from '../core/paths.ts';

/** Where a path physically is, or would be if the directories that are missing were made. */
export interface ResolvedPath {
  readonly ok: true;
  /** The real path that it has, or would have; equal for equal places. */
  readonly path: string;
  /** The real path of the nearest directory that exists. */
  readonly existing: string;
  /** The directories that would have to be made, outermost first; none where the path exists. */
  readonly missing: readonly string[];
  /** Where a dangling link on the way leads; without it the path runs through none. */
  readonly behind?: string;
}

/** How many links are followed before it is called a loop; the kernel gives up here, too. */
export const MAX_LINKS = 40;
const MAX_RACES = 3;

/**
 * Finds the physical place of a path, also of one that does not exist yet.
 *
 * Asks the file system at each step, because `..` after a symlinked directory goes to the physical
 * parent, which no joining of strings can know.
 */
export function* resolvePath(path: string): ReadSteps<ResolvedPath | Failure> {
  const names: string[] = [];
  let current = withoutTrailingSeparators(path);
  let namesBelowLink: number | undefined;
  let links = 0;
  let races = 0;
  for (;;) {
    const real = yield* ask(realpath(current));
    if (real.ok) return pathBelow(real.value, names, namesBelowLink);
    if (real.errno !== 'ENOENT') return real;

    const link = yield* ask(readlink(current));
    const name = basename(current);
    if (link.ok && links < MAX_LINKS) {
      links += 1;
      namesBelowLink = names.length;
      const from = yield* ask(realpath(dirname(current)));
      const directory = from.ok ? from.value : dirname(current);
      const end = isAbsolute(link.value) ? link.value : join(directory, link.value);
      current = withoutTrailingSeparators(end);
    } else if (!link.ok && isNotALink(link) && races < MAX_RACES) {
      // It was missing a moment ago and is there now: somebody else has just made it.
      races += 1;
    } else if (!link.ok && link.errno === 'ENOENT' && name !== '' && name !== '..') {
      if (name !== '.') names.unshift(name);
      current = dirname(current);
    } else {
      // Where `..` leads behind something missing cannot be told.
      return link.ok ? real : link;
    }
  }
}

/** What `readlink` answers for anything but a link; Windows says `UNKNOWN`. */
export function isNotALink({ errno }: Failure): boolean {
  return errno === 'EINVAL' || errno === 'UNKNOWN';
}

function pathBelow(
  existing: string,
  names: readonly string[],
  namesBelowLink: number | undefined,
): ResolvedPath {
  const missing = names.map((_, index) => names.slice(0, index + 1).reduce(join, existing));
  const place = { ok: true, path: missing.at(-1) ?? existing, existing, missing } as const;
  if (namesBelowLink === undefined) return place;
  return { ...place, behind: missing.at(-1 - namesBelowLink) ?? existing };
}
