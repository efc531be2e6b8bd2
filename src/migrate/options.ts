import type { PortOrPromises } from '../fs/port.ts';
import type { MigrateFs, MigrateReadFs } from '../fs/migrate-fs.ts';
import type { ProcessProbe } from '../fs/processes.ts';
import type { SharedSymlink } from '../links/required.ts';
import type { MigrationProgress } from './report.ts';

/** What all calls about migrating may be told. */
interface CommonOptions<Fs> {
  /** The shared links every home must have; `RequiredShared` unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to work on; the real disk unless given. */
  readonly fs?: PortOrPromises<Fs> | undefined;
  /** Tells which processes run. By default those of this machine if `fs` is left out, too; otherwise unknown. */
  readonly processes?: ProcessProbe | undefined;
  /** The time to judge by; the time of the call unless given. */
  readonly now?: Date | undefined;
}

/** What planning may be told, and migrating as well. */
export interface Decisions {
  /** `refuse` (the default): running sessions stand against it. `merge`: they may go on, at the risk that the plan names. */
  readonly live?: 'refuse' | 'merge' | undefined;
  /** Whether files may be merged that the shortest retention of all homes deletes at the next start. */
  readonly acceptRetention?: boolean | undefined;
  /** Paths of conflicting files to keep both sides of, each as the conflict names it. */
  readonly keepBoth?: readonly string[] | undefined;
  /** The user that everything should belong to; other owners are a warning. Not looked at unless given. */
  readonly uid?: number | undefined;
}

/** What `planMigration` may be told. */
export interface PlanMigrationOptions extends CommonOptions<MigrateReadFs>, Decisions {}

/** What all calls that change something may be told. */
export interface ActingOptions extends CommonOptions<MigrateFs> {
  /** Is told how far the run has come. What it throws ends the run, as a crash would. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined;
  /** Stops the run between two steps. */
  readonly signal?: AbortSignal | undefined;
  /** A number from 0 to below 1, for names that nobody else has; `Math.random` unless given. */
  readonly random?: (() => number) | undefined;
  /** Lets a time pass, in milliseconds, before something is tried again; a timer unless given. */
  readonly pause?: ((milliseconds: number) => Promise<void>) | undefined;
  /** The own process id, for the lock; that of this process unless given. */
  readonly pid?: number | undefined;
}

/** What `migrate` may be told. */
export interface MigrateOptions extends ActingOptions, Decisions {}

/** What `restore` may be told. */
export interface RestoreOptions extends ActingOptions {
  /** As for `migrate`. */
  readonly live?: 'refuse' | 'merge' | undefined;
  /** Whether the files get inodes of their own; without it they stay one with those of the target. */
  readonly detach?: boolean | undefined;
}

/** What `listOriginals` may be told. */
export interface ListOriginalsOptions {
  /** A file system to read from; the real disk unless given. */
  readonly fs?: PortOrPromises<MigrateReadFs> | undefined;
}

/** What `retireOriginals` may be told. */
export interface RetireOptions extends Omit<ActingOptions, 'required'> {
  /** What to remove although it is not proved to be in the target: paths relative to the originals. */
  readonly discard?: readonly string[] | undefined;
}
