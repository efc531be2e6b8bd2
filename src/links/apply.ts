import type { Failure } from '../core/result.ts';
import { ask, mkdir, symlink, type WriteSteps } from '../fs/calls.ts';
import { type Finding, finding } from './problem.ts';
import type { Creation } from './creations.ts';

/** A creation that did not come about, and what is said about it. */
export interface Setback {
  readonly creation: Creation;
  readonly finding: Finding;
}

/** How the creations of one plan ended. */
export interface Applied {
  readonly made: readonly Creation[];
  readonly failed: readonly Setback[];
  /** Somebody else made or removed something at the same moment: worth another look. */
  readonly raced: readonly Setback[];
}

const OWNER_ONLY = 0o700;

/**
 * Makes what a plan says, one after the other, targets before the links that lead to them.
 *
 * Only ever adds a name: `mkdir` and `symlink` refuse every name that is taken.
 *
 * @param lost - Paths that could not be made earlier: they and what needs them are left out.
 */
export function* apply(
  creations: readonly Creation[],
  lost: readonly string[],
): WriteSteps<Applied> {
  const made: Creation[] = [];
  const failed: Setback[] = [];
  const raced: Setback[] = [];
  const absent = new Set(lost);
  const unsure = new Set<string>();
  for (const creation of creations) {
    const { path, linkTo, needs } = creation;
    const isLink = linkTo !== undefined;
    // Of what somebody else has just made it is not yet known that it is a directory.
    if (needs.some((need) => absent.has(need) || (isLink && unsure.has(need)))) absent.add(path);
    if (absent.has(path)) continue;

    const answer = yield* ask(isLink ? symlink(linkTo, path) : mkdir(path, OWNER_ONLY));
    if (answer.ok) {
      made.push(creation);
    } else if (answer.errno === 'EEXIST' || answer.errno === 'ENOENT') {
      raced.push(setback('changed-meanwhile', creation, answer));
      unsure.add(path);
    } else {
      failed.push(setback('cannot-create', creation, answer));
      absent.add(path);
    }
  }
  return { made, failed, raced };
}

function setback(
  code: 'cannot-create' | 'changed-meanwhile',
  creation: Creation,
  { errno, error }: Failure,
): Setback {
  return { creation, finding: finding(code, { path: creation.path, errno }, error) };
}
