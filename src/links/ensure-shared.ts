import type { WriteSteps } from '../fs/calls.ts';
import type { Finding } from './problems.ts';
import { apply, type FailedCreation } from './apply.ts';
import { retentionFindings } from './compare-retention.ts';
import type { Creation } from './creations.ts';
import { inspectShared } from './inspect.ts';
import { type Outcome, outcomesOf } from './outcome.ts';
import { type LinkPlan, planLinks } from './plan.ts';
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
    const told = withoutTheObvious([...findings, ...own.map(({ finding }) => finding)]);
    return [...told, ...(retention[index] ?? [])];
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
