import { type Operation, SharedStateError } from '../error.ts';
import { type Finding, finding } from '../problem.ts';
import type { AccountReport } from '../report.ts';
import type { Creation } from './creations.ts';
import type { HomePlan } from './plan.ts';
import type { Request } from './request.ts';

/** The report on one home, and its findings, which also hold the errors behind the problems. */
export interface Outcome {
  readonly report: AccountReport;
  readonly findings: readonly Finding[];
}

/** Puts together what is known of one home, and what was made, or would be, in and for it. */
export function outcomeOf(
  { repeated }: Request,
  { accountHome, links }: HomePlan,
  index: number,
  found: readonly Finding[],
  made: readonly Creation[],
): Outcome {
  const findings = [
    ...(repeated.has(accountHome) ? [finding('duplicate-home', { path: accountHome })] : []),
    ...found,
    ...made.flatMap(({ homes, warning }) => (homes.includes(index) && warning) || []),
  ];
  const problems = findings.map(({ problem }) => problem);
  const created = made.filter(({ homes }) => homes[0] === index).map(({ path }) => path);
  const ok =
    links.every(({ state }) => state === 'linked' || state === 'equivalent') &&
    problems.every(({ severity }) => severity !== 'error');
  return { report: { accountHome, ok, links, created, problems }, findings };
}

/** The reports, unless one of them holds an error: then one error that holds them all. */
export function reportsOrThrow(
  operation: Operation,
  outcomes: readonly Outcome[],
): readonly AccountReport[] {
  const reports = outcomes.map(({ report }) => report);
  if (reports.every(({ ok }) => ok)) return reports;
  // A problem of a shared target is one problem, though every home tells it.
  const [first, ...others] = new Set(outcomes.flatMap(({ findings }) => findings));
  if (first === undefined) return reports;
  throw new SharedStateError(operation, [first, ...others], reports);
}
