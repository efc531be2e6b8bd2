import type { ProblemBase } from './problem.ts';

// Registered, so that the ESM and the CJS build, and two versions, recognize each other's errors.
const brand = Symbol.for('claude-shared-state.SharedStateError');

/** The public calls that throw a `SharedStateError`. */
export type Operation =
  | 'archive'
  | 'chooseAccount'
  | 'deleteRestorePoint'
  | 'diagnoseResume'
  | 'ensureForAccount'
  | 'ensureForAccountSync'
  | 'exportFromStore'
  | 'findAccountHomes'
  | 'findLiveSessions'
  | 'holdStateDirectory'
  | 'inspectAll'
  | 'inspectAllSync'
  | 'inspectRetention'
  | 'inspectSettings'
  | 'listRestorePoints'
  | 'listSessions'
  | 'locateTranscripts'
  | 'migrate'
  | 'planDelete'
  | 'planMigration'
  | 'planRehome'
  | 'planRestore'
  | 'planSwap'
  | 'projectKey'
  | 'readLimitRows'
  | 'rehome'
  | 'relaunchSessions'
  | 'requiredSharedUnder'
  | 'restore'
  | 'resumeCommand'
  | 'saveResumeUUIDs'
  | 'sessionIdFromMessage'
  | 'stepQuotaGate'
  | 'swapAccounts'
  | 'syncToStore'
  | 'tmuxTerminal'
  | 'unarchive'
  | 'validateAll'
  | 'validateAllSync'
  | 'verifyStore';

/** A problem, and the error behind it if a call failed. */
export interface Finding<Problem extends ProblemBase = ProblemBase> {
  readonly problem: Problem;
  readonly error?: unknown;
}

/** The error of this library. What its problems and reports are is up to those who find them. */
export class SharedStateError<Problem extends ProblemBase, Report> extends Error {
  // What is printed of one that nobody caught begins with this; the class's own name is minified.
  static override readonly name = 'SharedStateError';
  override readonly name = 'SharedStateError';
  readonly code = 'ERR_SHARED_STATE';
  /** The function that was called. */
  readonly operation: Operation;
  /** Every error and every warning, each once. */
  readonly problems: readonly [Problem, ...Problem[]];
  /** One report per account home, healthy ones too; empty if the arguments were refused. */
  readonly reports: readonly Report[];

  constructor(
    operation: Operation,
    findings: readonly [Finding<Problem>, ...Finding<Problem>[]],
    reports: readonly Report[] = [],
  ) {
    const [first, ...others] = findings;
    const failed = findings.find(({ error }) => error !== undefined);
    super(
      others.length === 0
        ? `${operation}: ${inOneLine(first.problem)}`
        : `${operation} found ${findings.length} problems\n${findings.map(line).join('\n')}`,
      failed === undefined ? undefined : { cause: failed.error },
    );
    this.operation = operation;
    this.problems = [first.problem, ...others.map(({ problem }) => problem)];
    this.reports = reports;
    // Not a member, so that the types of the two builds are one; and not part of what is printed.
    Object.defineProperty(this, brand, { value: true });
  }

  /** The problems of severity `error`, without the warnings. */
  get errors(): readonly Problem[] {
    return this.problems.filter(({ severity }) => severity === 'error');
  }

  /** The error as plain data, for logs. */
  toJSON() {
    const { name, code, operation, message, problems, reports } = this;
    return { name, code, operation, message, problems, reports };
  }
}

/** Whether something thrown is the error of this library, whichever build threw it. */
export function hasBrand(value: unknown): value is object {
  return typeof value === 'object' && value !== null && brand in value && value[brand] === true;
}

function line({ problem }: Finding): string {
  return `- ${problem.severity}: ${inOneLine(problem)}`;
}

function inOneLine({ message, code, remedy }: ProblemBase): string {
  return `${message} [${code}, ${remedy}]`;
}
