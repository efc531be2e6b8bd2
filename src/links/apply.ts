import type { Failure } from '../core/result.ts';
import { ask, mkdir, symlink, type WriteSteps } from '../fs/calls.ts';
import { type Finding, finding } from './problems.ts';
import type { Creation } from './creations.ts';

/** A creation that failed, and what is said about it. */
export interface FailedCreation {
  readonly creation: Creation;
  readonly finding: Finding;
}

/** How the creations of one plan ended. */
export interface Applied {
  readonly created: readonly Creation[];
  readonly failed: readonly FailedCreation[];
  /** Somebody else created or removed something at the same moment: worth another look. */
  readonly conflicted: readonly FailedCreation[];
}

const OWNER_ONLY = 0o700;

/**
 * Creates what a plan says, one after the other, targets before the links that lead to them.
 *
 * Only ever adds a name: `mkdir` and `symlink` refuse every name that is taken.
 *
 * @param lost - Paths that could not be created earlier: they and what needs them are left out.
 */
export function* apply(
  creations: readonly Creation[],
  lost: readonly string[],
): WriteSteps<Applied> {
  const created: Creation[] = [];
  const failed: FailedCreation[] = [];
  const conflicted: FailedCreation[] = [];
  const absent = new Set(lost);
  const unsure = new Set<string>();
  for (const creation of creations) {
    const { path, linkTo, needs } = creation;
    const isLink = linkTo !== undefined;
    // Of what somebody else has just created it is not yet known that it is a directory.
    if (needs.some((need) => absent.has(need) || (isLink && unsure.has(need)))) absent.add(path);
    if (absent.has(path)) continue;

    const answer = yield* ask(isLink ? symlink(linkTo, path) : mkdir(path, OWNER_ONLY));
    if (answer.ok) {
      created.push(creation);
    } else if (answer.errno === 'EEXIST' || answer.errno === 'ENOENT') {
      conflicted.push(failedCreation('concurrent-modification', creation, answer));
      unsure.add(path);
    } else {
      failed.push(failedCreation('cannot-create', creation, answer));
      absent.add(path);
    }
  }
  return { created, failed, conflicted };
}

function failedCreation(
  code: 'cannot-create' | 'concurrent-modification',
  creation: Creation,
  { errno, error }: Failure,
): FailedCreation {
  return { creation, finding: finding(code, { path: creation.path, errno }, error) };
}
