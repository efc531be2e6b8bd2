import type { DeleteRestorePointOptions, PlanDeleteOptions } from './options.ts';
import type { DeletePlan, DeleteReport } from './report.ts';

export function planDelete(path: string, options: PlanDeleteOptions = {}): Promise<DeletePlan> {
  throw new Error(path + String(options));
}

export function deleteRestorePoint(
  path: string,
  options: DeleteRestorePointOptions = {},
): Promise<DeleteReport> {
  throw new Error(path + String(options));
}
