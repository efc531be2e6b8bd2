import { drive } from '../../calls.ts';
import { settle } from '../../answer.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import type { LinkState } from '../../link-report.ts';
import { inspectShared, type SharedFacts } from '../../links/inspect.ts';
import { planLinks } from '../../links/plan.ts';
import { identityOf } from '../../fs/stats.ts';
import { textOf } from '../../fs/port.ts';
import { childOf, parentOf } from '../../paths.ts';
import type { Finding } from '../../problem.ts';
import { type Facts, factsOf } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import { type Mount, mountOf, readMounts } from './mounts.ts';
import type { PlanRequest } from '../request.ts';
import { isPending, type Run, runsOf } from '../record/runs.ts';

/** One required directory of one home, as it is. */
export interface SurveyedEntry {
  readonly accountHome: string;
  readonly name: string;
  readonly path: string;
  /** In the caller's spelling, as the link's text will be. */
  readonly target: string;
  /** Where the target really is, or will be. */
  readonly realTarget: string;
  readonly state: LinkState;
  /** The real path and the facts of a real directory. */
  readonly directory?: { readonly root: string; readonly facts: Facts };
  /** Whether files can have a name in the target, too. */
  readonly canLink: boolean;
  /** Whether a run that died has moved an earlier directory of that name aside. */
  readonly isFragmentary: boolean;
  readonly sourceMount?: Mount;
  readonly targetMount?: Mount;
}

export interface SurveyedHome {
  readonly accountHome: string;
  readonly realHome: string;
  readonly entries: readonly SurveyedEntry[];
  /** Runs that have not come to their end, the oldest first. */
  readonly pending: readonly Run[];
}

export interface SurveyedEntries {
  /** Each directory once, whatever it was called. */
  readonly homes: readonly SurveyedHome[];
  /** What is wrong with links, homes and targets beyond what a migration puts right. */
  readonly findings: readonly Finding[];
}

/** Looks at the homes, the links and what stands in their places, and changes nothing. */
export async function surveyEntries(
  fs: MigrateReadFs,
  { accountHomes, required }: Pick<PlanRequest, 'accountHomes' | 'required'>,
): Promise<SurveyedEntries> {
  const facts = await drive(inspectShared(accountHomes, required), fs);
  const mounts = await readMounts(fs);
  const { homes: plans } = planLinks(facts, required);
  const distinct = await distinctHomes(fs, accountHomes);
  const findings = new Set(
    plans
      .filter(({ accountHome }) => distinct.includes(accountHome))
      .flatMap((plan) => plan.findings.filter(isInTheWay)),
  );
  const homes: SurveyedHome[] = [];
  for (const { accountHome, links } of facts.homes) {
    if (!distinct.includes(accountHome)) continue;
    const real = await settle(fs.realpath(accountHome));
    const realHome = real.ok ? textOf(real.value) : accountHome;
    const pending = (await runsOf(fs, realHome)).filter(isPending);
    const entries: SurveyedEntry[] = [];
    for (const link of links) {
      const root = childOf(realHome, link.name);
      const directory = link.state === 'directory' ? await factsAt(fs, root) : undefined;
      const realTarget = await realTargetOf(fs, facts, link.target.path);
      const [sourceMount, targetMount] = [root, realTarget].map((it) => mountOf(mounts, it));
      entries.push({
        accountHome,
        name: link.name,
        path: link.path,
        target: link.target.path,
        realTarget,
        state: link.state,
        isFragmentary: pending.some(({ trees }) => trees.includes(link.name)),
        ...(directory === undefined ? {} : { directory: { root, facts: directory } }),
        ...(sourceMount === undefined ? {} : { sourceMount }),
        ...(targetMount === undefined ? {} : { targetMount }),
        canLink:
          sourceMount === undefined || targetMount === undefined
            ? directory === undefined || (await isOnDevice(fs, realTarget, directory.device))
            : sourceMount.id === targetMount.id,
      });
    }
    homes.push({ accountHome, realHome, entries, pending });
  }
  return { homes, findings: [...findings] };
}

/** A migration puts right what is missing, and real directories. */
function isInTheWay({ problem }: Finding): boolean {
  return problem.remedy !== 'ensure' && problem.code !== 'not-a-symlink';
}

async function distinctHomes(
  fs: MigrateReadFs,
  accountHomes: readonly string[],
): Promise<readonly string[]> {
  const seen = new Set<string>();
  const distinct: string[] = [];
  for (const home of accountHomes) {
    const stats = await settle(fs.stat(home, { bigint: true }));
    const facts = stats.ok ? factsOf(stats.value) : undefined;
    const identity = (facts === undefined ? undefined : identityOf(facts)) ?? home;
    if (!seen.has(identity)) distinct.push(home);
    seen.add(identity);
  }
  return distinct;
}

async function realTargetOf(
  fs: MigrateReadFs,
  { targets }: SharedFacts,
  target: string,
): Promise<string> {
  const place = targets.find(({ path }) => path === target)?.place;
  if (place !== undefined) return place.path;
  const real = await settle(fs.realpath(target));
  return real.ok ? textOf(real.value) : target;
}

/** Whether a path, or the nearest directory above it that exists, is on a device. */
async function isOnDevice(fs: MigrateReadFs, path: string, device: bigint): Promise<boolean> {
  const facts = await factsAt(fs, path);
  if (facts !== undefined) return facts.device === device;
  return parentOf(path) === path || (await isOnDevice(fs, parentOf(path), device));
}
