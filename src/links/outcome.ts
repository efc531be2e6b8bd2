import type { Operation } from '../core/error.ts';
import { SharedStateError } from './error.ts';
import { type Finding, finding } from './problems.ts';
import type { AccountReport } from './report.ts';
import { type Creation, pathsByHome } from './creations.ts';
import type { HomePlan } from './plan.ts';
import type { Request } from './request.ts';

/** The report on one home, and its findings, which also hold the errors behind the problems. */
export interface Outcome {
  readonly report: AccountReport;
  readonly findings: readonly Finding[];
}

/** Puts together what is known of one home, and what was made, or would be, in and for it. */
export function outcomesOf(
  { repeated }: Request,
  homes: readonly HomePlan[],
  made: readonly Creation[],
  more: (home: HomePlan, index: number) => readonly Finding[],
): readonly Outcome[] {
  const created = pathsByHome(made);
  return homes.map((home, index) => {
    const { accountHome, links } = home;
    const findings = [
      ...(repeated.has(accountHome)
        ? [finding('duplicate-home', { path: accountHome, sameAs: accountHome })]
        : []),
      ...more(home, index),
      ...made.flatMap(({ homes: of, warnings = [] }) => (of.has(index) ? warnings : [])),
    ];
    const problems = findings.map(({ problem }) => problem);
    const ok =
      links.every(({ state }) => state === 'linked' || state === 'equivalent') &&
      problems.every(({ severity }) => severity !== 'error');
    const report = { accountHome, ok, links, created: created.get(index) ?? [], problems };
    return { report, findings };
  });
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
  if (first === undefined) throw new Error('no findings');
  throw new SharedStateError(operation, [first, ...others], reports);
}
