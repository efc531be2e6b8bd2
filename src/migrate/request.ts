import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  abortSignal,
  callback,
  check,
  date,
  flag,
  integer,
  type Kind,
  oneOf,
  optional,
  options as optionsOf,
  paths,
  port,
  somePaths,
} from '../core/options.ts';
import { type MigrateFs, migratePort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { effectiveUid, type ProcessInspector } from '../fs/processes.ts';
import { refuseOverlaps } from '../links/request.ts';
import { RequiredShared, sharedLinks, type SharedSymlink } from '../links/required.ts';
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import type { Choices } from './absorb/decide.ts';
import type { Context } from './context.ts';
import { isReservedName } from './layout.ts';
import type { MigrateOptions, RunOptions } from './options.ts';
import type { MigrationProgress } from './report.ts';

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

/** The option `required`: no link may be named like what a restore point holds besides the trees. */
export const migratedLinks: Kind<readonly SharedSymlink[]> = (value, argument, faults) => {
  const links = sharedLinks(value, argument, faults);
  for (const { name } of links ?? []) {
    if (isReservedName(name.toLowerCase())) {
      faults.add(argument, name, 'without a name that restore points use themselves');
    }
  }
  return links;
};

export const uidKind = /* @__PURE__ */ (() => optional(integer({ min: 0 })))();

const lookingOptions = /* @__PURE__ */ (() => ({
  fs: optional(port<FsLike<MigrateFs>>(migratePort)),
  processInspector: optional(processInspectorKind),
  now: optional(date),
  random: optional(callback<() => number>()),
  uid: uidKind,
}))();

/** The options of every call that changes something. */
export const runOptions = /* @__PURE__ */ (() => ({
  ...lookingOptions,
  onProgress: optional(callback<(progress: MigrationProgress) => void>()),
  signal: optional(abortSignal),
  sleep: optional(callback<(milliseconds: number) => Promise<void>>()),
  pid: optional(integer({ min: 0 })),
}))();

const migrateOnlyOptions = /* @__PURE__ */ (() => ({
  required: optional(migratedLinks),
  live: optional(oneOf('refuse', 'merge')),
  acceptRetention: optional(flag),
  preferShared: optional(paths),
  preferHome: optional(paths),
  otherHomes: optional(paths),
}))();

const optionsFor = /* @__PURE__ */ (() => ({
  migrate: optionsOf<MigrateOptions>({ ...runOptions, ...migrateOnlyOptions }),
  planMigration: optionsOf<MigrateOptions>({ ...lookingOptions, ...migrateOnlyOptions }),
}))();

export function migrateRequest(
  operation: 'migrate' | 'planMigration',
  accountHomes: unknown,
  options: MigrateOptions,
): MigrateRequest {
  const schema = { accountHomes: somePaths, options: optionsFor[operation] };
  const { accountHomes: homes, options: given } = check(operation, schema, {
    accountHomes,
    options,
  });
  const { required = RequiredShared, live = 'refuse', acceptRetention = false } = given;
  const { preferShared = [], preferHome = [], otherHomes = [] } = given;
  const distinct = [...new Set(homes)];
  refuseOverlaps(operation, distinct, required);
  return {
    ...runRequest(given),
    accountHomes: distinct,
    required,
    live,
    acceptRetention,
    choices: { shared: preferShared, home: preferHome },
    otherHomes,
  };
}

/** What all runs have in common. */
export function runRequest({
  fs,
  processInspector = defaultInspector(fs),
  now = new Date(),
  random = Math.random,
  uid,
  onProgress,
  signal,
  sleep = (milliseconds) => sleepFor(milliseconds),
  pid,
}: RunOptions): RunRequest {
  return {
    context: {
      fs: promisesOf(fs ?? realMigrateDisk),
      random,
      now: now.getTime(),
      signal,
      onProgress,
      sleep,
    },
    processInspector,
    pid,
    uid: uidOf({ fs, uid }),
  };
}

/** The user who acts: on the real disk the one of this process. */
export function uidOf({ fs, uid }: { readonly fs?: unknown; readonly uid?: number | undefined }) {
  return uid ?? (fs === undefined ? effectiveUid() : undefined);
}

/** A list of links as a map from name to target. */
export function targetsByName(
  links: readonly SharedSymlink[] | undefined,
): ReadonlyMap<string, string> | undefined {
  return links && new Map(links.map(({ name, target }) => [name, target]));
}
