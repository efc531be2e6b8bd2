import type { MigrateFs, MigrateReadFs } from '../fs/migrate-fs.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { SharedSymlink } from '../links/required.ts';
import type { MigrationProgress } from './report.ts';

/** What every call that changes something accepts. */
export interface RunOptions {
  /** The file system to work on; the real disk by default. */
  readonly fs?: FsLike<MigrateFs> | undefined;
  /** Tells which processes run. Defaults to this machine's if `fs` is left out, too; otherwise to "unknown". */
  readonly processInspector?: ProcessInspector | undefined;
  /** The current time; the time of the call by default. */
  readonly now?: Date | undefined;
  /** Receives the progress of the run. If it throws, the run ends as in a crash. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined;
  /** Stops the run between two steps. */
  readonly signal?: AbortSignal | undefined;
  /** Returns a number from 0 to below 1, for unique names; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** Waits the given number of milliseconds; a timer by default. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** The process id to write into locks; this process's by default. */
  readonly pid?: number | undefined;
  /** The user to act as; the effective user of this process by default, unknown with an injected `fs`. */
  readonly uid?: number | undefined;
}

/** For calls that only read. */
interface ReadOption {
  /** The file system to read; the real disk by default. */
  readonly fs?: FsLike<MigrateReadFs> | undefined;
}

/** Names the shared links. */
interface RequiredOption {
  /** The shared links: `RequiredShared` by default; to restore or delete, those that the restore points record. */
  readonly required?: readonly SharedSymlink[] | undefined;
}

/** What `planMigration` and `migrate` accept. */
export interface MigrateOptions extends RunOptions, RequiredOption {
  /** `refuse` (default): a running session blocks the migration. `merge`: sessions may keep running. */
  readonly live?: 'refuse' | 'merge' | undefined;
  /** Whether to share files even if the shortest retention of all homes deletes them at the next start. */
  readonly acceptRetention?: boolean | undefined;
  /** Conflicts to decide: at these paths the shared side wins; the home's stays in the restore point. */
  readonly preferShared?: readonly string[] | undefined;
  /** Conflicts to decide: at these paths the home's side wins; the shared one is set aside in the state directory. */
  readonly preferHome?: readonly string[] | undefined;
  /** More account homes to check for running sessions that write into the migrated directories. */
  readonly otherHomes?: readonly string[] | undefined;
}

/** What `planMigration` accepts. */
export type PlanMigrationOptions = Omit<MigrateOptions, 'onProgress' | 'signal' | 'sleep' | 'pid'>;

/** What `restore` accepts. */
export interface RestoreOptions extends RunOptions, RequiredOption {
  /** Whether to restore from a shared directory other than the one the restore point names, as after a move. */
  readonly acceptOtherTarget?: boolean | undefined;
}

/** What `planRestore` accepts. */
export type PlanRestoreOptions = ReadOption &
  Omit<RestoreOptions, 'onProgress' | 'signal' | 'sleep' | 'pid' | 'random' | 'fs'>;

/** What `listRestorePoints` accepts. */
export interface ListRestorePointsOptions extends ReadOption {
  /** Whether to count the files in each restore point; `true` by default. */
  readonly countFiles?: boolean | undefined;
}

/** What `deleteRestorePoint` accepts. */
export interface DeleteRestorePointOptions extends RunOptions, RequiredOption {
  /** Files to delete although they can't be proved to be shared: paths relative to the restore point. */
  readonly discard?: readonly string[] | undefined;
}

/** What `planDelete` accepts. */
export interface PlanDeleteOptions extends ReadOption, RequiredOption {
  /** As for `deleteRestorePoint`. */
  readonly discard?: readonly string[] | undefined;
}

/** What `archive` and `unarchive` accept. */
export interface ArchiveOptions extends RunOptions, RequiredOption {
  /** The archive directory; `<shared root>/.claude-shared-state/archive` by default. */
  readonly archive?: string | undefined;
  /** Account homes in none of which `archive` may create its archive; none by default. */
  readonly accountHomes?: readonly string[] | undefined;
}
