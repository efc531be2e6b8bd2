import type { WriteSteps } from '../fs/calls.ts';
import type { Finding } from './problem.ts';
import { apply, type Setback } from './apply.ts';
import { retentionFindings } from './compare-retention.ts';
import type { Creation } from './creations.ts';
import { inspectShared } from './inspect.ts';
import { type Outcome, outcomesOf } from './outcome.ts';
import { type LinkPlan, planLinks } from './plan.ts';
import type { Request } from './request.ts';

const MOST_LOOKS = 3;

/**
 * Looks, makes what is safe, and looks again, so that what is reported is what is there now.
 *
 * Where that shows more to make (somebody else was faster, or a call failed in passing) it goes on, at
 * most three times.
 */
export function* ensureShared(request: Request): WriteSteps<readonly Outcome[]> {
  const { accountHomes, required } = request;
  let made: readonly Creation[] = [];
  let failed: readonly Setback[] = [];
  let raced: readonly Setback[] = [];
  let plan = planLinks(yield* inspectShared(accountHomes, required), required);
  for (let looks = 0; looks < MOST_LOOKS && plan.creations.length > 0; looks += 1) {
    const lost = failed.map(({ creation }) => creation.path);
    const applied = yield* apply(plan.creations, lost);
    made = made.concat(applied.made);
    failed = failed.concat(applied.failed);
    raced = applied.raced;
    plan = planLinks(yield* inspectShared(accountHomes, required), required);
    if (applied.made.length + raced.length === 0) break;
  }

  const retention = yield* retentionFindings(request, made);
  const setbacks = [...failed, ...raced.filter(isOpenIn(plan))];
  return outcomesOf(request, plan.homes, made, ({ findings }, index) => {
    const own = setbacks.filter(({ creation }) => creation.homes.has(index));
    const told = withoutTheObvious([...findings, ...own.map(({ finding }) => finding)]);
    return [...told, ...(retention[index] ?? [])];
  });
}

function isOpenIn({ creations }: LinkPlan) {
  const open = new Set(creations.map(({ path }) => path));
  return ({ creation }: Setback) => open.has(creation.path);
}

/** "It is missing" says nothing beside the reason why this very call could not make it. */
function withoutTheObvious(findings: readonly Finding[]): readonly Finding[] {
  const reasons = findings.filter(({ problem }) => problem.remedy !== 'ensure');
  return reasons.some(({ problem }) => problem.severity === 'error') ? reasons : findings;
}
