import { join } from '../core/paths.ts';
import type { LiveSession } from '../sessions/live-sessions.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { EntryPlan, FileCounts, HomePlan, MigrationPlan } from './report.ts';
import type { MigrateRequest } from './request.ts';
import type { SurveyedEntry, SurveyedHome } from './scan/homes.ts';
import type { Survey } from './scan/survey.ts';

/** What the caller decided. */
type Decisions = Pick<MigrateRequest, 'live' | 'acceptRetention'>;

/** Makes the plan from the facts alone; touches nothing. */
export function planFrom(survey: Survey, request: Decisions): MigrationPlan {
  const { homes, names, running } = survey;
  const plans = homes.map((home) => planHome(home, survey));
  const copyBytes = names.flatMap(({ contents }) => contents.copyBytes);
  const problems = [
    ...survey.problems,
    ...homes.flatMap(({ unfinished }) =>
      unfinished.map(({ path }) => migrationProblem('earlier-run-incomplete', { path })),
    ),
    ...liveProblems(survey, request),
    ...names.flatMap(({ contents }) => contents.problems),
    ...survey.unknownChoices.map((path) => migrationProblem('no-such-conflict', { path })),
    ...retentionProblems(survey, request),
    ...memoryProblems(survey),
  ];
  return {
    ok: problems.every(({ severity }) => severity !== 'error'),
    homes: plans,
    problems,
    liveSessions: running.inTrees,
    spaceNeeded: sum(copyBytes),
    unmerged: names.flatMap(({ contents }) => contents.unmerged),
  };
}

const noFiles: FileCounts = { link: 0, copy: 0, merged: 0, identical: 0, skipped: 0 };

function planHome(home: SurveyedHome, { names }: Survey): HomePlan {
  const { accountHome, entries } = home;
  return {
    accountHome,
    entries: entries.map((entry): EntryPlan => {
      const { name, path, target } = entry;
      const surveyed = names.find((it) => it.name === name);
      const own = [...(surveyed?.trees.entries() ?? [])].filter(([, tree]) => tree.entry === entry);
      return {
        name,
        path,
        target,
        action: actionFor(entry, home),
        files: own.reduce(
          (counts, [index]) => addCounts(counts, surveyed?.contents.files[index] ?? noFiles),
          noFiles,
        ),
        copyBytes: sum(own.map(([index]) => surveyed?.contents.copyBytes[index] ?? 0)),
      };
    }),
  };
}

function addCounts(one: FileCounts, other: FileCounts): FileCounts {
  return {
    link: one.link + other.link,
    copy: one.copy + other.copy,
    merged: one.merged + other.merged,
    identical: one.identical + other.identical,
    skipped: one.skipped + other.skipped,
  };
}

/** What is to be done about one entry. */
export function actionFor(
  { name, state }: Pick<SurveyedEntry, 'name' | 'state'>,
  { unfinished }: Pick<SurveyedHome, 'unfinished'>,
): EntryPlan['action'] {
  const isHalfDone = unfinished.some(
    ({ trees, recreated }) => trees.includes(name) || recreated.some((it) => it.name === name),
  );
  switch (state) {
    case 'directory':
      return 'merge';
    case 'missing':
      return isHalfDone ? 'complete' : 'link';
    case 'linked':
    case 'equivalent':
      return isHalfDone ? 'complete' : 'none';
    case 'dangling':
    case 'divergent':
    case 'loop':
    case 'file':
    case 'other':
    case 'unreadable':
      return 'refuse';
    default:
      return state satisfies never;
  }
}

function fieldsOf({ path, accountHomes: [accountHome], sessionId, pid }: LiveSession) {
  return { path, accountHome, sessionId, pid };
}

/** What running sessions stand in the way of. */
export function liveProblems(
  { names, running }: Survey,
  { live }: Decisions,
): readonly MigrationProblem[] {
  const withCopies = new Set(names.flatMap(({ contents }) => [...contents.sessionsWithCopies]));
  const hasCopies = ({ sessionId }: LiveSession) => withCopies.has(sessionId.toLowerCase());
  const isCopying = names.some(({ trees }) => trees.some(({ canLink }) => !canLink));
  return [
    ...running.inTrees.map((session) => {
      const fields = fieldsOf(session);
      if (live === 'refuse') return migrationProblem('live-session', fields);
      if (hasCopies(session)) return migrationProblem('live-session-has-copies', fields);
      const code = isCopying ? 'live-across-devices' : 'live-session-merged';
      return migrationProblem(code, fields);
    }),
    // They may go on, unless their transcript would get another file.
    ...running.inTargets
      .filter(hasCopies)
      .map((session) => migrationProblem('live-session-has-copies', fieldsOf(session))),
  ];
}

function retentionProblems(
  { retention: { path, periodDays, expired }, names }: Survey,
  { acceptRetention }: Decisions,
): readonly MigrationProblem[] {
  const overdue = sum(names.map(({ contents }) => contents.overdue));
  const files = overdue + (overdue > 0 ? expired : 0);
  if (files === 0) return [];
  const code = acceptRetention ? 'retention-accepted' : 'retention-deletes';
  return [migrationProblem(code, { path, periodDays, files })];
}

/**
 * What one home has learned lies behind the links of all of them: each needs rules, in its own spelling.
 *
 * A rule for everything below an absolute path is written with one more slash.
 */
function memoryProblems({ homes, names }: Survey): readonly MigrationProblem[] {
  const linked = homes
    .flatMap(({ entries }) => entries)
    .filter(({ state }) => state === 'directory' || state === 'missing');
  return linked.flatMap(({ name, path, realTarget }) => {
    const memory = names.find((it) => it.name === name)?.contents.memory ?? [];
    return memory.map((directory) => {
      const spellings = [join(path, directory), join(realTarget, directory)];
      const rules = spellings.flatMap((it) => [`Read(/${it}/**)`, `Edit(/${it}/**)`]);
      return migrationProblem('memory-needs-rules', { path: join(path, directory), rules });
    });
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
