import type { ListRestorePointsOptions } from './options.ts';
import type { RestorePointList } from './report.ts';

export function listRestorePoints(
  accountHomes: readonly string[],
  options: ListRestorePointsOptions = {},
): Promise<RestorePointList> {
  throw new Error(String(accountHomes) + String(options));
}
