import type { InspectionReport } from '../../index.ts';
import type { RestorePointList } from '../../migrate/index.ts';
import type { RetentionReport } from '../../retention/index.ts';
import { type LiveSessionsReport, TestedClaudeVersions } from '../../sessions/index.ts';
import { type AnyProblem, type Cause, causesOf, isError, isRight } from '../causes.ts';
import { isInterrupted, type InterruptedRun } from '../runs.ts';
import type { AccountHome, SharedPool } from '../../homes/index.ts';
import type { Scope } from '../scope.ts';
import { count, moment } from '../ui/amounts.ts';
import { reasonInWords } from '../ui/scope.ts';
import { shellWord } from '../ui/steps.ts';

/** Everything that the doctor looks at. */
export interface Facts {
  readonly scope: Scope;
  /** The system, as Node names it. */
  readonly platform: NodeJS.Platform;
  readonly reports: readonly InspectionReport[];
  readonly retention: RetentionReport;
  readonly live: LiveSessionsReport;
  /** What the settings of the homes do to their sessions. */
  readonly settings: readonly AnyProblem[];
  readonly points: RestorePointList;
  /** The version of Claude Code; `undefined` if none was found. */
  readonly claudeVersion: string | undefined;
}

/** What one check found. */
interface CheckResult {
  /** In a few words. */
  readonly text: string;
  readonly problems?: readonly AnyProblem[];
  /** Shown instead of the causes of `problems`. */
  readonly causes?: readonly Cause[];
  /** Whether the text alone is worth a look. */
  readonly isNote?: boolean;
}

interface Check {
  readonly name: string;
  readonly summary: string;
  readonly run: (facts: Facts) => CheckResult;
}

/** Runs a check. `note`: worth a look, and no reason to be unhealthy. */
export function resultOf({ name, run }: Check, facts: Facts) {
  const { text, problems = [], causes = causesOf(problems), isNote = false } = run(facts);
  const hasNotes = isNote || causes.length > 0;
  const state = causes.some(isError) ? 'error' : hasNotes ? 'note' : 'ok';
  return { name, state, text, problems, causes } as const;
}

/** A cause that has no problem code; a warning makes nothing unhealthy. */
function cause(
  severity: Cause['severity'],
  heading: string,
  advice: string,
  paths: readonly string[] = [],
): Cause {
  return { codes: [], severity, heading, advice, problems: [], paths };
}

function notesOnDouble({ accountHome, remarks }: AccountHome): readonly Cause[] {
  return remarks.slice(0, 1).map(({ kind, accountHome: original }) => {
    const what = { 'same-account': 'has the account', 'looks-like-a-copy': 'looks like a copy' };
    const heading = `This home ${what[kind]} of ${original}`;
    return cause('warning', heading, 'It is left alone unless you name it with --home.', [
      accountHome,
    ]);
  });
}

function notesOnPool({ primary, requiredFrom, program }: Scope): readonly Cause[] {
  if (requiredFrom !== 'agreed') return [];
  if (primary === undefined) {
    const heading = 'The homes already share their sessions, in a place of their own';
    return [cause('warning', heading, 'The command keeps using it.')];
  }
  const move = `${program} migrate --home ${shellWord(primary)}`;
  const advice = `That works, and the other homes can join. To move them to a neutral place instead: ${move}`;
  return [cause('warning', `The homes share the directories of ${primary}`, advice)];
}

function causeOfGroup({ links, accountHomes }: SharedPool): Cause {
  const [place = ''] = links.flatMap(({ name, target }) => (name === 'projects' ? target : []));
  const advice = 'No other home can resume their sessions, and nothing is moved between groups.';
  return cause('error', `These homes share ${place}`, advice, accountHomes);
}

// Read in the packages of Claude Code 2.1.197 and 2.1.332: a hash of that text is in the name of the item.
const KEYCHAIN =
  '; macOS stores each login under the exact text of CLAUDE_CONFIG_DIR, so always spell a home the same way';

/** The check that a problem of a home belongs to. */
function checkOf(problem: AnyProblem): 'links' | 'permissions' | 'retention' {
  const { code } = problem;
  if (code === 'target-exposed') return 'permissions';
  if (code === 'directory-unusable' && problem.reason === 'not-accessible') return 'permissions';
  return code.startsWith('retention-') ? 'retention' : 'links';
}

const problemsOf = ({ reports }: Facts, check: ReturnType<typeof checkOf>) =>
  reports.flatMap(({ problems }) => problems.filter((problem) => checkOf(problem) === check));

