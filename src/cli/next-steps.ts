import { isAbsolute } from 'node:path';
import { withTrailingSep, join, dirname } from '../paths.ts';
import { isTypeable, quoted } from '../sessions/shell-quote.ts';
import type { Io } from './io.ts';
import type { Page } from './page.ts';
import { isAboutLink, type LinkProblem } from './print-links.ts';
import { commandLine, type Setting } from './setting.ts';
import type { UnfinishedRun } from './unfinished-runs.ts';
import { type AnyProblem, distinct } from './wording.ts';

/** A command that somebody may type next, and what it is for. */
export interface Step {
  readonly command: string;
  readonly purpose: string;
}

/** What to type next, in this order; nothing here is run. */
export function nextSteps(
  env: Io['env'],
  setting: Setting,
  problems: readonly AnyProblem[],
  unfinished: readonly UnfinishedRun[],
): readonly Step[] {
  const all = distinct(problems);
  const errors = all.filter(({ severity }) => severity === 'error');
  const homesWith = (isMeant: (problem: AnyProblem) => boolean) =>
    errors.flatMap((one) => ('accountHome' in one && isMeant(one) ? [one.accountHome] : []));
  const isReturning = unfinished.filter(({ state }) => state === 'returning');
  // Where a person has to look, or a restore to be completed, the others need not wait.
  const blocked = new Set([
    ...homesWith(({ remedy }) => remedy === 'operator'),
    ...isReturning.map(({ accountHome }) => accountHome),
  ]);
  const homes = [...new Set(setting.homes)];
  const free = homes.filter((home) => !blocked.has(home));
  const isToMigrate =
    unfinished.some(({ state }) => state === 'pending') ||
    homesWith(({ remedy }) => remedy === 'migrate').some((home) => !blocked.has(home));
  return [
    ...all.flatMap((problem) => stepsByHand(problem, setting, all)),
    ...isReturning.map(({ accountHome }) => ({
      command: commandLine(env, setting, ['restore'], [accountHome]),
      purpose: 'complete the restore that was begun',
    })),
    ...unfinished
      .filter(({ state }) => state === 'retiring')
      .map(({ path }) => ({
        command: commandLine(env, setting, ['retire', path]),
        purpose: 'complete the removal that was begun, or put back what stays',
      })),
    ...(isToMigrate && free.length > 0
      ? [
          {
            command: commandLine(env, setting, ['migrate'], free),
            purpose: 'see what would be brought into the shared place, and be asked',
          },
        ]
      : errors.some(({ remedy }) => remedy === 'ensure')
        ? [
            {
              command: commandLine(env, setting, ['ensure']),
              purpose: 'make what is missing; nothing else is touched',
            },
          ]
        : []),
  ].filter(({ command }) => isTypeable(command));
}

/** What a person can look at, or do, about one problem. */
function stepsByHand(
  problem: AnyProblem,
  setting: Setting,
  all: readonly AnyProblem[],
): readonly Step[] {
  const at = quoted(problem.path);
  switch (problem.code) {
    case 'divergent-link':
      return stepsForDivergent(problem, setting, all);
    case 'dangling-link':
    case 'link-loop':
      return [
        { command: `rm ${at}`, purpose: 'remove the link, if no volume is to be mounted there' },
      ];
    case 'target-exposed':
      return [{ command: `chmod 700 ${at}`, purpose: 'keep the transcripts from others' }];
    case 'home-not-accessible':
    case 'target-not-accessible':
    case 'home-not-directory':
    case 'target-not-directory':
    case 'file-in-the-way':
      return [{ command: `ls -ld ${at}`, purpose: 'see what it is, and whose' }];
    default:
      return [];
  }
}

function stepsForDivergent(
  { path, storedTarget = '' }: LinkProblem,
  { homes, required }: Setting,
  all: readonly AnyProblem[],
): readonly Step[] {
  const place = isAbsolute(storedTarget) ? storedTarget : join(dirname(path), storedTarget);
  const prefix = withTrailingSep(place);
  // Once that home is migrated the link leads to the shared place, by way of that home's.
  if (homes.some((home) => prefix.startsWith(withTrailingSep(home)))) return [];
  const look = { command: `ls -la ${quoted(path)}/`, purpose: 'look at where the link leads' };
  const isShared = required.some((one) => {
    const target = withTrailingSep(one.target);
    return prefix.startsWith(target) || target.startsWith(prefix);
  });
  const isOnly = all.filter((one) => isAboutLink(one) && one.storedTarget === storedTarget);
  if (isShared || isOnly.length > 1) return [look];
  return [
    look,
    {
      command: `rm ${quoted(path)} && mv ${quoted(place)} ${quoted(path)}`,
      purpose:
        'only if nothing else uses that place, and no session runs: put it where the link is; migrate then brings it in',
    },
  ];
}

/** Prints them, each on a line of its own. */
export function printSteps(page: Page, steps: readonly Step[]): void {
  if (steps.length === 0) return;
  page.title(steps.length === 1 ? 'Next' : 'Next, in this order');
  for (const { command, purpose } of steps) {
    // Each line a comment of its own, so that all of it can be pasted.
    for (const line of page.broken(purpose, 4, 4)) {
      page.line(page.paint.dim(`  # ${line.trimStart()}`));
    }
    page.command(command, 2);
  }
}
