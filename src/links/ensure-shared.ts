import type { Failure } from '../core/result.ts';
import { ask, mkdir, symlink, type WriteSteps } from '../fs/calls.ts';
import { retentionFindings } from './compare-retention.ts';
import type { Creation } from './creations.ts';
import { inspectShared } from './inspect.ts';
import { type Outcome, outcomesOf } from './outcome.ts';
import { type LinkPlan, planLinks } from './plan.ts';
import { type Finding, finding } from './problems.ts';
import type { Request } from './request.ts';

const MAX_LOOKS = 3;

/**
 * Looks, makes what is safe, and looks again, so that what is reported is what is there now.
 *
 * Where that shows more to make (somebody else was faster, or a call failed in passing) it goes on, at
 * most three times.
 */
export function* ensureShared(request: Request): WriteSteps<readonly Outcome[]> {
  const { accountHomes, required } = request;
  let made: readonly Creation[] = [];
  let failed: readonly FailedCreation[] = [];
  let conflicted: readonly FailedCreation[] = [];
  let plan = planLinks(yield* inspectShared(accountHomes, required), required);
  for (let looks = 0; looks < MAX_LOOKS && plan.creations.length > 0; looks += 1) {
    const lost = failed.map(({ creation }) => creation.path);
    const applied = yield* apply(plan.creations, lost);
    made = made.concat(applied.created);
    failed = failed.concat(applied.failed);
    conflicted = applied.conflicted;
    plan = planLinks(yield* inspectShared(accountHomes, required), required);
    if (applied.created.length + conflicted.length === 0) break;
  }

  const retention = yield* retentionFindings(request, made);
  const failures = [...failed, ...conflicted.filter(isOpenIn(plan))];
  return outcomesOf(request, plan.homes, made, ({ findings }, index) => {
    const own = failures.filter(({ creation }) => creation.homes.has(index));
    const reasons = withoutTheObvious([...findings, ...own.map((failure) => failure.finding)]);
    return [...reasons, ...(retention[index] ?? [])];
  });
}

function isOpenIn({ creations }: LinkPlan) {
  const open = new Set(creations.map(({ path }) => path));
  return ({ creation }: FailedCreation) => open.has(creation.path);
}

/** "It is missing" says nothing beside the reason why this very call could not make it. */
function withoutTheObvious(findings: readonly Finding[]): readonly Finding[] {
  const reasons = findings.filter(({ problem }) => problem.remedy !== 'ensure');
  return reasons.some(({ problem }) => problem.severity === 'error') ? reasons : findings;
}

/** A creation that failed, and what is said about it. */
interface FailedCreation {
  readonly creation: Creation;
  readonly finding: Finding;
}

/** How the creations of one plan ended. */
interface Applied {
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
function* apply(creations: readonly Creation[], lost: readonly string[]): WriteSteps<Applied> {
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

    let result = yield* ask(isLink ? symlink(linkTo, path, 'junction') : mkdir(path, OWNER_ONLY));
    // What Windows says of a file system without junctions; it may have symbolic links.
    if (isLink && !result.ok && /ENOTSUP|EISDIR/.test(result.errno)) {
      result = yield* ask(symlink(linkTo, path, 'dir'));
    }
    if (result.ok) {
      created.push(creation);
    } else if (result.errno === 'EEXIST' || result.errno === 'ENOENT') {
      conflicted.push(failedCreation('concurrent-modification', creation, result));
      unsure.add(path);
    } else {
      failed.push(failedCreation('cannot-create', creation, result));
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
