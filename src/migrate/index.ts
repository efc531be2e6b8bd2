export type { WideStats } from '../fs/file-info.ts';
export type {
  MigrateFs,
  MigrateHandle,
  MigrateReadFs,
  MigrateReadHandle,
} from '../fs/migrate-fs.ts';
export { archive, unarchive } from './archive.ts';
export { deleteRestorePoint, planDelete } from './delete.ts';
export { migrate, planMigration } from './migrate.ts';
export type {
  ArchiveOptions,
  DeleteRestorePointOptions,
  ListRestorePointsOptions,
  MigrateOptions,
  PlanDeleteOptions,
  PlanMigrationOptions,
  PlanRestoreOptions,
  RestoreOptions,
  RunOptions,
} from './options.ts';
export type { Audience, Description } from '../core/problem.ts';
export { describeProblem } from './problems.ts';
export type {
  Conflict,
  ConflictSide,
  MigrationProblem,
  MigrationProblemCode,
  MigrationProblemOf,
} from './problems.ts';
export type {
  ArchiveReport,
  DeletePlan,
  DeleteReport,
  EntryPlan,
  FileCounts,
  HomePlan,
  MigrationOutcome,
  MigrationPhase,
  MigrationPlan,
  MigrationProgress,
  MigrationReport,
  RestoreEntry,
  RestorePlan,
  RestorePoint,
  RestorePointList,
  RestorePointState,
  RestoreReport,
  RunReport,
  UnarchiveReport,
  UnmergedFile,
} from './report.ts';
export { listRestorePoints } from './restore-points.ts';
export { planRestore, restore } from './restore.ts';
