import type { Finding, Problem } from '../links/problem.ts';
import type { AccountReport } from '../links/report.ts';

// Registered, so that the ESM and the CJS build, and two versions, recognise each other's errors.
const brand = Symbol.for('claude-shared-state.SharedStateError');

/** The public calls that throw a {@link SharedStateError}. */
export type Operation =
  | 'archive'
  | 'deleteRestorePoint'
  | 'diagnoseResume'
  | 'ensureForAccount'
  | 'ensureForAccountSync'
  | 'findLiveSessions'
  | 'inspectAll'
  | 'inspectAllSync'
  | 'inspectMemoryPermissions'
  | 'inspectRetention'
  | 'listRestorePoints'
  | 'listSessions'
  | 'locateTranscripts'
  | 'migrate'
  | 'planDelete'
  | 'planMigration'
  | 'planRestore'
  | 'projectKey'
  | 'relaunchSessions'
  | 'restore'
  | 'resumeCommand'
  | 'saveResumeUUIDs'
  | 'sessionIdFromMessage'
  | 'stepQuotaGate'
  | 'swapAccounts'
  | 'tmuxTerminal'
  | 'unarchive'
  | 'validateAll'
  | 'validateAllSync';

type NonEmpty<Item> = readonly [Item, ...Item[]];

/**
 * The one error of this library: everything that was wrong, in one throw.
 *
 * Recognise it with {@link isSharedStateError}, which also knows errors of the other module system.
 */
export class SharedStateError extends Error {
  override readonly name = 'SharedStateError';
  readonly code = 'ERR_SHARED_STATE';
  /** The function that was called. */
  readonly operation: Operation;
  /** Every error and every warning, each once. */
  readonly problems: readonly [Problem, ...Problem[]];
  /** One report per account home, healthy ones too; empty where the arguments were refused. */
  readonly reports: readonly AccountReport[];

  constructor(
    operation: Operation,
    findings: NonEmpty<Finding>,
    reports: readonly AccountReport[] = [],
  ) {
    const [first, ...others] = findings;
    const problems = [first.problem, ...others.map(({ problem }) => problem)] as const;
    const failed = findings.find(({ error }) => error !== undefined);
    super(
      [`${operation} found problems: ${problems.length}`, ...problems.map(line)].join('\n'),
      failed === undefined ? undefined : { cause: failed.error },
    );
    this.operation = operation;
    this.problems = problems;
    this.reports = reports;
    // Not a member, so that the types of the two builds are one; and not part of what is printed.
    Object.defineProperty(this, brand, { value: true });
  }

  /** The error as plain data, for logs. */
  toJSON() {
    const { name, code, operation, message, problems, reports } = this;
    return { name, code, operation, message, problems, reports };
  }
}

/**
 * Tells whether something thrown is a {@link SharedStateError}, whichever build threw it.
 *
 * `instanceof` fails when one part of a program loaded the ESM and another the CJS build, and for errors of
 * another entry point.
 *
 * @param value - Anything that was caught.
 * @returns Whether its `problems`, `operation` and `reports` can be read.
 *
 * @example Branch on what helps
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isSharedStateError, validateAll } from 'claude-shared-state';
 *
 * const error: unknown = await validateAll([]).catch((reason: unknown) => reason);
 * assert.ok(isSharedStateError(error));
 * assert.equal(error.problems[0].code, 'no-homes');
 * assert.equal(error.problems[0].remedy, 'operator');
 * ```
 */
export function isSharedStateError(value: unknown): value is SharedStateError {
  return typeof value === 'object' && value !== null && brand in value && value[brand] === true;
}

function line({ severity, message, code, remedy }: Problem): string {
  return `- ${severity}: ${message} [${code}, ${remedy}]`;
}
