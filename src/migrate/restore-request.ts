import { ArgumentCheck } from '../arguments.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf } from '../fs/port.ts';
import type { ProcessProbe } from '../fs/processes.ts';
import { checkRequired, containmentsByText } from '../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { probeFor } from '../sessions/process-probe.ts';
import { flag, liveChoice, texts } from './check-options.ts';
import { withoutTrailingSeparators } from '../paths.ts';
import type { ListOriginalsOptions, RestoreOptions, RetireOptions } from './options.ts';
import { checkActing } from './request.ts';
import type { Tools } from './tools.ts';

/** What a call that changes something works with. */
interface ActingRequest {
  readonly tools: Tools;
  readonly processes: ProcessProbe;
  readonly pid: number | undefined;
}

/** What `restore` is asked for, found sound. */
export interface RestoreRequest extends ActingRequest {
  readonly accountHome: string;
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  readonly detach: boolean;
}

/** What `retireOriginals` is asked for, found sound. */
export interface RetireRequest extends ActingRequest {
  readonly originals: string;
  /** Relative to the originals. */
  readonly discard: ReadonlySet<string>;
}

const acting = ['fs', 'processes', 'now', 'onProgress', 'signal', 'random', 'pid', 'pause'];
const restoring = [...acting, 'required', 'live', 'detach'];
const retiring = [...acting, 'discard'];

export function restoreRequest(accountHome: unknown, options: RestoreOptions): RestoreRequest {
  const check = new ArgumentCheck();
  const given: RestoreOptions = check.areOptions(options, restoring) ? options : {};
  const homes = check.isPath('accountHome', accountHome) ? [accountHome] : [];
  const { required = RequiredShared, now = new Date() } = given;
  const request = {
    accountHome: homes[0] ?? '',
    required: checkRequired(check, required),
    live: liveChoice(check, given.live),
    detach: flag(check, 'detach', given.detach),
    processes: probeFor(check, given.fs, given.processes),
    ...checkActing(check, given, check.time('options.now', now), given.live === 'merge'),
  };
  check.finish('restore', containmentsByText(homes, request.required));
  return request;
}

export function retireRequest(originals: unknown, options: RetireOptions): RetireRequest {
  const check = new ArgumentCheck();
  const given: RetireOptions = check.areOptions(options, retiring) ? options : {};
  const { now = new Date() } = given;
  const request = {
    originals: check.isPath('originals', originals) ? withoutTrailingSeparators(originals) : '',
    discard: new Set(texts(check, 'discard', given.discard)),
    processes: probeFor(check, given.fs, given.processes),
    ...checkActing(check, given, check.time('options.now', now)),
  };
  check.finish('retireOriginals');
  return request;
}

export function listRequest(
  accountHome: unknown,
  options: ListOriginalsOptions,
): { readonly accountHome: string; readonly fs: MigrateReadFs } {
  const check = new ArgumentCheck();
  const given: ListOriginalsOptions = check.areOptions(options, ['fs']) ? options : {};
  const home = check.isPath('accountHome', accountHome) ? accountHome : '';
  check.fileSystem(given.fs, migrateReadPort);
  check.finish('listOriginals');
  return { accountHome: home, fs: promisesOf(given.fs ?? realMigrateDisk) };
}
