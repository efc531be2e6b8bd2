import type { SharedSymlink } from 'claude-shared-state';
import type { MigrateOptions } from 'claude-shared-state/migrate';

/** One call with the defaults of the real disk. */
export interface UserJob {
  readonly call: 'plan' | 'migrate' | 'planRestore' | 'restore' | 'list' | 'prune';
  readonly homes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly options?: Pick<
    MigrateOptions,
    'acceptRetention' | 'live' | 'uid' | 'preferHome' | 'preferShared'
  >;
}

export function isUserJob(value: unknown): value is UserJob {
  return typeof value === 'object' && value !== null && 'call' in value && 'homes' in value;
}
