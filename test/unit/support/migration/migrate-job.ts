import type { SharedSymlink } from 'claude-shared-state';
import type { CutOverCall } from './hooked-disk.ts';

type Point = Pick<CutOverCall, 'step' | 'when'> & {
  /** Which call of this kind, counted over all names. */
  readonly count: number;
};

/** What a process is asked to do. */
export interface MigrateJob {
  readonly operation: 'migrate' | 'restore' | 'ensure';
  /** All of them; `restore` takes the first. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  /** Milliseconds to wait before and after each call of a cut-over of `projects`, for the first few of them. */
  readonly window?: { readonly milliseconds: number; readonly cutOvers: number };
  /** The call at which the process kills itself. */
  readonly killAt?: Point;
  /** The call that is announced to the parent, which then kills: the call goes on meanwhile. */
  readonly announce?: Point;
}

/** What the process says: that it is ready, that it reached a call, or how it ended. */
export type MigrateAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached' }
  | {
      readonly kind: 'report';
      readonly ok: boolean;
      readonly outcome: string;
      /** Messages of errors. */
      readonly problems: readonly string[];
      /** Every path that the report names as not merged, or in conflict. */
      readonly listed: readonly string[];
      /** On the clock that all processes share, in nanoseconds. */
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'rejected'; readonly why: string };

export function isMigrateAnswer(message: unknown): message is MigrateAnswer {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

export function isMigrateJob(message: unknown): message is MigrateJob {
  return typeof message === 'object' && message !== null && 'operation' in message;
}