export const checks: readonly Check[] = [
  {
    name: 'homes',
    summary: 'which account homes there are',
    run({ scope, platform, settings }) {
      const unreadable = scope.skipped.filter(({ reason }) => reason === 'unreadable');
      const causes = unreadable.map((directory) =>
        cause('error', `This may be an account home, but it ${reasonInWords(directory)}`, '', [
          directory.path,
        ]),
      );
      const problems = settings.filter(({ code }) => code === 'login-overridden');
      const notes = [
        ...scope.doubles.flatMap(notesOnDouble),
        ...notesOnPool(scope),
        ...causesOf(problems),
      ];
      const text = `${scope.homes.length} ${scope.homesFrom}${platform === 'darwin' ? KEYCHAIN : ''}`;
      return { text, causes: [...causes, ...notes], problems };
    },
  },
  {
    name: 'links',
    summary: 'whether every home shares its state',
    run(facts) {
      const { reports, scope } = facts;
      if (scope.groups.length > 0) {
        const text = `${scope.groups.length} groups, which share nothing with each other`;
        return { text, causes: scope.groups.map(causeOfGroup) };
      }
      const problems = problemsOf(facts, 'links');
      const links = reports.flatMap((report) => report.links);
      const right = links.filter(({ state }) => isRight(state)).length;
      if (isNothingShared(facts, problems)) {
        const homes = reports.map(({ accountHome }) => accountHome);
        const advice =
          homes.length === 1
            ? 'There is one account home. Sharing helps once you have a second one.'
            : "A session started under one of these accounts can't be resumed under another.";
        const causes = [cause('error', 'Nothing is shared yet', advice, homes)];
        return { text: 'nothing is shared yet', problems, causes };
      }
      // A home can be refused although all its links are right.
      return { text: `${right} of ${links.length} correct`, problems };
    },
  },
  {
    name: 'permissions',
    summary: 'whether you, and nobody else, can use the shared directories',
    run(facts) {
      const problems = problemsOf(facts, 'permissions');
      const text = problems.length === 0 ? 'no other user can read what is shared' : 'see below';
      return { text, problems };
    },
  },
  {
    name: 'retention',
    summary: 'how long transcripts are kept',
    run(facts) {
      const { homes, periodDays, transcripts } = facts.retention;
      const problems = [
        ...problemsOf(facts, 'retention'),
        ...homes.flatMap((home) => home.problems),
      ];
      const kept =
        periodDays === 'never'
          ? 'transcripts are never deleted'
          : `transcripts are kept for ${count(periodDays, 'day')}`;
      const managed = homes.find((home) => home.source === 'managed');
      const ruler = managed === undefined ? '' : ` (${managed.settings})`;
      const { expiredCount: expired = 0, nextToExpire: next } = transcripts ?? {};
      const oldest = next === undefined ? '' : `, the oldest until ${moment(next.expiresAt)}`;
      const detail =
        expired > 0
          ? `; ${count(expired, 'transcript')} will be deleted the next time Claude Code starts`
          : oldest;
      return { text: kept + ruler + detail, problems, isNote: expired > 0 };
    },
  },
  {
    name: 'memory',
    summary: 'whether print mode may edit shared auto-memory',
    run({ settings }) {
      const problems = settings.filter(({ code }) => code === 'memory-not-permitted');
      return { text: problems.length === 0 ? 'editable' : "print mode can't edit it", problems };
    },
  },
  {
    name: 'sessions',
    summary: 'which sessions are running',
    run({ live: { sessions, problems } }) {
      return { text: `${sessions.length || 'none'} running`, problems };
    },
  },
  {
    name: 'runs',
    summary: 'whether a migration, restore or deletion was interrupted',
    run({ points: { restorePoints } }) {
      const unfinished = restorePoints.filter(isInterrupted);
      const causes = (['incomplete', 'restoring', 'deleting'] as const).flatMap((state) => {
        const paths = unfinished.filter((run) => run.state === state).map(({ path }) => path);
        return paths.length === 0
          ? []
          : [cause('error', interrupted[state], 'Nothing is lost.', paths)];
      });
      const text = unfinished.length === 0 ? 'none unfinished' : `${unfinished.length} unfinished`;
      return { text, causes };
    },
  },
  {
    name: 'restore-points',
    summary: 'which restore points are available',
    run({ points: { restorePoints, problems } }) {
      const kept = restorePoints.filter((point) => !isInterrupted(point)).length;
      const text =
        kept === 0
          ? 'none'
          : `${kept} available: restore-points lists ${kept === 1 ? 'it' : 'them'}`;
      return { text, problems };
    },
  },
  {
    name: 'claude-code',
    summary: 'whether the installed version of Claude Code is tested',
    run({ claudeVersion: version }) {
      const [last = ''] = TestedClaudeVersions.slice(-1);
      if (version === undefined) return { text: 'not found in your PATH', isNote: true };
      if (TestedClaudeVersions.includes(version)) return { text: `${version}, a tested version` };
      return { text: `${version}, not tested; the last tested one is ${last}`, isNote: true };
    },
  },
];

const interrupted: Readonly<Record<InterruptedRun['state'], string>> = {
  incomplete: 'A migration was interrupted',
  restoring: 'A restore was interrupted',
  deleting: 'The deletion of a restore point was interrupted',
};

const freshCodes: ReadonlySet<string> = new Set([
  'not-a-symlink',
  'link-missing',
  'directory-missing',
]);

/** Homes that were never migrated, or were restored: one cause, however many links they lack. */
function isNothingShared({ reports }: Facts, problems: readonly AnyProblem[]): boolean {
  const links = reports.flatMap((report) => report.links);
  const isUnshared = links.every(({ state }) => state === 'missing' || state === 'directory');
  return isUnshared && problems.filter(isError).every(({ code }) => freshCodes.has(code));
}
