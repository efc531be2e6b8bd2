import { isArray, isObject, parsedJson } from '../core/json.ts';
import { join } from '../core/paths.ts';
import type { Failure } from '../core/result.ts';
import { ask, readFile, type SettingsSteps, stat } from '../fs/calls.ts';
import { finding, type ProblemOf } from './problems.ts';

/** How long one account home lets transcripts live. */
export interface CleanupPeriod {
  /** The account home as the caller spelled it. */
  readonly accountHome: string;
  /** Where the period is set, or would be: `<account home>/settings.json`, or managed settings that outrank it. */
  readonly settings: string;
  /** The age in days at which Claude Code deletes a transcript; `never` where it deletes none. */
  readonly periodDays: number | 'never';
  /** Who set `cleanupPeriodDays`: the home, or an organization (only `inspectRetention` reads that); otherwise it is the default, 30. */
  readonly source: 'settings' | 'managed' | 'default';
  /** Why the settings could not be used, where they could not. */
  readonly problem?: ProblemOf<'settings-unusable'>;
}

export const DEFAULT_DAYS = 30;
export const DAY_MS = 86_400_000;

const MAX_BYTES = 2 ** 20;
// An age that reaches back beyond every Date: Claude Code then finds nothing that is older.
const MAX_DAYS = 1e8;

type SettingsFault = Pick<ProblemOf<'settings-unusable'>, 'reason' | 'errno'>;

/** What a settings file says: a period, nothing of it, or why it says nothing. */
type FoundPeriod = Pick<CleanupPeriod, 'periodDays' | 'source'> & {
  readonly fault?: SettingsFault;
};

const unset: FoundPeriod = { periodDays: DEFAULT_DAYS, source: 'default' };
// Of what the versions do then (30 days, or nothing is deleted) the one that can lose something.
const unusable = (fault: SettingsFault): FoundPeriod => ({ ...unset, fault });

/** Reads the period that is in force under a home, as far as the home itself tells. */
export function* readCleanupPeriod(accountHome: string): SettingsSteps<CleanupPeriod> {
  const settings = join(accountHome, 'settings.json');
  const { fault, ...found } = yield* readSettings(settings);
  const period = { accountHome, settings, ...found };
  if (fault === undefined) return period;
  const fields = { path: settings, accountHome, ...fault };
  return { ...period, problem: finding('settings-unusable', fields).problem };
}

function* readSettings(path: string): SettingsSteps<FoundPeriod> {
  const text = yield* readText(path);
  return typeof text === 'string' ? periodIn(parsedJson(text)) : text;
}

/** The text of a settings file, or what follows from that it has none. */
export function* readText(path: string): SettingsSteps<string | FoundPeriod> {
  // First the stat: reading a FIFO would wait for ever, and a huge file would fill the memory.
  const found = yield* ask(stat(path));
  if (!found.ok) return withoutText(found);
  const { kind, size } = found.value;
  if (kind !== 'file') return unusable({ reason: 'not-a-file' });
  if (size > MAX_BYTES) return unusable({ reason: 'too-large' });
  const text = yield* ask(readFile(path));
  return text.ok ? text.value.replace(/^\ufeff/, '') : withoutText(text);
}

function withoutText({ errno }: Failure): FoundPeriod {
  const isAbsent = errno === 'ENOENT' || errno === 'ENOTDIR';
  return isAbsent ? unset : unusable({ reason: 'unreadable', errno });
}

/** Judges parsed settings as Claude Code 2.1.329 and 2.1.197 were seen to do. */
export function periodIn(settings: unknown): FoundPeriod {
  if (!isObject(settings) || isArray(settings)) return unusable({ reason: 'not-an-object' });
  if (!('cleanupPeriodDays' in settings)) return unset;
  const days = settings.cleanupPeriodDays;
  const source = 'settings';
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 1) {
    return { periodDays: 'never', source, fault: { reason: 'bad-period' } };
  }
  return { periodDays: days > MAX_DAYS ? 'never' : days, source };
}
