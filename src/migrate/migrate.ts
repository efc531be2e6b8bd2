import type { MigrateOptions, PlanMigrationOptions } from './options.ts';
import type { MigrationPlan, MigrationReport } from './report.ts';

export function planMigration(
  homes: readonly string[],
  options: PlanMigrationOptions = {},
): Promise<MigrationPlan> {
  throw new Error(String(homes) + String(options));
}

export function migrate(
  homes: readonly string[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  throw new Error(String(homes) + String(options));
}
