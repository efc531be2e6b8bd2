import { type AtPath, error, type ProblemTable, text, warning } from './table.ts';

interface OfSession extends AtPath {
  readonly accountHome: string;
  readonly sessionId: string;
  readonly pid: number;
}

interface Retention extends AtPath {
  /** The shortest period of all homes, in days. */
  readonly periodDays: number;
  /** How many files are older than that, in all homes and in the targets. */
  readonly files: number;
}

/** What around the content keeps a migration from being safe, or is to be known before. */
export interface MigrationSurroundings {
  /** A session is running, or may be. */
  readonly 'live-session': OfSession;
  /** A session is running, and `live: 'merge'` takes the risk. */
  readonly 'live-session-merged': OfSession;
  /** A session is running, and its files would have to be copied to another file system. */
  readonly 'live-across-devices': OfSession;
  /** The shortest retention of all homes deletes files as soon as they are shared. `path`: the settings with it. */
  readonly 'retention-deletes': Retention;
  /** The same, and `acceptRetention` takes it. */
  readonly 'retention-accepted': Retention;
  /** Auto-memory that could not be edited in print mode behind a link. `rules`: what to add to `permissions.allow`. */
  readonly 'memory-needs-rules': AtPath & { readonly rules: readonly string[] };
  /** The directory is a mount point, which cannot be renamed. */
  readonly 'source-is-mount-point': AtPath;
  /** The directory comes from a lower layer of an overlay, so that it cannot be renamed. */
  readonly 'source-in-lower-layer': AtPath;
  /** The shared target is a mount point: what lies beside it is on another file system. */
  readonly 'target-is-mount-point': AtPath;
  /** The target's file system knows no hard links. */
  readonly 'no-hard-links': AtPath;
  /** Group or others may write to a directory above, and could replace it. */
  readonly 'ancestor-writable': AtPath;
  /** Something belongs to another user than the one that was named. */
  readonly 'other-owner': AtPath & { readonly uid: number };
}

const isRunning = ({ path, sessionId, pid }: OfSession) =>
  text`session ${sessionId} is running, or may be (process ${String(pid)}, ${path})`;
const overdue = ({ path, files, periodDays }: Retention) =>
  text`${String(files)} files are older than ${String(periodDays)} days, the period of ${path}`;

export const migrationSurroundings: ProblemTable<MigrationSurroundings> = {
  'live-session': error('retry', isRunning, "End it first, or take the risk with live: 'merge'."),
  'live-session-merged': warning(
    isRunning,
    'It may go on: nothing is lost, but what it writes during the swap may come in another order.',
  ),
  'live-across-devices': error(
    'retry',
    isRunning,
    'End it first: its files have to be copied to another file system.',
  ),
  'retention-deletes': error(
    'operator',
    overdue,
    'Raise cleanupPeriodDays in all homes, or accept it with acceptRetention.',
  ),
  'retention-accepted': warning(overdue, 'They are deleted at the next start of that home.'),
  'memory-needs-rules': warning(
    (p) => text`behind a link the auto-memory in ${p.path} cannot be edited in print mode`,
    'Add the rules to permissions.allow in the settings.json of the home.',
  ),
  'source-is-mount-point': error(
    'operator',
    (p) => text`${p.path} is a mount point and cannot be renamed`,
    'Unmount it, or make it the shared target.',
  ),
  'source-in-lower-layer': error(
    'operator',
    (p) => text`${p.path} lies in a lower layer of an overlay and cannot be renamed`,
    'Copy it into the upper layer first: cp -a to another name, then mv twice.',
  ),
  'target-is-mount-point': error(
    'operator',
    (p) => text`the shared target ${p.path} is a mount point`,
    'Choose a directory inside that volume.',
  ),
  'no-hard-links': error(
    'operator',
    (p) => text`the file system of ${p.path} knows no hard links`,
    'Choose a shared target on another file system.',
  ),
  'ancestor-writable': warning(
    (p) => text`${p.path} can be written by group or others, who could replace what lies in it`,
    'Take that right away, or set the sticky bit.',
  ),
  'other-owner': warning(
    (p) => text`${p.path} belongs to user ${String(p.uid)}`,
    'Make sure that this is meant.',
  ),
};
