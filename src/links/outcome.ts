import type { Operation } from '../core/error.ts';
import { SharedStateError } from './error.ts';
import { type Finding, finding } from './problems.ts';
import type { AccountReport } from './report.ts';
import type { Creation } from './creations.ts';
import type { PlannedHome } from './plan.ts';
import type { Request } from './request.ts';

/** The report on one home, and its findings, which also hold the errors behind the problems. */
export interface Outcome {
  readonly report: AccountReport;
  readonly findings: readonly Finding[];
}

/** Puts together what is known of one home, and what was made, or would be, in and for it. */
export function outcomesOf(
  { repeated }: Request,
  homes: readonly PlannedHome[],
  made: readonly Creation[],
  more: (home: PlannedHome, index: number) => readonly Finding[],
): readonly Outcome[] {
  return homes.map((home, index) => {
    const { accountHome, links } = home;
    const findings = [
      ...(repeated.has(accountHome)
        ? [finding('duplicate-home', { path: accountHome, sameAs: accountHome })]
        : []),
      ...more(home, index),
      ...made.flatMap((creation) => (creation.homes.has(index) ? (creation.warnings ?? []) : [])),
    ];
    const problems = findings.map(({ problem }) => problem);
    const ok =
      links.every(({ state }) => state === 'linked' || state === 'equivalent') &&
      problems.every(({ severity }) => severity !== 'error');
    const created = made.flatMap(({ path, homes: [first] }) => (first === index ? [path] : []));
    const report = { accountHome, ok, links, created, problems };
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
  // A problem of a shared target is one problem, though every home reports it.
  const [first, ...others] = new Set(outcomes.flatMap(({ findings }) => findings));
  if (first === undefined) throw new Error('no findings');
  throw new SharedStateError(operation, [first, ...others], reports);
}
