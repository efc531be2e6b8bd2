import type { LiveSession } from '../sessions/live-sessions.ts';
import type { MigrationProblem } from './problems.ts';

/** The phase of a run. `migrate` goes through the first four, in this order. */
export type MigrationPhase =
  | 'plan'
  | 'absorb'
  | 'cut-over'
  | 'catch-up'
  | 'restore'
  | 'delete'
  | 'archive';

/** The progress of a run. Within a phase no number decreases, and `done` never exceeds `total`. */
export interface MigrationProgress {
  readonly phase: MigrationPhase;
  /** Files processed; directories in `cut-over`. */
  readonly done: number;
  /** Files known so far: there may be more to come. */
  readonly total: number;
  /** Size of the processed files, most of which are linked, not copied. */
  readonly bytes: number;
}

/** How a run ended. Only `done` and `partial` did what was asked for. */
export type MigrationOutcome =
  /** Everything is done and verified. */
  | 'done'
  /** Every home is linked; some files could not be merged and stay in the restore point. */
  | 'partial'
  /** Something blocks it, see `problems`. No directory was replaced by a link. */
  | 'refused'
  /** Another process holds the lock. None of your files was touched. */
  | 'locked'
  /** The signal stopped it between two steps; the same call completes it. */
  | 'aborted'
  /** A file-system call failed; nothing is lost, and the same call completes it. */
  | 'failed';

/** The number of files of a directory, by what happens to them. */
export interface FileCounts {
  /** Transcripts that exist in one place only: get a second name in the target. */
  readonly link: number;
  /** Files copied into the target. */
  readonly copy: number;
  /** Generations of one transcript, and memory files, that become one file. */
  readonly merged: number;
  /** Already shared, byte for byte. */
  readonly identical: number;
  /** Stay in the restore point: obsolete caches, and the sides of conflicts that were not chosen. */
  readonly skipped: number;
}

/** What happens, or has happened, to one required directory of one home. */
export interface EntryPlan {
  readonly name: string;
  /** `<account home>/<name>`. */
  readonly path: string;
  readonly target: string;
  /**
   * `none`: the right link exists. `link`: nothing exists, so only the link is created. `merge`: a real directory, whose
   * content moves into the target. `complete`: an earlier run ended halfway. `refuse`: something else exists.
   */
  readonly action: 'none' | 'link' | 'merge' | 'complete' | 'refuse';
  readonly files: FileCounts;
  /** Bytes that will be copied. */
  readonly copyBytes: number;
}

/** What happens, or has happened, to one account home. */
export interface HomePlan {
  readonly accountHome: string;
  readonly entries: readonly EntryPlan[];
}

/** A file that stays, or will stay, outside the shared directory. */
export interface UnmergedFile {
  /** Its path now, or after the migration. */
  readonly path: string;
  /**
   * `obsolete-cache`: a cache that no version reads. `kept-aside`: the side of a conflict that was not chosen.
   * `replaced`: another version, set aside in the state directory, or in the restore point if it was restored.
   * `partial-line`: it ends in half a line that the shared transcript lacks. `conflict`: it changed after the plan and
   * can't be merged. `duplicate-session-id`: the session has transcripts under several project keys. `moved`: the session
   * moved to another project key meanwhile, and has one transcript there. `changed`: it was written to after it was set
   * aside.
   */
  readonly reason:
    | 'obsolete-cache'
    | 'kept-aside'
    | 'replaced'
    | 'partial-line'
    | 'conflict'
    | 'duplicate-session-id'
    | 'moved'
    | 'changed';
}

/** What `planMigration` finds: everything `migrate` would do, and everything that blocks it. */
export interface MigrationPlan {
  /** Whether nothing blocks it. */
  readonly ok: boolean;
  /** One per distinct account home, in order. */
  readonly homes: readonly HomePlan[];
  /** Every error and warning of all homes, each once. */
  readonly problems: readonly MigrationProblem[];
  /** Sessions that run, or may run, and write into the migrated directories. */
  readonly liveSessions: readonly LiveSession[];
  /** Bytes that will be copied, all of them before the first directory is replaced by a link. */
  readonly spaceNeeded: number;
  /** What will stay outside the shared directories. */
  readonly unmerged: readonly UnmergedFile[];
}

