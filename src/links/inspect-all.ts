import type { Result } from '../core/result.ts';
import { askAll, drive, driveSync, type ReadSteps, stat } from '../fs/calls.ts';
import {
  type LinkReadFs,
  type LinkReadFsSync,
  linkReadPort,
  linkReadPortSync,
  realDisk,
} from '../fs/link-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { type Entry, identityOf } from '../fs/stats.ts';
import { finding } from './problems.ts';
import type { InspectionReport } from './report.ts';
import { retentionFindings } from './compare-retention.ts';
import { inspectShared } from './inspect.ts';
import { outcomesOf } from './outcome.ts';
import { planLinks } from './plan.ts';
import {
  checkRequest,
  type InspectOnlyOptions,
  inspectOnlyOptions,
  type LinkOptions,
  linkOptions,
  type Request,
} from './request.ts';

/** What `inspectAll` accepts; its file system needs no call that can change anything. */
export type InspectOptions = LinkOptions<FsLike<LinkReadFs>> & InspectOnlyOptions;
/** What `inspectAllSync` accepts. */
export type InspectSyncOptions = LinkOptions<LinkReadFsSync> & InspectOnlyOptions;

/**
 * Reports the state of every account home, and what `validateAll` would create, without changing anything.
 *
 * Whatever is wrong is reported, never thrown; that includes homes that are the same directory. If a
 * `projects` link would be created, you get the warning `retention-shorter`, as in the real run.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `required`: the links to look for, by default `RequiredShared`. `fs`: a file
 * system to read from, by default the real disk. `retention`: whether to read the settings of the homes
 * and warn of `retention-shorter` in any case, by default false.
 * @returns One report per home, in the given order; a home that is given twice is reported once.
 * @throws {SharedStateError} Only for bad arguments: `invalid-argument`, `unknown-option`, and
 * `directories-overlap` as far as the paths alone show it.
 *
 * @example A dry run
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { inspectAll, requiredSharedUnder } from 'claude-shared-state';
 *
 * const { fs } = memfs({ '/home/me/.claude/projects/-work/transcript.jsonl': '{}' });
 * const [report] = await inspectAll(['/home/me/.claude'], {
 *   required: requiredSharedUnder('/home/me'),
 *   fs,
 * });
 * assert.equal(report?.ok, false);
 * assert.ok(report.problems.some(({ code, remedy }) => code === 'not-a-symlink' && remedy === 'migrate'));
 * assert.ok(report.wouldCreate.includes('/home/me/.claude/file-history'));
 * ```
 */
export async function inspectAll(
  accountHomes: readonly string[],
  options?: InspectOptions,
): Promise<readonly InspectionReport[]> {
  const request = checkRequest('inspectAll', { accountHomes }, options, asyncOptions);
  return await drive(inspectOnly(request), promisesOf(request.fs ?? realDisk.promises));
}

/** {@link inspectAll} for code that cannot wait: the same reports, synchronous calls. */
export function inspectAllSync(
  accountHomes: readonly string[],
  options?: InspectSyncOptions,
): readonly InspectionReport[] {
  const request = checkRequest('inspectAllSync', { accountHomes }, options, syncOptions);
  return driveSync(inspectOnly(request), request.fs ?? realDisk);
}

const asyncOptions = /* @__PURE__ */ linkOptions<FsLike<LinkReadFs>>(
  linkReadPort,
  inspectOnlyOptions,
);
const syncOptions = /* @__PURE__ */ linkOptions<LinkReadFsSync>(
  linkReadPortSync,
  inspectOnlyOptions,
);

// The same plan as for ensureShared, not carried out.
function* inspectOnly(request: Request): ReadSteps<readonly InspectionReport[]> {
  const { accountHomes, required } = request;
  const entries = yield* askAll(accountHomes.map(stat));
  const facts = yield* inspectShared(accountHomes, required);
  const { homes, creations } = planLinks(facts, required);
  const retention = yield* retentionFindings(request, creations);
  const firsts = new Map<string, string>();
  // That a home is missing is an error here, so nothing is to be said about creating it.
  const planned = creations.map((creation) => ({
    ...creation,
    warnings: creation.warnings?.filter(({ problem }) => problem.code !== 'home-created') ?? [],
  }));
  const outcomes = outcomesOf(request, homes, planned, ({ accountHome: path, findings }, index) => {
    const sameAs = firstOf(firsts, path, entries[index]);
    const same = sameAs === path ? [] : [finding('duplicate-home', { path, sameAs })];
    return [...same, ...findings, ...(retention[index] ?? [])];
  });
  return outcomes.map(({ report }) => ({ ...report, created: [], wouldCreate: report.created }));
}

/** The first home with this directory; the home itself if the directory can't be identified. */
function firstOf(
  firsts: Map<string, string>,
  accountHome: string,
  entry: Result<Entry> | undefined,
): string {
  const identity = entry?.ok === true ? identityOf(entry.value) : undefined;
  if (identity === undefined) return accountHome;
  const first = firsts.get(identity) ?? accountHome;
  firsts.set(identity, first);
  return first;
}
