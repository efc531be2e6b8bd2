import { join } from '../core/paths.ts';
import type { LiveSession } from '../sessions/live-sessions.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { EntryPlan, HomePlan, MigrationPlan } from './report.ts';
import type { MigrateRequest } from './request.ts';
import { hasTree } from './restore-points.ts';
import { isFree } from './run.ts';
import type { TreeCounts } from './scan/contents.ts';
import type { SurveyedEntry, SurveyedHome } from './scan/homes.ts';
import type { Survey } from './scan/survey.ts';

/** What the caller decided. */
type Decisions = Pick<MigrateRequest, 'live' | 'acceptRetention'>;

/** Makes the plan from the facts alone; touches nothing. */
export function planFrom(survey: Survey, request: Decisions): MigrationPlan {
  const { homes, names, running } = survey;
  const plans = homes.map((home) => planHome(home, survey));
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
    ok: isFree({ problems }),
    homes: plans,
    problems,
    liveSessions: running.inTrees,
    spaceNeeded: sum(plans.flatMap(({ entries }) => entries.map(({ copyBytes }) => copyBytes))),
    unmerged: names.flatMap(({ contents }) => contents.unmerged),
  };
}

function planHome(home: SurveyedHome, { names }: Survey): HomePlan {
  const { accountHome } = home;
  const entries = home.entries.map((entry): EntryPlan => {
    const { name, path, target } = entry;
    const own = names.flatMap(({ trees, contents }) =>
      trees.filter((tree) => tree.entry === entry).map((tree) => contents.counts.get(tree)),
    );
    const count = (what: keyof TreeCounts) => sum(own.map((counts) => counts?.[what] ?? 0));
    const files = {
      link: count('link'),
      copy: count('copy'),
      merged: count('merged'),
      identical: count('identical'),
      skipped: count('skipped'),
    };
    const action = actionFor(entry, home);
    return { name, path, target, action, files, copyBytes: count('copyBytes') };
  });
  return { accountHome, entries };
}

/** What is to be done about one entry. */
export function actionFor(
  { name, state }: Pick<SurveyedEntry, 'name' | 'state'>,
  { unfinished }: Pick<SurveyedHome, 'unfinished'>,
): EntryPlan['action'] {
  const isHalfDone = unfinished.some((restorePoint) => hasTree(restorePoint, name));
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

/** The problems that running sessions cause. */
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
