import { type InspectionReport, inspectAll } from '../index.ts';
import { inspectRetention, type RetentionReport } from '../retention/index.ts';
import { findLiveSessions, type LiveSession } from '../sessions/index.ts';
import type { RestorePointList } from '../migrate/index.ts';
import { findMemoryProblems } from './memory-rules.ts';
import type { Setting } from './setting.ts';
import { isUnfinished, restorePointsOf } from './unfinished-runs.ts';
import { type AnyProblem, distinct } from './wording.ts';

/** Everything that the doctor looks at. */
export interface DoctorFacts {
  readonly reports: readonly InspectionReport[];
  readonly retention: RetentionReport;
  readonly liveSessions: readonly LiveSession[];
  readonly restorePoints: RestorePointList;
  /** Everything that is wrong, each once, errors first. */
  readonly problems: readonly AnyProblem[];
}

/** Looks at everything, and changes nothing. */
export async function examine({ homes: given, required }: Setting): Promise<DoctorFacts> {
  const homes = [...new Set(given)];
  const [reports, retention, live, memory, points] = await Promise.all([
    inspectAll(given, { required, retention: true }),
    inspectRetention(homes, { required }),
    findLiveSessions(homes),
    findMemoryProblems(homes, required),
    restorePointsOf(homes),
  ]);
  const problems = distinct<AnyProblem>([
    ...reports.flatMap(({ problems }) => problems),
    ...retention.homes.flatMap(({ problems }) => problems),
    ...live.problems,
    ...memory,
    ...points.problems,
  ]);
  return { reports, retention, liveSessions: live.sessions, restorePoints: points, problems };
}

/** Whether nothing keeps the homes from sharing their state. */
export function isHealthy({ reports, restorePoints }: DoctorFacts, { skipped }: Setting): boolean {
  return (
    reports.every(({ ok }) => ok) &&
    !restorePoints.restorePoints.some(isUnfinished) &&
    restorePoints.problems.length === 0 &&
    // It may be a home, and then nothing is known of it.
    skipped.every(({ reason }) => reason !== 'unreadable')
  );
}
