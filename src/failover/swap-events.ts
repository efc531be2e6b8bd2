import type { RelaunchedSession, SavedSession } from './report.ts';
import type { FailoverProblem } from './failover-problem.ts';

/** A step of a swap, for alerts and status pages. */
export type SwapEvent =
  /** The swap has begun; nothing has been looked at yet. */
  | { readonly kind: 'begun'; readonly from: string; readonly to: string }
  /** The links of both homes are right. */
  | { readonly kind: 'validated'; readonly problems: readonly FailoverProblem[] }
  /** The ids have been saved as far as they are known. */
  | { readonly kind: 'saved'; readonly sessions: readonly SavedSession[] }
  /** The program in the terminal has ended, or was not running. */
  | {
      readonly kind: 'stopped';
      readonly session: string;
      readonly pid: number | undefined;
      readonly wasKilled: boolean;
    }
  /** The session stays as it is. */
  | { readonly kind: 'left'; readonly session: string; readonly problem: FailoverProblem }
  /** The session has been started under the other account, or not; see its outcome. */
  | { readonly kind: 'relaunched'; readonly session: RelaunchedSession }
  /** The swap is over. */
  | { readonly kind: 'ended'; readonly ok: boolean };
