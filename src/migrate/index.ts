export type {
  MigrateFs,
  MigrateHandle,
  MigrateReadFs,
  MigrateReadHandle,
  MigrateStats,
} from '../fs/migrate-fs.ts';
export { listOriginals } from './retire/list-originals.ts';
export { migrate } from './migrate.ts';
export type {
  MigrationProblem,
  MigrationProblemCode,
  MigrationProblemOf,
} from './migration-problem.ts';
export type {
  ListOriginalsOptions,
  MigrateOptions,
  PlanMigrationOptions,
  RestoreOptions,
  RetireOptions,
} from './options.ts';
export { planMigration } from './plan/plan-migration.ts';
export type {
  EntryPlan,
  FileCounts,
  FoundOriginals,
  HomePlan,
  Leftover,
  MigrationOutcome,
  MigrationPhase,
  MigrationPlan,
  MigrationProgress,
  MigrationReport,
  Originals,
  RestoreReport,
  RetireReport,
} from './report.ts';
export { restore } from './restore/restore.ts';
export { retireOriginals } from './retire/retire-originals.ts';
