import type { LiveSession } from '../../sessions/live-sessions.ts';
import { childOf } from '../../paths.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { hasNoHardLinks } from './mounts.ts';
import type { EntryPlan, FileCounts, HomePlan, MigrationPlan } from '../report.ts';
import type { PlanRequest } from '../request.ts';
import type { SessionKeys } from './session-keys.ts';
import type { SurveyedContents } from './survey-contents.ts';
import type { SurveyedEntry, SurveyedHome } from './survey-entries.ts';

/** Everything that is known before anything is changed. */
export interface Survey {
  readonly homes: readonly SurveyedHome[];
  /** What was found about links, homes, targets, mounts, owners and running sessions. */
  readonly problems: readonly MigrationProblem[];
  readonly liveSessions: readonly LiveSession[];
  readonly retention: {
    /** The settings with the shortest period, and that period in days. */
    readonly path: string;
    readonly periodDays: number;
    /** How many files in the targets are older. */
    readonly due: number;
  };
  /** By the name of the link: its trees, in the order of the homes, and what is in them. */
  readonly contents: ReadonlyMap<string, SurveyedName>;
}

export interface SurveyedName {
  readonly trees: readonly SurveyedEntry[];
  readonly contents: SurveyedContents;
  /** Only where sessions may move meanwhile: there may be very many. */
  readonly keys?: SessionKeys;
}

type Decided = Pick<PlanRequest, 'live' | 'acceptRetention' | 'keepBoth'>;

/** Decides from the facts alone; touches nothing. */
export function planFrom(survey: Survey, request: Decided): MigrationPlan {
  const homes = survey.homes.map((home) => planHome(home, survey));
  const conflicts = [...survey.contents.values()].flatMap(({ contents }) => contents.conflicts);
  const chosen = new Set(request.keepBoth);
  const isCopying = homes.some(({ entries }) => entries.some(({ files }) => files.copy > 0));
  const problems = [
    ...survey.problems,
    ...survey.homes.flatMap(({ entries }) => entries.flatMap(placeProblems)),
    ...survey.homes.flatMap(({ pending }) =>
      pending.map(({ path }) => migrationProblem('earlier-run-pending', { path })),
    ),
    ...liveProblems(survey.liveSessions, request.live, isCopying),
    ...conflicts.filter((problem) => !('other' in problem && chosen.has(problem.path))),
    ...keepBothProblems(survey, conflicts, request.keepBoth),
    ...retentionProblems(survey, request.acceptRetention),
    ...memoryProblems(survey),
  ];
  return {
    ok: problems.every(({ severity }) => severity !== 'error'),
    homes,
    problems,
    liveSessions: survey.liveSessions,
    spaceNeeded: sum(homes.flatMap(({ entries }) => entries.map(({ copyBytes }) => copyBytes))),
    leftovers: [
      ...[...survey.contents.values()].flatMap(({ contents }) => contents.leftovers),
      ...request.keepBoth
        .filter((path) => conflictsAt(conflicts, path).length > 0)
        .map((path) => ({ path, reason: 'side-not-chosen' as const })),
    ],
  };
}

const noFiles: FileCounts = { link: 0, copy: 0, couple: 0, same: 0, leave: 0 };

function planHome({ accountHome, entries, pending }: SurveyedHome, survey: Survey): HomePlan {
  return {
    accountHome,
    entries: entries.map((entry): EntryPlan => {
      const { name, path, target } = entry;
      const surveyed = survey.contents.get(name);
      const index = surveyed?.trees.indexOf(entry) ?? -1;
      return {
        name,
        path,
        target,
        action: actionFor(entry, pending),
        files: surveyed?.contents.files[index] ?? noFiles,
        copyBytes: surveyed?.contents.copyBytes[index] ?? 0,
      };
    }),
  };
}

