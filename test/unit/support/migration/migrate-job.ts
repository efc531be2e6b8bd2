import type { SharedSymlink } from 'claude-shared-state';
import type { SwapCall } from './hooked-disk.ts';

/** What a process that migrates is asked to do. */
export interface MigrateJob {
  readonly operation: 'migrate' | 'restore';
  /** All of them; `restore` takes the first. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  /** Whether the lock is used; without it, only the disk tells what others do. */
  readonly lock: boolean;
  /** Milliseconds to wait before and after each call of a swap of `projects`, for the first few swaps. */
  readonly window?: { readonly milliseconds: number; readonly swaps: number };
  /** The call of a swap, counted over all of them, at which the process kills itself. */
  readonly killAt?: Pick<SwapCall, 'step' | 'when'> & { readonly swap: number };
  /** The call of a swap that is told to the parent, which then kills: the call goes on meanwhile. */
  readonly announce?: Pick<SwapCall, 'step' | 'when'> & { readonly swap: number };
}

/** What the process says: that it is ready, that it reached a call, or how it ended. */
export type MigrateAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached' }
  | {
      readonly kind: 'report';
      readonly ok: boolean;
      readonly outcome: string;
      readonly problems: readonly string[];
      readonly leftovers: readonly string[];
      /** On the clock that all processes share, in nanoseconds. */
      readonly start: number;
      readonly end: number;
      /** For each swap of `projects`, how long nothing was there. */
      readonly gaps: readonly number[];
      /** Milliseconds that passed in each phase. */
      readonly phases: Readonly<Record<string, number>>;
      readonly peakKilobytes: number;
    }
  | { readonly kind: 'rejected'; readonly why: string };

export function isMigrateAnswer(message: unknown): message is MigrateAnswer {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

export function isMigrateJob(message: unknown): message is MigrateJob {
  return typeof message === 'object' && message !== null && 'operation' in message;
}
