import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import type { FailoverProblem } from '../problems.ts';

/** The saved id of a session. */
export interface SavedSession {
  readonly name: string;
  /** `saved`: an id was found now. `kept`: none was found, and the one saved before is still there. `none`: no id. */
  readonly outcome: 'saved' | 'kept' | 'none';
  /** The id that the file has now. */
  readonly sessionId: ResumeUUID | undefined;
  /**
   * Where the id was found: in the record of the running process, or in the hint that the program printed when it
   * ended; `undefined` if none was found.
   */
  readonly source: 'record' | 'pane' | undefined;
  /** The file that keeps the id. */
  readonly path: string;
  /** Why no id was found or saved. */
  readonly problems: readonly FailoverProblem[];
}

/** The result of `saveResumeUUIDs`. */
export interface SaveReport {
  /** Whether every session has an id to resume; an older one does not count if what runs now could not be found out. */
  readonly ok: boolean;
  /** In the order given. */
  readonly sessions: readonly SavedSession[];
}

/** A session after a relaunch. */
export interface RelaunchedSession {
  readonly name: string;
  /**
   * `resumed`: it runs under the target home. `already-running`: it did before. `skipped`: nothing was typed.
   * `awaiting-input`: the program waits for an answer. `failed`: it did not resume, and is at its shell. `refused`: it
   * runs, and the API refuses its requests. `unknown`: it was started, and its state is not known yet.
   */
  readonly outcome:
    | 'resumed'
    | 'already-running'
    | 'skipped'
    | 'awaiting-input'
    | 'failed'
    | 'refused'
    | 'unknown';
  /** The id that runs, or should have been resumed. */
  readonly sessionId: ResumeUUID | undefined;
  /** The id of the original, if the session that runs is a copy of the one that was saved. */
  readonly copiedFrom?: ResumeUUID;
  /** The process of a session that runs. */
  readonly pid: number | undefined;
  /** Why it was not resumed, and warnings. */
  readonly problems: readonly FailoverProblem[];
}

/** The result of `relaunchSessions`. */
export interface RelaunchReport {
  /** Whether every session runs under the target home. */
  readonly ok: boolean;
  /** In the order given. */
  readonly sessions: readonly RelaunchedSession[];
  /** What blocked the whole call, such as `locked-by-other`. */
  readonly problems: readonly FailoverProblem[];
}

/** The result of `swapAccounts`. */
export interface SwapReport extends RelaunchReport {
  /**
   * `done`: see each session. `refused`: nothing was stopped, and no session goes on; see `problems`. `canary-failed`: the first session did
   * not go on, and the others were left where they are. `stopped`: aborted by the signal.
   */
  readonly outcome: 'done' | 'refused' | 'canary-failed' | 'stopped';
}

/** What a swap would do with a session. */
export interface PlannedSession {
  readonly name: string;
  /**
   * `move`: it would be stopped, and resumed. `resume`: it is at its shell, and would be resumed. `stay`: it runs under
   * the target home already. `skip`: it would be left alone; see `problems`.
   */
  readonly action: 'move' | 'resume' | 'stay' | 'skip';
  readonly sessionId: ResumeUUID | undefined;
  /** The process of a session that runs. */
  readonly pid: number | undefined;
  /** Whether it is at work, or was until a limit ended its turn. */
  readonly isBusy: boolean;
  /** What keeps it from being moved, what would be lost, and warnings. */
  readonly problems: readonly FailoverProblem[];
}

/** The result of `planSwap`. */
export interface SwapPlan {
  /** Whether the swap would not be refused, and leave no session alone. */
  readonly ok: boolean;
  /** In the order given. */
  readonly sessions: readonly PlannedSession[];
  /** What the whole swap would be refused for. */
  readonly problems: readonly FailoverProblem[];
}

/** A step of a swap, for alerts and status pages. */
export type SwapEvent =
  | { readonly kind: 'started'; readonly from: string; readonly to: string }
  /** The links of both homes are right. */
  | { readonly kind: 'validated'; readonly problems: readonly FailoverProblem[] }
  /** The ids are saved as far as they are known. */
  | { readonly kind: 'saved'; readonly sessions: readonly SavedSession[] }
  /** The program in the terminal has ended, or was not running. */
  | {
      readonly kind: 'stopped';
      readonly session: string;
      readonly pid: number | undefined;
      readonly wasKilled: boolean;
      /** Whether its work was interrupted. */
      readonly wasBusy: boolean;
    }
  /** The session stays as it is. */
  | { readonly kind: 'skipped'; readonly session: string; readonly problem: FailoverProblem }
  /** The session was started under the other account, or not; see its outcome. */
  | { readonly kind: 'relaunched'; readonly session: RelaunchedSession }
  | { readonly kind: 'finished'; readonly ok: boolean };

/** Whether a session runs under the wanted account. */
export function isUp({ outcome }: RelaunchedSession): boolean {
  return outcome === 'resumed' || outcome === 'already-running';
}
