import {
  type AccountReport,
  type InspectionReport,
  inspectAllSync,
  type LinkReport,
  type Problem,
  RequiredShared,
  requiredSharedUnder,
  type SharedStateError,
  type SharedSymlink,
  validateAllSync,
} from 'claude-shared-state';

export function listsStay(entry: SharedSymlink): void {
  // @ts-expect-error A list for everybody is nobody's to change.
  RequiredShared.length = 0;
  // @ts-expect-error Nor is the list under another root.
  requiredSharedUnder('/root').length = 0;
  // @ts-expect-error Nor an entry.
  entry.name = 'other';
  // @ts-expect-error Nor where it leads.
  entry.target = '/other';
}

export function reportsStay(report: AccountReport, link: LinkReport): void {
  // @ts-expect-error A result is what was found.
  validateAllSync(['/home']).length = 0;
  // @ts-expect-error A result is what was found.
  report.ok = true;
  // @ts-expect-error A result is what was found.
  report.accountHome = '/other';
  // @ts-expect-error A result is what was found.
  report.links.length = 0;
  // @ts-expect-error A result is what was found.
  report.created.length = 0;
  // @ts-expect-error A result is what was found.
  report.problems.length = 0;
  // @ts-expect-error A result is what was found.
  link.state = 'linked';
}

export function inspectionsStay(report: InspectionReport): void {
  report.created satisfies readonly [];
  // @ts-expect-error A result is what was found.
  inspectAllSync(['/home']).length = 0;
  // @ts-expect-error A result is what was found.
  report.wouldCreate.length = 0;
}

export function errorsStay(error: SharedStateError, problem: Problem): void {
  // @ts-expect-error An error is what happened.
  error.problems.length = 0;
  // @ts-expect-error An error is what happened.
  error.reports.length = 0;
  // @ts-expect-error An error is what happened.
  error.operation = 'validateAll';
  // @ts-expect-error An error is what happened.
  problem.severity = 'warning';
  // @ts-expect-error An error is what happened.
  problem.remedy = 'retry';
}
