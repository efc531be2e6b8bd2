export type {
  MigrateFs,
  MigrateHandle,
  MigrateReadFs,
  MigrateReadHandle,
  MigrateStats,
} from '../fs/migrate-fs.ts';
export { migrate } from './migrate.ts';
export type {
  MigrationProblem,
  MigrationProblemCode,
  MigrationProblemOf,
} from './migration-problem.ts';
export type { MigrateOptions, PlanMigrationOptions, RestoreOptions } from './options.ts';
export { planMigration } from './plan-migration.ts';
export type {
  EntryPlan,
  FileCounts,
  HomePlan,
  Leftover,
  MigrationOutcome,
  MigrationPhase,
  MigrationPlan,
  MigrationProgress,
  MigrationReport,
  RestoreReport,
} from './report.ts';
export { restore } from './restore.ts';
