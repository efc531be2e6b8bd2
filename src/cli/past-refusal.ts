import type { MigrationProblem } from '../migrate/index.ts';
import type { Io } from './io.ts';
import type { Step } from './next-steps.ts';
import { commandLine, type Setting } from './setting.ts';

// More are to be looked at one by one.
const MOST_KEPT = 5;

/** What could be typed where a migration was refused: each of them is a decision. */
export function ways(
  env: Io['env'],
  setting: Setting,
  words: readonly string[],
  problems: readonly MigrationProblem[],
): readonly Step[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const has = (code: MigrationProblem['code']) => errors.some((one) => one.code === code);
  const sides = errors.flatMap((one) => (isConflictOfSides(one) ? [one.path] : []));
  const more = [
    ...(has('live-session') && !has('live-across-devices') ? ['--live', 'merge'] : []),
    ...(has('retention-deletes') ? ['--accept-retention'] : []),
    ...(sides.length <= MOST_KEPT ? sides.flatMap((path) => ['--keep-both', path]) : []),
  ];
  const accepted = new Set([
    'live-session',
    'retention-deletes',
    ...(sides.length <= MOST_KEPT ? keepable : []),
  ]);
  const rest = errors.filter(({ code }) => !accepted.has(code));
  const doctor = { command: commandLine(env, setting, ['doctor']), purpose: 'see what to do' };
  if (rest.length > 0) return rest.some(isOfLinks) ? [doctor] : [];
  const again = { command: commandLine(env, setting, words), purpose: waitingFor(errors) };
  const risk = {
    command: commandLine(env, setting, [...words, ...more]),
    purpose: `or, once you have looked at it, ${riskOf(has, sides.length)}`,
  };
  return has('live-session') || has('retention-deletes') ? [again, risk] : [risk];
}

const keepable: readonly string[] = ['transcripts-diverge', 'files-differ', 'id-under-two-keys'];

function isConflictOfSides({ code }: MigrationProblem): boolean {
  return keepable.includes(code);
}

function isOfLinks({ code }: MigrationProblem): boolean {
  return /link|home|target|file-in-the-way/.test(code);
}

function waitingFor(errors: readonly MigrationProblem[]): string {
  const parts = [
    errors.some(({ code }) => code === 'live-session') ? 'the sessions have ended' : '',
    errors.some(({ code }) => code === 'retention-deletes') ? 'cleanupPeriodDays is raised' : '',
  ].filter((part) => part !== '');
  return `when ${parts.join(' and ')}`;
}

function riskOf(has: (code: MigrationProblem['code']) => boolean, sides: number): string {
  return [
    has('live-session') ? 'let the sessions go on meanwhile' : '',
    has('retention-deletes') ? 'accept that old files are deleted soon' : '',
    sides > 0 ? 'put these sides aside, and share the other ones' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
