import { type AtPath, error, type Failed, type ProblemTable, text, warning } from './table.ts';

/** What can happen to a migration, or to its way back, while it runs. */
export interface MigrationRuns {
  /** Another process is at it; `pid` as it says itself. */
  readonly 'locked-by-other': AtPath & { readonly pid: number | undefined };
  /** A call of the file system failed. */
  readonly 'call-failed': AtPath & Failed;
  /** Something kept changing until the passes ran out. */
  readonly 'never-quiet': AtPath;
  /** An earlier run ended half-way; it is completed first. */
  readonly 'earlier-run-pending': AtPath;
  /** The list of what a run has linked is missing, torn, or about another target: everything is kept, and linked again. */
  readonly 'manifest-unusable': AtPath;
  /** Claude Code made the directory anew each time that it was moved away. */
  readonly 'made-anew': AtPath;
  /** There are no originals from which the home could get its directories back. */
  readonly 'no-originals': AtPath;
  /** The link is not the one that the migration made. */
  readonly 'link-changed': AtPath & { readonly target: string };
  /** The shared target is another directory than the one that the originals were merged into. */
  readonly 'other-target': AtPath & { readonly target: string };
  /** The migration that these originals belong to has not been completed. */
  readonly 'originals-pending': AtPath;
  /** The home is getting its directories back from these originals, or has them. */
  readonly 'originals-restored': AtPath;
  /** The removal of these originals has begun, and has not been completed. */
  readonly 'originals-retiring': AtPath;
  /** What says into which targets these originals were merged is missing or torn: nothing can be proved. */
  readonly 'manifest-missing': AtPath;
}

const again = 'Nothing is lost. Call again: it goes on where it stopped.';

export const migrationRuns: ProblemTable<MigrationRuns> = {
  'locked-by-other': error(
    'retry',
    (p) => text`${p.path} is held by ${p.pid === undefined ? 'somebody' : `process ${p.pid}`}`,
    'Wait for it. A lock of a process that is known to be dead is broken by itself; after a reboot, or from another container, make sure that it is dead and remove the lock.',
  ),
  'call-failed': error('retry', (p) => text`a call failed at ${p.path} (${p.errno})`, again),
  'never-quiet': error('retry', (p) => text`${p.path} kept changing`, again),
  'earlier-run-pending': warning(
    (p) => text`${p.path} is of a run that ended half-way`,
    'It is completed first.',
  ),
  'manifest-unusable': warning(
    (p) => text`${p.path} is missing or torn, or tells of another target`,
    'Everything is kept; what was deleted from the target since may come back.',
  ),
  'made-anew': error(
    'retry',
    (p) => text`${p.path} was made anew each time that it was moved away`,
    'Nothing is lost. End the sessions that write there, and call again.',
  ),
  'no-originals': error(
    'operator',
    (p) => text`there are no originals for ${p.path}`,
    'Only what was migrated can be restored.',
  ),
  'link-changed': error(
    'operator',
    (p) => text`${p.path} does not lead to ${p.target} any more`,
    'Put the link right, or move away what stands there.',
  ),
  'other-target': error(
    'operator',
    (p) => text`${p.target} is not the directory that ${p.path} was merged into`,
    'Mount the volume that is missing, or name the right target.',
  ),
  'originals-pending': error(
    'migrate',
    (p) => text`the migration of ${p.path} has not been completed`,
    'Call migrate again first.',
  ),
  'originals-restored': error(
    'restore',
    (p) => text`a home is getting its directories back from ${p.path}, or has them`,
    'Complete that with restore. What is left of them can be removed once the home has been migrated again.',
  ),
  'originals-retiring': error(
    'operator',
    (p) => text`the removal of ${p.path} has begun`,
    'Call retireOriginals with it again: it completes that, or puts back what stays.',
  ),
  'manifest-missing': error(
    'operator',
    (p) =>
      text`${p.path} is missing or torn, so nothing in these originals can be proved to be shared`,
    'Compare them with the shared state yourself, and remove them by hand.',
  ),
};
