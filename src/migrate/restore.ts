import type { PlanRestoreOptions, RestoreOptions } from './options.ts';
import type { RestorePlan, RestoreReport } from './report.ts';

export function planRestore(
  accountHome: string,
  options: PlanRestoreOptions = {},
): Promise<RestorePlan> {
  throw new Error(accountHome + String(options));
}

export function restore(accountHome: string, options: RestoreOptions = {}): Promise<RestoreReport> {
  throw new Error(accountHome + String(options));
}
