import type { LiveSession } from '../sessions/live-sessions.ts';
import type { MigrationProblem } from './migration-problem.ts';

/**
 * Where a call stands; each begins with `plan`. `migrate`: then `couple`, `swap`, `sweep`, `verify`. `restore`: then
 * `restore`, `verify`. `retireOriginals`: then `retire`.
 */
export type MigrationPhase = 'plan' | 'couple' | 'swap' | 'sweep' | 'verify' | 'restore' | 'retire';

/**
 * How far a run has come; told after each few files, and at each change of phase. Within a phase no number ever
 * becomes smaller, and `done` is never above `total`.
 */
export interface MigrationProgress {
  readonly phase: MigrationPhase;
  /** Files that this phase is through with; directories in `swap`. */
  readonly done: number;
  /** All that are known by now: more may come. */
  readonly total: number;
  /** Bytes of the files that are done, most of which are linked, not copied; 0 in `plan` and `swap`. */
  readonly bytes: number;
}

/** How a run ended; only the first two have done what was asked for. */
export type MigrationOutcome =
  /** All of it is done, and verified. */
  | 'done'
  /** All homes are linked; what could not be merged after the first swap stays in the originals. */
  | 'done-with-leftovers'
  /** Something stands against it: `problems` tells what. Nothing was swapped. */
  | 'refused'
  /** Another process is at it. Nothing was touched. */
  | 'locked'
  /** The signal stopped it between two steps; the same call completes it. */
  | 'aborted'
  /** A call of the file system failed; nothing is lost, and the same call completes it. */
  | 'failed';

/** How many files of an entry are handled how. */
export interface FileCounts {
  /** In one place only: get a second name in the target. */
  readonly link: number;
  /** On another file system: copied into the target. */
  readonly copy: number;
  /** Generations of one transcript, in several places: become one inode, the longest. */
  readonly couple: number;
  /** There already, byte for byte. */
  readonly same: number;
  /** Left in the originals: caches that nobody reads, and the sides that were not chosen. */
  readonly leave: number;
}

/** What happens, or has happened, to one required directory of one home. */
export interface EntryPlan {
  readonly name: string;
  /** `<account home>/<name>`. */
  readonly path: string;
  readonly target: string;
  /**
   * `none`: the right link is there. `link`: nothing is there, so only the link is made. `merge`: a real
   * directory, whose content goes into the target. `roll-forward`: an earlier run ended half-way.
   * `refuse`: something else is there.
   */
  readonly action: 'none' | 'link' | 'merge' | 'roll-forward' | 'refuse';
  readonly files: FileCounts;
  /** Bytes of the files that are to be copied, because target and home are on two file systems. */
  readonly copyBytes: number;
}

/** What happens, or has happened, to one account home. */
export interface HomePlan {
  readonly accountHome: string;
  readonly entries: readonly EntryPlan[];
}

/** A file that stays in the originals, or would, and why. */
export interface Leftover {
  /** Where it is, or will be. */
  readonly path: string;
  readonly reason:
    | 'dead-cache'
    | 'side-not-chosen'
    | 'torn-line'
    | 'changed'
    | 'unmergeable'
    | 'deleted-since';
}

/** What `planMigration` finds: everything that `migrate` would do, and everything against it. */
export interface MigrationPlan {
  /** Whether nothing stands against it. */
  readonly ok: boolean;
  /** One per account home that is a directory of its own, in their order. */
  readonly homes: readonly HomePlan[];
  /** Every error and warning of all homes, each once. */
  readonly problems: readonly MigrationProblem[];
  /** Sessions that are running, or may be. */
  readonly liveSessions: readonly LiveSession[];
  /** Bytes needed on the targets' file systems: 0 where all of it is one file system. */
  readonly spaceNeeded: number;
  /** What will be left in the originals. */
  readonly leftovers: readonly Leftover[];
}

/** What `migrate` did. */
export interface MigrationReport {
  /** Whether all homes are linked now, and everything in them is in the shared target. */
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
  readonly homes: readonly HomePlan[];
  readonly problems: readonly MigrationProblem[];
  /** The originals that this run made or completed. */
  readonly originals: readonly string[];
  readonly leftovers: readonly Leftover[];
}

/** What `restore` did. */
export interface RestoreReport {
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
  readonly accountHome: string;
  /** The names that are real directories of the home again. */
  readonly restored: readonly string[];
  readonly problems: readonly MigrationProblem[];
  readonly leftovers: readonly Leftover[];
}

/** One originals directory. */
export interface Originals {
  /** `<account home>/.claude-shared-state/originals/<UTC>-<nonce>`, by the real path of the home. */
  readonly path: string;
  /** As it was given. */
  readonly accountHome: string;
  /** When its migration began. */
  readonly made: Date;
  /**
   * `pending`: its migration has not been completed. `sealed`: it has. `returning`: a restore from it has begun.
   * `restored`: its directories are back in the home. `retiring`: its removal has begun; the same call completes it.
   */
  readonly state: 'pending' | 'sealed' | 'returning' | 'restored' | 'retiring';
  /** The directories that are in it, such as `projects`. */
  readonly names: readonly string[];
  /** How many files are in it, what was displaced by others included. */
  readonly files: number;
  /** The bytes of these files, most of which are one with files of the shared state. */
  readonly bytes: number;
  /** The shared targets of its manifest; empty where that is missing or torn. */
  readonly targets: readonly { readonly name: string; readonly target: string }[];
}

/** What `listOriginals` finds. */
export interface FoundOriginals {
  /** Those of the home, the oldest first. */
  readonly originals: readonly Originals[];
  /** What could not be looked at. */
  readonly problems: readonly MigrationProblem[];
}

/** What `retireOriginals` did. */
export interface RetireReport {
  /** Whether the originals are gone. */
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
  /** Where they are, or were. */
  readonly originals: string;
  /** How many files were removed by this call. */
  readonly removed: number;
  /** What is not proved to be in the target, relative to the originals: goes only when `discard` names it. */
  readonly kept: readonly string[];
  readonly problems: readonly MigrationProblem[];
}
