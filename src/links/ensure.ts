import { drive, driveSync } from '../fs/calls.ts';
import type { Operation } from '../core/error.ts';
import { type LinkFs, type LinkFsSync, linkPort, linkPortSync, realDisk } from '../fs/link-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import type { AccountReport } from './report.ts';
import { reportsIfRight } from './fast-check.ts';
import { ensureShared } from './ensure-shared.ts';
import { reportsOrThrow } from './outcome.ts';
import { checkRequest, type LinkOptions, linkOptions, type Subject } from './request.ts';

/** What `ensureForAccount` and `validateAll` accept. */
export type EnsureOptions = LinkOptions<FsLike<LinkFs>>;
/** What `ensureForAccountSync` and `validateAllSync` accept. */
export type EnsureSyncOptions = LinkOptions<LinkFsSync>;

/**
 * Makes sure that one account home uses the shared state: creates the shared targets and the links
 * that are missing, and refuses everything that could hide or lose a transcript.
 *
 * It never removes, replaces or rewrites anything. It creates what is safe to create, even if it
 * refuses something else. Any number of processes may call it at once. Only if it creates a `projects`
 * link does it read `cleanupPeriodDays` of the home; if that is shorter than the default, you get the
 * warning `retention-shorter` (Claude Code 2.1.329 and 2.1.197 delete through the links).
 *
 * @param accountHome - Absolute path of a Claude Code config directory; created (0700) if missing.
 * @param options - `required`: the links to ensure, by default `RequiredShared`. `fs`: `node:fs`,
 * `node:fs/promises`, memfs or a wrapper, by default the real disk.
 * @returns What each link is now, what this call created, and warnings.
 * @throws {SharedStateError} With every problem at once: bad arguments (before anything is touched),
 * `divergent-link`, `not-a-symlink`, `directory-unusable`, and every other code of severity `error`.
 *
 * @example A home in memory gets its links
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { ensureForAccount, requiredSharedUnder } from 'claude-shared-state';
 *
 * const { fs } = memfs({ '/home/me/.claude-work/settings.json': '{}' });
 * const report = await ensureForAccount('/home/me/.claude-work', {
 *   required: requiredSharedUnder('/home/me'),
 *   fs,
 * });
 * assert.equal(report.ok, true);
 * assert.equal(
 *   fs.readlinkSync('/home/me/.claude-work/projects'),
 *   '/home/me/.claude-projects-shared',
 * );
 * ```
 */
export async function ensureForAccount(
  accountHome: string,
  options?: EnsureOptions,
): Promise<AccountReport> {
  return theOnly(await ensure('ensureForAccount', { accountHome }, options));
}

/** {@link ensureForAccount} for code that cannot wait: the same decisions, synchronous calls. */
export function ensureForAccountSync(
  accountHome: string,
  options?: EnsureSyncOptions,
): AccountReport {
  return theOnly(ensureSync('ensureForAccountSync', { accountHome }, options));
}

/**
 * Makes sure that every account home uses the shared state, and reports every problem of every home in
 * one error.
 *
 * Does what {@link ensureForAccount} does, for all homes: the good links of all homes are created even
 * if another link or another home is bad. If it creates a `projects` link, it warns of each home that
 * deletes transcripts sooner than another one (`retention-shorter`).
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one; missing ones
 * are created (0700).
 * @param options - As for {@link ensureForAccount}.
 * @returns One report per home, in the given order; a home that is given twice is reported once.
 * @throws {SharedStateError} One for all homes, with every problem, and with the `reports` of the
 * healthy homes, too.
 *
 * @example One bad link does not keep the other homes from being put right
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { isSharedStateError, requiredSharedUnder, validateAll } from 'claude-shared-state';
 *
 * const { fs } = memfs({ '/home/me/.claude-a/projects/transcript.jsonl': '{}' });
 * const error: unknown = await validateAll(['/home/me/.claude-a', '/home/me/.claude-b'], {
 *   required: requiredSharedUnder('/home/me'),
 *   fs,
 * }).catch((reason: unknown) => reason);
 * assert.ok(isSharedStateError(error));
 * assert.deepEqual(error.errors.map(({ code }) => code), ['not-a-symlink']);
 * assert.deepEqual(error.reports.map(({ ok }) => ok), [false, true]);
 * ```
 */
export async function validateAll(
  accountHomes: readonly string[],
  options?: EnsureOptions,
): Promise<readonly AccountReport[]> {
  return await ensure('validateAll', { accountHomes }, options);
}

/** {@link validateAll} for code that cannot wait: the same decisions, synchronous calls. */
export function validateAllSync(
  accountHomes: readonly string[],
  options?: EnsureSyncOptions,
): readonly AccountReport[] {
  return ensureSync('validateAllSync', { accountHomes }, options);
}

const asyncOptions = /* @__PURE__ */ linkOptions<FsLike<LinkFs>>(linkPort);
const syncOptions = /* @__PURE__ */ linkOptions<LinkFsSync>(linkPortSync);

async function ensure(operation: Operation, subject: Subject, options?: EnsureOptions) {
  const request = checkRequest(operation, subject, options, asyncOptions);
  const fs = promisesOf(request.fs ?? realDisk.promises);
  return reportsOrThrow(operation, await drive(ensureShared(request), fs));
}

function ensureSync(operation: Operation, subject: Subject, options?: EnsureSyncOptions) {
  const request = checkRequest(operation, subject, options, syncOptions);
  const fs = request.fs ?? realDisk;
  return (
    reportsIfRight(fs, request) ?? reportsOrThrow(operation, driveSync(ensureShared(request), fs))
  );
}

function theOnly<Report>(reports: readonly Report[]): Report {
  const [report] = reports;
  if (report === undefined) throw new Error('no report');
  return report;
}
