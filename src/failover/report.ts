import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import type { FailoverProblem } from './failover-problem.ts';

/** What came of saving the id of one session. */
export interface SavedSession {
  readonly name: string;
  /**
   * `saved`: the id was found now. `kept`: none was found, and what was saved before is still there. `none`: there is
   * no id, neither found nor saved before.
   */
  readonly outcome: 'saved' | 'kept' | 'none';
  /** The id that the file has now. */
  readonly sessionId: ResumeUUID | undefined;
  /**
   * Where the id was found: in the record of the running process, or in the hint that the program printed when it
   * ended; `undefined` where none was found.
   */
  readonly source: 'record' | 'pane' | undefined;
  /** The file that keeps the id. */
  readonly path: string;
  /** Why no id was found or saved. */
  readonly problems: readonly FailoverProblem[];
}

/** What `saveResumeUUIDs` did. */
export interface SaveReport {
  /** Whether every session has an id that can be resumed from. */
  readonly ok: boolean;
  /** One for each session, in the order in which they were given. */
  readonly sessions: readonly SavedSession[];
}

/** What came of one session. */
export interface RelaunchedSession {
  readonly name: string;
  /**
   * `resumed`: it runs under the target home. `already-running`: it did so before. `left`: nothing was typed, the
   * terminal is as it was. `asking`: the program waits for a person. `failed`: it did not resume, and is at its shell.
   * `unclear`: it was started, and has not shown yet how it goes.
   */
  readonly outcome: 'resumed' | 'already-running' | 'left' | 'asking' | 'failed' | 'unclear';
  /** The id that was resumed, or was to be. */
  readonly sessionId: ResumeUUID | undefined;
  /** The process of a session that runs. */
  readonly pid: number | undefined;
  /** What stood against it; warnings of the diagnosis as well. */
  readonly problems: readonly FailoverProblem[];
}

/** What `relaunchSessions` did. */
export interface RelaunchReport {
  /** Whether every session runs under the target home. */
  readonly ok: boolean;
  /** One for each session, in the order in which they were given. */
  readonly sessions: readonly RelaunchedSession[];
  /** What stood against the whole call, such as `failover-locked`. */
  readonly problems: readonly FailoverProblem[];
}

/** Whether a session runs under the account that is wanted. */
export function isUp({ outcome }: RelaunchedSession): boolean {
  return outcome === 'resumed' || outcome === 'already-running';
}

/** What `swapAccounts` did. */
export interface SwapReport {
  /** Whether every session runs under the other account. */
  readonly ok: boolean;
  /**
   * `done`: every session was dealt with; see each. `refused`: nothing was touched, `problems` tells why. `stopped`: by
   * the signal.
   */
  readonly outcome: 'done' | 'refused' | 'stopped';
  /** One for each session, in the order in which they were given. */
  readonly sessions: readonly RelaunchedSession[];
  /** What stood against the whole swap, and warnings. */
  readonly problems: readonly FailoverProblem[];
}
