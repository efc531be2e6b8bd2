import {
  type InspectionReport,
  inspectAll,
  inspectRetention,
  type RetentionReport,
} from '../index.ts';
import { findLiveSessions, type LiveSession } from '../sessions/index.ts';
import { findMemoryProblems } from './memory-rules.ts';
import type { Setting } from './setting.ts';
import { findUnfinishedRuns, type UnfinishedRun } from './unfinished-runs.ts';
import { type AnyProblem, distinct } from './wording.ts';

/** Everything that the doctor looks at. */
export interface DoctorFacts {
  readonly reports: readonly InspectionReport[];
  readonly retention: RetentionReport;
  readonly liveSessions: readonly LiveSession[];
  readonly unfinished: readonly UnfinishedRun[];
  /** Everything that is wrong, each once, errors first. */
  readonly problems: readonly AnyProblem[];
}

/** Looks at everything, and changes nothing. */
export async function examine({ homes: given, required }: Setting): Promise<DoctorFacts> {
  const homes = [...new Set(given)];
  const [reports, retention, live, memory, unfinished] = await Promise.all([
    inspectAll(given, { required, retention: true }),
    inspectRetention(homes, { required }),
    findLiveSessions(homes),
    findMemoryProblems(homes, required),
    findUnfinishedRuns(homes),
  ]);
  const problems = distinct<AnyProblem>([
    ...reports.flatMap(({ problems }) => problems),
    ...retention.homes.flatMap(({ problems }) => problems),
    ...live.problems,
    ...memory,
  ]);
  return { reports, retention, liveSessions: live.sessions, unfinished, problems };
}

/** Whether nothing keeps the homes from sharing their state. */
export function isHealthy({ reports, unfinished }: DoctorFacts, { skipped }: Setting): boolean {
  return (
    reports.every(({ ok }) => ok) &&
    unfinished.length === 0 &&
    // It may be a home, and then nothing is known of it.
    skipped.every(({ reason }) => reason !== 'unreadable')
  );
}