/** What is to be done about one entry. */
function actionFor(
  { name, state }: Pick<SurveyedEntry, 'name' | 'state'>,
  pending: SurveyedHome['pending'],
): EntryPlan['action'] {
  const isHalfWay = pending.some(
    ({ trees, recreated }) => trees.includes(name) || recreated.some((it) => it.name === name),
  );
  switch (state) {
    case 'directory':
      return 'merge';
    case 'missing':
      return isHalfWay ? 'roll-forward' : 'link';
    case 'linked':
    case 'equivalent':
      return isHalfWay ? 'roll-forward' : 'none';
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

/** What the places themselves do not allow. */
function placeProblems(entry: SurveyedEntry): readonly MigrationProblem[] {
  const { directory, sourceMount, targetMount, path, target, realTarget } = entry;
  if (directory === undefined) return [];
  const { root } = directory;
  return [
    ...(sourceMount?.point === root ? [migrationProblem('source-is-mount-point', { path })] : []),
    ...(targetMount?.point === realTarget
      ? [migrationProblem('target-is-mount-point', { path: target })]
      : []),
    ...(targetMount !== undefined && hasNoHardLinks(targetMount)
      ? [migrationProblem('no-hard-links', { path: target })]
      : []),
  ];
}

function liveProblems(
  sessions: readonly LiveSession[],
  live: PlanRequest['live'],
  isCopying: boolean,
): readonly MigrationProblem[] {
  return sessions.map(({ path, accountHomes: [accountHome], sessionId, pid }) => {
    const fields = { path, accountHome, sessionId, pid };
    if (live === 'refuse') return migrationProblem('live-session', fields);
    const code = isCopying ? 'live-across-devices' : 'live-session-merged';
    return migrationProblem(code, fields);
  });
}

function keepBothProblems(
  { homes, liveSessions }: Survey,
  conflicts: readonly MigrationProblem[],
  keepBoth: readonly string[],
): readonly MigrationProblem[] {
  const running = new Map(
    liveSessions.map(({ sessionId }) => [sessionId.toLowerCase(), sessionId] as const),
  );
  return keepBoth.flatMap((path): readonly MigrationProblem[] => {
    if (conflictsAt(conflicts, path).length === 0) {
      return isSettled(homes, path) ? [] : [migrationProblem('keep-both-unknown', { path })];
    }
    // Everything of one session is in places that are called after it.
    const segments = path.toLowerCase().split(/[/\\]|\.jsonl$/);
    const sessionId = segments.map((it) => running.get(it)).find((it) => it !== undefined);
    return sessionId === undefined ? [] : [migrationProblem('keep-both-live', { path, sessionId })];
  });
}

function conflictsAt(conflicts: readonly MigrationProblem[], path: string) {
  return conflicts.filter((problem) => 'other' in problem && problem.path === path);
}

/** Whether a path was in a directory that has been moved aside since: then the same call has decided about it. */
function isSettled(homes: readonly SurveyedHome[], path: string): boolean {
  return homes.some(({ realHome, entries }) =>
    entries.some(
      ({ name, directory }) =>
        directory === undefined && path.startsWith(childOf(childOf(realHome, name), '')),
    ),
  );
}

function retentionProblems(
  { retention: { path, periodDays, due }, contents }: Survey,
  isAccepted: boolean,
): readonly MigrationProblem[] {
  const trees = [...contents.values()].map((it) => it.contents.overdue);
  const files = sum(trees) + (sum(trees) > 0 ? due : 0);
  if (files === 0) return [];
  const code = isAccepted ? 'retention-accepted' : 'retention-deletes';
  return [migrationProblem(code, { path, periodDays, files })];
}

/**
 * What one home has learned lies behind the links of all of them: each needs rules, in its own spelling.
 *
 * A rule for everything below an absolute path is written with one more slash.
 */
function memoryProblems({ homes, contents }: Survey): readonly MigrationProblem[] {
  const linked = homes
    .flatMap(({ entries }) => entries)
    .filter(({ state }) => state === 'directory' || state === 'missing');
  return linked.flatMap(({ name, path, realTarget }) =>
    (contents.get(name)?.contents.memory ?? []).map((directory) => {
      const spellings = [childOf(path, directory), childOf(realTarget, directory)];
      const rules = spellings.flatMap((it) => [`Read(/${it}/**)`, `Edit(/${it}/**)`]);
      return migrationProblem('memory-needs-rules', { path: childOf(path, directory), rules });
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
