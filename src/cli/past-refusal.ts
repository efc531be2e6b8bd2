import type { MigrationProblem, RestorePoint } from '../migrate/index.ts';
import { isTypeable } from '../sessions/shell-quote.ts';
import type { Io } from './io.ts';
import type { Step } from './next-steps.ts';
import { type ConflictProblem, isConflict } from './print-conflict.ts';
import { commandLine, type Setting } from './setting.ts';
import { isElsewhere, isUnfinished, recordedSetting, stepsToComplete } from './unfinished-runs.ts';

// More have to be looked at one by one.
const MAX_DECIDED = 5;

/** What to type after a migration was refused. Each step is a decision. */
export function waysToMigrate(
  env: Io['env'],
  setting: Setting,
  words: readonly string[],
  problems: readonly MigrationProblem[],
  restorePoints: readonly RestorePoint[],
): readonly Step[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  // They come first, and only with their own shared directories.
  const others = restorePoints
    .filter(isUnfinished)
    .filter((run) => run.state === 'incomplete' && isElsewhere(setting, run));
  if (others.length > 0) return typeable(stepsToComplete(env, setting, others));
  const has = (code: MigrationProblem['code']) => errors.some((one) => one.code === code);
  const conflicts = errors.filter(isConflict);
  const isDecidable = conflicts.length <= MAX_DECIDED;
  const isAccepted = (problem: MigrationProblem) =>
    isWaiting(problem) || (isConflict(problem) && isDecidable);
  const rest = errors.filter((problem) => !isAccepted(problem));
  if (rest.length > 0) {
    const doctor = { command: commandLine(env, setting, ['doctor']), purpose: 'see what to do' };
    return rest.some(isOfLinks) ? [doctor] : [];
  }
  const accepted = [
    ...(has('live-session') ? ['--live', 'merge'] : []),
    ...(has('retention-deletes') ? ['--accept-retention'] : []),
  ];
  const decided = conflicts.flatMap(optionFor);
  const isRisky = accepted.length + decided.length > 0;
  const isToWait = errors.some(isWaiting);
  return typeable([
    ...(isToWait
      ? [{ command: commandLine(env, setting, words), purpose: `when ${waitingFor(errors)}` }]
      : []),
    ...(isRisky && !errors.some(isOnlyWaiting)
      ? [
          {
            command: commandLine(env, setting, [...words, ...accepted, ...decided]),
            purpose: `${isToWait ? 'or, ' : ''}if you accept it: ${riskOf(has, conflicts.length)}`,
          },
        ]
      : []),
  ]);
}

/** What to type after a restore was refused. */
export function waysToRestore(
  env: Io['env'],
  setting: Setting,
  words: readonly string[],
  problems: readonly MigrationProblem[],
  restorePoints: readonly RestorePoint[],
): readonly Step[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const isOther = errors.some(({ code }) => code === 'other-target' || code === 'link-changed');
  const elsewhere = restorePoints.filter(
    (point) => setting.requiredFrom !== 'home' && isElsewhere(setting, point),
  );
  return typeable([
    ...(isOther
      ? elsewhere.map((point) => ({
          command: commandLine(env, recordedSetting(setting, point), words, [point.accountHome]),
          purpose: 'restore from the shared directories that this home was migrated to',
        }))
      : []),
    ...(errors.length > 0 && errors.every(isWaiting)
      ? [{ command: commandLine(env, setting, words), purpose: `when ${waitingFor(errors)}` }]
      : []),
  ]);
}

function typeable(steps: readonly Step[]): readonly Step[] {
  const once = new Map(steps.map((step) => [step.command, step]));
  return [...once.values()].filter(({ command }) => isTypeable(command));
}

/** Shares the newer side, or else the longer one. */
function optionFor({ path, newer, longer }: ConflictProblem): readonly string[] {
  return [`--prefer-${newer ?? longer ?? 'shared'}`, path];
}

/** Problems that pass with time. */
function isWaiting({ code }: MigrationProblem): boolean {
  return code === 'live-session' || code === 'retention-deletes' || isOnlyWaiting({ code });
}

/** Of these no option accepts the risk. */
function isOnlyWaiting({ code }: Pick<MigrationProblem, 'code'>): boolean {
  return code === 'live-session-has-copies' || code === 'live-across-devices';
}

function isOfLinks({ code }: MigrationProblem): boolean {
  return /link|home|target|director/.test(code);
}

function waitingFor(errors: readonly MigrationProblem[]): string {
  const parts = [
    errors.some(({ code }) => code.startsWith('live-')) ? 'the sessions have ended' : '',
    errors.some(({ code }) => code === 'retention-deletes') ? 'cleanupPeriodDays is raised' : '',
  ].filter((part) => part !== '');
  return parts.join(' and ');
}

function riskOf(has: (code: MigrationProblem['code']) => boolean, conflicts: number): string {
  return [
    has('live-session') ? 'the sessions keep running' : '',
    has('retention-deletes') ? 'old files are deleted soon' : '',
    conflicts > 0 ? 'of each conflict the newer file is shared, the other kept aside' : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}
