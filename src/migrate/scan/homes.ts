import { drive } from '../../fs/calls.ts';
import { toResult } from '../../core/result.ts';
import type { FileInfo } from '../../fs/file-info.ts';
import { lstatOrUndefined, realPathOrUndefined } from '../../fs/io.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import type { LinkState } from '../../links/report.ts';
import { inspectShared, type SharedFacts } from '../../links/inspect.ts';
import { planLinks } from '../../links/plan.ts';
import type { SharedSymlink } from '../../links/required.ts';
import { join } from '../../core/paths.ts';
import type { Finding } from '../../links/problems.ts';
import { type FoundRestorePoint, isUnfinished, readRestorePoints } from '../restore-points.ts';

/** One required directory of one home, as it is. */
export interface SurveyedEntry {
  readonly accountHome: string;
  readonly name: string;
  /** As the caller spelled it. */
  readonly path: string;
  /** The same by the real path of the home. */
  readonly realPath: string;
  /** As the caller spelled it, and as the text of the link will be. */
  readonly target: string;
  readonly realTarget: string;
  readonly state: LinkState;
  /** A real directory, if it is one. */
  readonly directory?: FileInfo;
  /** Whether an unfinished run has moved an earlier directory of that name away. */
  readonly isFragment: boolean;
}

export interface SurveyedHome {
  readonly accountHome: string;
  readonly realHome: string;
  readonly entries: readonly SurveyedEntry[];
  /** What unfinished runs left, the oldest first. */
  readonly unfinished: readonly FoundRestorePoint[];
}

export interface SurveyedHomes {
  /** Each directory once, whatever it is called. */
  readonly homes: readonly SurveyedHome[];
  /** What is wrong with links, homes and targets beyond what a migration corrects. */
  readonly findings: readonly Finding[];
}

/** Looks at the homes, at their links, and at what is in the place of links. */
export async function surveyHomes(
  fs: MigrateReadFs,
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
): Promise<SurveyedHomes> {
  const facts = await drive(inspectShared(accountHomes, required), fs);
  const { homes: plans } = planLinks(facts, required);
  const homes: SurveyedHome[] = [];
  const findings = new Set<Finding>();
  const seen = new Set<string>();
  for (const [index, { accountHome, links }] of facts.homes.entries()) {
    const realHome = (await realPathOrUndefined(fs, accountHome)) ?? accountHome;
    const stats = await toResult(fs.stat(accountHome, { bigint: true }));
    // By a bind mount one directory has two real paths.
    const identity =
      stats.ok && stats.value.ino ? `${stats.value.dev}:${stats.value.ino}` : realHome;
    if (seen.has(identity)) continue;
    seen.add(identity);
    for (const finding of plans[index]?.findings ?? []) {
      if (isInTheWay(finding)) findings.add(finding);
    }
    const unfinished = (await readRestorePoints(fs, realHome)).filter(isUnfinished);
    const entries: SurveyedEntry[] = [];
    for (const { name, path, state, target } of links) {
      const realPath = join(realHome, name);
      const info = state === 'directory' ? await lstatOrUndefined(fs, realPath) : undefined;
      entries.push({
        accountHome,
        name,
        path,
        realPath,
        target: target.path,
        realTarget: await realTargetOf(fs, facts, target.path),
        state,
        ...(info?.kind === 'directory' ? { directory: info } : {}),
        isFragment: unfinished.some(({ trees }) => trees.includes(name)),
      });
    }
    homes.push({ accountHome, realHome, entries, unfinished });
  }
  return { homes, findings: [...findings] };
}

/** A migration corrects what is missing, and real directories. */
function isInTheWay({ problem }: Finding): boolean {
  return problem.remedy !== 'ensure' && problem.code !== 'not-a-symlink';
}

async function realTargetOf(
  fs: MigrateReadFs,
  { targets }: SharedFacts,
  target: string,
): Promise<string> {
  const place = targets.find(({ path }) => path === target)?.place;
  if (place !== undefined) return place.path;
  return (await realPathOrUndefined(fs, target)) ?? target;
}
