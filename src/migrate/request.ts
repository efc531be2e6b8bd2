import { ArgumentCheck } from '../arguments.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf } from '../fs/port.ts';
import type { ProcessProbe } from '../fs/processes.ts';
import { containmentsByText } from '../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { probeFor } from '../sessions/process-probe.ts';
import { type ActingRequest, actingOptions, checkActing } from './acting-request.ts';
import { flag, liveChoice, migratedList, number, texts } from './check-options.ts';
import type { Decisions, MigrateOptions, PlanMigrationOptions } from './options.ts';

/** What is asked for, found sound. */
export interface PlanRequest {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly processes: ProcessProbe;
  readonly now: number;
  readonly live: 'refuse' | 'merge';
  readonly acceptRetention: boolean;
  readonly keepBoth: readonly string[];
  readonly uid: number | undefined;
}

/** What is asked for, and what it is done with. */
export interface MigrateRequest extends PlanRequest, ActingRequest {}

const common = ['required', 'fs', 'processes', 'now'] as const;
const decisions = ['live', 'acceptRetention', 'keepBoth', 'uid'] as const;
const planning = [...common, ...decisions];
const migrating = [...planning, ...actingOptions];

export function planRequest(
  accountHomes: unknown,
  options: PlanMigrationOptions,
): { readonly request: PlanRequest; readonly fs: MigrateReadFs } {
  const check = new ArgumentCheck();
  const given: PlanMigrationOptions = check.areOptions(options, planning) ? options : {};
  check.fileSystem(given.fs, migrateReadPort);
  const request = checkPlan(check, accountHomes, given);
  const { accountHomes: homes, required } = request;
  check.finish('planMigration', containmentsByText(homes, required));
  return { request, fs: promisesOf(given.fs ?? realMigrateDisk) };
}

export function migrateRequest(accountHomes: unknown, options: MigrateOptions): MigrateRequest {
  const check = new ArgumentCheck();
  const given: MigrateOptions = check.areOptions(options, migrating) ? options : {};
  const request = checkPlan(check, accountHomes, given);
  const acts = checkActing(check, given, request.now, request.live === 'merge');
  const { accountHomes: homes, required } = request;
  check.finish('migrate', containmentsByText(homes, required));
  return { ...request, ...acts };
}

function checkPlan(
  check: ArgumentCheck,
  accountHomes: unknown,
  options: Decisions &
    Pick<PlanMigrationOptions, 'required' | 'processes' | 'now'> & { fs?: unknown },
): PlanRequest {
  const homes = [...new Set(check.homes(accountHomes))];
  const { required = RequiredShared, now = new Date() } = options;
  const keepBoth = texts(check, 'keepBoth', options.keepBoth);
  return {
    accountHomes: homes,
    required: migratedList(check, required),
    processes: probeFor(check, options.fs, options.processes),
    now: check.time('options.now', now),
    live: liveChoice(check, options.live),
    acceptRetention: flag(check, 'acceptRetention', options.acceptRetention),
    keepBoth: keepBoth.filter((path, index) => check.isPath(`options.keepBoth[${index}]`, path)),
    uid: number(check, 'uid', options.uid, 'the number of a user'),
  };
}
