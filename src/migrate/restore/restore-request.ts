import { ArgumentCheck } from '../../arguments.ts';
import { containmentsByText } from '../../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../../links/required.ts';
import { probeFor } from '../../sessions/process-probe.ts';
import { type ActingRequest, actingOptions, checkActing } from '../acting-request.ts';
import { flag, liveChoice, migratedList } from '../check-options.ts';
import type { RestoreOptions } from '../options.ts';

/** What `restore` is asked for, found sound. */
export interface RestoreRequest extends ActingRequest {
  readonly accountHome: string;
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  readonly detach: boolean;
}

const restoring = ['fs', 'processes', 'now', ...actingOptions, 'required', 'live', 'detach'];

export function restoreRequest(accountHome: unknown, options: RestoreOptions): RestoreRequest {
  const check = new ArgumentCheck();
  const given: RestoreOptions = check.areOptions(options, restoring) ? options : {};
  const homes = check.isPath('accountHome', accountHome) ? [accountHome] : [];
  const { required = RequiredShared, now = new Date() } = given;
  const request = {
    accountHome: homes[0] ?? '',
    required: migratedList(check, required),
    live: liveChoice(check, given.live),
    detach: flag(check, 'detach', given.detach),
    processes: probeFor(check, given.fs, given.processes),
    ...checkActing(check, given, check.time('options.now', now), given.live === 'merge'),
  };
  check.finish('restore', containmentsByText(homes, request.required));
  return request;
}