/** How a run ended, and everything that is to be said about it. */
export interface RunReport {
  /** Whether the outcome is `done`: everything that was asked for is done, and verified. */
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
  readonly problems: readonly MigrationProblem[];
}

/** What `migrate` did. */
export interface MigrationReport extends RunReport {
  readonly homes: readonly HomePlan[];
  /** The restore points that this run created or completed. */
  readonly restorePoints: readonly string[];
  readonly unmerged: readonly UnmergedFile[];
}

/** One directory that `restore` gives back. */
export interface RestoreEntry {
  readonly name: string;
  /** `<account home>/<name>`. */
  readonly path: string;
  /** The shared directory whose content the home keeps. */
  readonly target: string;
  /** Files to copy, because the home lacks them or shares them with the target. */
  readonly copy: number;
  readonly copyBytes: number;
}

/** What `planRestore` finds. */
export interface RestorePlan {
  readonly ok: boolean;
  readonly accountHome: string;
  /** The restore point the home gets its directories back from; absent if there is none. */
  readonly restorePoint?: string;
  readonly entries: readonly RestoreEntry[];
  readonly problems: readonly MigrationProblem[];
  /** Bytes that will be copied. */
  readonly spaceNeeded: number;
}

/** What `restore` did. */
export interface RestoreReport extends RunReport {
  readonly accountHome: string;
  /** The names that are real directories of the home again. */
  readonly restored: readonly string[];
  readonly unmerged: readonly UnmergedFile[];
}

/** The state of a restore point. `restoring` and `deleting` have begun; the same call completes them. */
export type RestorePointState = 'incomplete' | 'complete' | 'restoring' | 'restored' | 'deleting';

/** What a migration set aside in a home. A way back, not a backup: linked files are one with the shared ones. */
export interface RestorePoint {
  /** `<account home>/.claude-shared-state/restore-points/<UTC>-<nonce>`, by the real path of the home. */
  readonly path: string;
  /** As the caller spelled it. */
  readonly accountHome: string;
  readonly createdAt: Date;
  readonly state: RestorePointState;
  /** The directories in it, such as `projects`. */
  readonly names: readonly string[];
  /** How many files it holds, unless `countFiles` is `false`. */
  readonly files?: number;
  /** The size of these files, most of which take no space of their own. */
  readonly bytes?: number;
  /** The shared targets its directories were merged into. */
  readonly targets: readonly { readonly name: string; readonly target: string }[];
}

/** What `listRestorePoints` finds. */
export interface RestorePointList {
  /** Oldest first. */
  readonly restorePoints: readonly RestorePoint[];
  /** What could not be read, and where `projects` is gone or empty now, although its restore point is not. */
  readonly problems: readonly MigrationProblem[];
}

/** What `planDelete` finds. */
export interface DeletePlan {
  /** Whether `deleteRestorePoint` would delete all of it. */
  readonly ok: boolean;
  readonly restorePoint: string;
  /** Files that are proved to be shared, or that `discard` names. */
  readonly deletable: number;
  /** Files that can't be proved to be shared, relative to the restore point. */
  readonly kept: readonly string[];
  readonly problems: readonly MigrationProblem[];
}

/** What `deleteRestorePoint` did. */
export interface DeleteReport extends RunReport {
  readonly restorePoint: string;
  /** Files deleted by this call. */
  readonly deleted: number;
  /** Files that can't be proved to be shared, relative to the restore point; `discard` deletes them. */
  readonly kept: readonly string[];
}

/** What `archive` did. */
export interface ArchiveReport extends RunReport {
  readonly archive: string;
  /** Transcripts that this call added or updated. */
  readonly added: number;
  /** Transcripts that were in the archive already. */
  readonly unchanged: number;
}

/** What `unarchive` did. */
export interface UnarchiveReport extends RunReport {
  readonly sessionId: string;
  /** The shared transcript; absent if none was brought back. */
  readonly path?: string;
}
