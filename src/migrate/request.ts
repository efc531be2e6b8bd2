import { setTimeout as sleepFor } from 'node:timers/promises';
import { ArgumentCheck } from '../core/arguments.ts';
import { isArray } from '../core/json.ts';
import { type MigrateFs, migratePort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { isObject } from '../core/json.ts';
import { promisesOf } from '../fs/port.ts';
import { effectiveUid, type ProcessInspector } from '../fs/processes.ts';
import { checkRequired, overlapsByText } from '../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { inspectorFor } from '../sessions/process-inspector.ts';
import type { Choices } from './absorb/decide.ts';
import type { Context } from './context.ts';
import { isReservedName } from './layout.ts';
import type { MigrateOptions, RunOptions } from './options.ts';

/** What every run works with, checked. */
export interface RunRequest {
  readonly context: Context;
  readonly processInspector: ProcessInspector;
  readonly pid: number | undefined;
  readonly uid: number | undefined;
}

/** What `planMigration` and `migrate` were asked for, checked. */
export interface MigrateRequest extends RunRequest {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  readonly acceptRetention: boolean;
  readonly choices: Choices;
  readonly otherHomes: readonly string[];
}

const planOptions = [
  'required',
  'fs',
  'processInspector',
  'now',
  'random',
  'uid',
  'live',
  'acceptRetention',
  'preferShared',
  'preferHome',
  'otherHomes',
];
const actingOptions = ['onProgress', 'signal', 'sleep', 'pid'];
/** The options of every call that changes something. */
export const runOptions = ['fs', 'processInspector', 'now', 'random', 'uid', ...actingOptions];

export function migrateRequest(
  operation: 'migrate' | 'planMigration',
  accountHomes: unknown,
  options: MigrateOptions,
): MigrateRequest {
  const check = new ArgumentCheck();
  const known = operation === 'migrate' ? [...planOptions, ...actingOptions] : planOptions;
  const given: MigrateOptions = check.areOptions(options, known) ? options : {};
  const homes = [...new Set(check.homes(accountHomes))];
  const run = checkRun(check, given);
  const required = checkList(check, given.required);
  const request: MigrateRequest = {
    ...run,
    accountHomes: homes,
    required,
    live: oneOf(check, 'live', given.live),
    acceptRetention: flag(check, 'acceptRetention', given.acceptRetention),
    choices: {
      shared: paths(check, 'preferShared', given.preferShared),
      home: paths(check, 'preferHome', given.preferHome),
    },
    otherHomes: paths(check, 'otherHomes', given.otherHomes),
  };
  check.finish(operation, overlapsByText(homes, required));
  return request;
}

/** Checks what all runs have in common. */
export function checkRun(check: ArgumentCheck, options: RunOptions): RunRequest {
  check.fileSystem(options.fs, migratePort);
  const { now = new Date() } = options;
  const random = callback(check, 'random', options.random);
  const sleep = callback(check, 'sleep', options.sleep);
  const fs: MigrateFs = promisesOf(options.fs ?? realMigrateDisk);
  return {
    context: {
      fs,
      random: random ?? Math.random,
      now: check.time('options.now', now),
      signal: signal(check, options.signal),
      onProgress: callback(check, 'onProgress', options.onProgress),
      sleep: sleep ?? ((milliseconds) => sleepFor(milliseconds)),
    },
    processInspector: inspectorFor(check, options.fs, options.processInspector),
    pid: number(check, 'pid', options.pid, 'the id of a process'),
    uid: checkUid(check, options),
  };
}

/** The user who acts: on the real disk the one of this process. */
export function checkUid(
  check: ArgumentCheck,
  { fs, uid }: { readonly fs?: unknown; readonly uid?: number | undefined },
): number | undefined {
  const given = number(check, 'uid', uid, 'the id of a user');
  return given ?? (fs === undefined ? effectiveUid() : undefined);
}

/** The entries of a required list, none of them named like what a restore point holds besides the trees. */
export function checkList(check: ArgumentCheck, required: unknown): readonly SharedSymlink[] {
  const list = checkRequired(check, required ?? RequiredShared);
  for (const { name } of list) {
    if (isReservedName(name.toLowerCase())) check.refuse('reserved-name', 'options.required', name);
  }
  return list;
}

export function flag(
  check: ArgumentCheck,
  name: string,
  value: unknown,
  byDefault = false,
): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? byDefault;
  check.refuseOption(`options.${name}`, value, 'true or false');
  return false;
}

function oneOf(check: ArgumentCheck, name: string, value: unknown): 'refuse' | 'merge' {
  if (value === undefined || value === 'refuse') return 'refuse';
  if (value !== 'merge') check.refuseOption(`options.${name}`, value, "'refuse' or 'merge'");
  return 'merge';
}

function paths(check: ArgumentCheck, name: string, value: unknown): readonly string[] {
  return texts(check, name, value).filter((path, index) =>
    check.isPath(`options.${name}[${index}]`, path),
  );
}

export function texts(check: ArgumentCheck, name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (isArray(value) && value.every((text) => typeof text === 'string')) return value;
  check.refuseOption(`options.${name}`, value, 'an array of paths');
  return [];
}

function number(
  check: ArgumentCheck,
  name: string,
  value: number | undefined,
  expected: string,
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  check.refuseOption(`options.${name}`, value, expected);
  return undefined;
}

function callback<Callback>(
  check: ArgumentCheck,
  name: string,
  value: Callback | undefined,
): Callback | undefined {
  if (value !== undefined && typeof value !== 'function') {
    check.refuseOption(`options.${name}`, value, 'a function');
  }
  return value;
}

function signal(check: ArgumentCheck, value: AbortSignal | undefined): AbortSignal | undefined {
  const isSignal = isObject(value) && typeof Reflect.get(value, 'aborted') === 'boolean';
  if (value !== undefined && !isSignal) {
    check.refuseOption('options.signal', value, 'an AbortSignal');
  }
  return value;
}
