import { ArgumentCheck } from '../../arguments.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../../fs/migrate-fs.ts';
import { promisesOf } from '../../fs/port.ts';
import { withoutTrailingSeparators } from '../../paths.ts';
import { probeFor } from '../../sessions/process-probe.ts';
import { type ActingRequest, actingOptions, checkActing } from '../acting-request.ts';
import { texts } from '../check-options.ts';
import type { ListOriginalsOptions, RetireOptions } from '../options.ts';

/** What `retireOriginals` is asked for, found sound. */
export interface RetireRequest extends ActingRequest {
  readonly originals: string;
  /** Relative to the originals. */
  readonly discard: ReadonlySet<string>;
}

const retiring = ['fs', 'processes', 'now', ...actingOptions, 'discard'];

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
