import { mapLimit } from '../core/map-limit.ts';
import {
  check,
  date,
  optional,
  options as optionsOf,
  path,
  port as portOf,
  somePaths,
} from '../core/options.ts';
import { drive } from '../fs/calls.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { realSessionDisk, type RetentionReadFs, retentionReadPort } from '../fs/session-fs.ts';
import type { Problem } from '../links/problems.ts';
import type { CleanupPeriod } from '../links/cleanup-period.ts';
import { comparePeriods, daysOf, judgePeriods } from '../links/compare-retention.ts';
import { type ExpiringTranscripts, findExpiring } from './expiring.ts';
import {
  defaultManagedDirectory,
  managedPeriodOf,
  readManagedSettings,
} from './managed-settings.ts';
import { type LinkOptions, refuseOverlaps } from '../links/request.ts';
import { projectsTarget, RequiredShared, sharedLinks } from '../links/required.ts';

/** The options of `inspectRetention`. */
export interface RetentionOptions extends LinkOptions<FsLike<RetentionReadFs>> {
  /** The time to judge by; the time of the call unless given. */
  readonly now?: Date | undefined;
  /**
   * The directory of `managed-settings.json`: by default `/etc/claude-code`, on macOS `/Library/Application
   * Support/ClaudeCode`, on Windows `C:\\Program Files\\ClaudeCode`. Read from `fs`, too.
   */
  readonly managedSettings?: string | undefined;
}

/** How long one account home keeps transcripts, and what is wrong with that. */
export interface HomeRetention extends Omit<CleanupPeriod, 'problem'> {
  /** `retention-shorter` where this home endangers what others keep, and `settings-unusable`. */
  readonly problems: readonly Problem[];
}

/** How long account homes keep the transcripts that they share. */
export interface RetentionReport {
  /** One per account home, in their order. */
  readonly homes: readonly HomeRetention[];
  /** What is in force for the shared state: the smallest of all homes. */
  readonly periodDays: number | 'never';
  /** What is deleted first in the shared `projects`; absent where the required list has none. */
  readonly transcripts?: ExpiringTranscripts;
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  options: optionsOf({
    required: optional(sharedLinks, RequiredShared),
    fs: optional(portOf<FsLike<RetentionReadFs>>(retentionReadPort)),
    now: optional(date),
    managedSettings: optional(path, defaultManagedDirectory(process.platform)),
  }),
}))();

/**
 * Reports how long each account home keeps transcripts, which homes would delete what others keep, and
 * which shared transcript is deleted next, and when. Changes nothing.
 *
 * Seen in Claude Code 2.1.329 and 2.1.197: five seconds after its start, at most once in 24 hours per
 * home, it deletes every transcript that was last written longer ago than `cleanupPeriodDays`, *through
 * the links*. Managed settings outrank the home: those that the server of an organization sent, cached in the home, or else
 * `managed-settings.json` and the files of `managed-settings.d` (2.1.332, 2.1.197). Settings of a working directory
 * (`.claude/settings.json` in it) and `--settings` override those of the home, and cannot be known here.
 *
 * @param accountHomes - Absolute paths of the Claude Code config directories that share their state, at
 * least one; a home that is given twice is reported once.
 * @param options - `required`: the shared links, by default `RequiredShared`; its `projects` is looked
 * through. `managedSettings`: the directory of managed settings. `fs`: a file system to read from, by default the real
 * disk. `now`: by default the time of the call.
 * @returns The period of each home and of all, in days; the oldest shared transcript, and how many have expired.
 * @throws {SharedStateError} Only for bad arguments: `invalid-argument`, `unknown-option`, and
 * `directories-overlap` as far as the paths alone show it.
 *
 * @example One home deletes what the other would keep
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { inspectRetention } from 'claude-shared-state/retention';
 *
 * const { fs } = memfs({
 *   '/me/.claude-work/settings.json': '{ "cleanupPeriodDays": 365 }',
 *   '/me/.claude-projects-shared/-work/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl': '{}',
 * });
 * const report = await inspectRetention(['/me/.claude-work', '/me/.claude-spare'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 *   now: new Date(Date.now() + 31 * 86_400_000),
 * });
 * assert.equal(report.periodDays, 30);
 * assert.equal(report.transcripts?.expiredCount, 1);
 * assert.deepEqual(report.homes[1]?.problems.map(({ code }) => code), ['retention-shorter']);
 * ```
 */
export async function inspectRetention(
  accountHomes: readonly string[],
  options: RetentionOptions = {},
): Promise<RetentionReport> {
  const { accountHomes: given, options: checked } = check('inspectRetention', schema, {
    accountHomes,
    options,
  });
  const { required, fs = realSessionDisk, now = new Date(), managedSettings } = checked;
  const homes = [...new Set(given)];
  refuseOverlaps('inspectRetention', homes, required);

  const port = promisesOf(fs);
  const own = await drive(judgePeriods(homes), port);
  const periods = await mapLimit(own, async ({ period }) =>
    managedPeriodOf(period, await readManagedSettings(port, managedSettings, period.accountHome)),
  );
  const days = Math.min(...periods.map(({ periodDays }) => daysOf(periodDays)));
  const target = projectsTarget(required);
  return {
    homes: comparePeriods(periods).map(({ period, findings }) => {
      const { accountHome, settings, periodDays, source } = period;
      const problems = findings.map(({ problem }) => problem);
      return { accountHome, settings, periodDays, source, problems };
    }),
    periodDays: days === Infinity ? 'never' : days,
    ...(target === undefined
      ? {}
      : { transcripts: await findExpiring(port, target, days, now.getTime()) }),
  };
}
