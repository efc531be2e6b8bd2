import { isAbsolute } from 'node:path';
import type { RestorePoint } from '../migrate/index.ts';
import { dirname, join, withTrailingSep } from '../core/paths.ts';
import { isTypeable, quoted } from '../sessions/shell-quote.ts';
import type { Io } from './io.ts';
import type { Page } from './page.ts';
import { isAboutLink, type LinkProblem } from './print-links.ts';
import { commandLine, type Setting } from './setting.ts';
import {
  isElsewhere,
  isUnfinished,
  rootOf,
  stepsToComplete,
  type UnfinishedRun,
  withRoot,
} from './unfinished-runs.ts';
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
  restorePoints: readonly RestorePoint[],
): readonly Step[] {
  const all = distinct(problems);
  const errors = all.filter(({ severity }) => severity === 'error');
  const homesWith = (isMeant: (problem: AnyProblem) => boolean) =>
    errors.flatMap((one) => ('accountHome' in one && isMeant(one) ? [one.accountHome] : []));
  const unfinished = restorePoints.filter(isUnfinished);
  // A migration with these shared directories is completed by the step below, with all other homes.
  const isOwn = (run: UnfinishedRun) => run.state === 'incomplete' && !isElsewhere(setting, run);
  const first = unfinished.filter((run) => !isOwn(run));
  // The other homes need not wait for these.
  const blocked = new Set([
    ...homesWith(({ remedy }) => remedy === 'manual'),
    ...first.flatMap(({ state, accountHome }) => (state === 'deleting' ? [] : [accountHome])),
  ]);
  const homes = [...new Set(setting.homes)];
  const free = homes.filter((home) => !blocked.has(home));
  const isToMigrate =
    unfinished.some(isOwn) ||
    homesWith(({ remedy }) => remedy === 'migrate').some((home) => !blocked.has(home));
  const steps = [
    ...all.flatMap((problem) => stepsByHand(env, problem, setting, all)),
    ...stepsToComplete(env, setting, first),
    ...(isToMigrate && free.length > 0
      ? [
          {
            command: commandLine(env, setting, ['migrate'], free),
            purpose: 'show what would be migrated, and ask',
          },
        ]
      : errors.some(({ remedy }) => remedy === 'ensure')
        ? [
            {
              command: commandLine(env, setting, ['ensure']),
              purpose: 'create what is missing; nothing else is touched',
            },
          ]
        : []),
  ];
  return once(steps).filter(({ command }) => isTypeable(command));
}

function once(steps: readonly Step[]): readonly Step[] {
  return [...new Map(steps.map((step) => [step.command, step])).values()];
}

/** What a person can look at, or do, about one problem. */
function stepsByHand(
  env: Io['env'],
  problem: AnyProblem,
  setting: Setting,
  all: readonly AnyProblem[],
): readonly Step[] {
  const at = quoted(problem.path);
  switch (problem.code) {
    case 'divergent-link':
      return stepsForDivergent(env, problem, setting, all);
    case 'dangling-link':
      return [
        { command: `rm ${at}`, purpose: 'remove the link, unless a volume is missing there' },
      ];
    case 'target-exposed':
      return [{ command: `chmod 700 ${at}`, purpose: 'keep other users out' }];
    case 'directory-unusable':
    case 'link-blocked':
      return [{ command: `ls -ld ${at}`, purpose: 'see what it is, and who owns it' }];
    default:
      return [];
  }
}

/** Steps that leave the place of the link alone: it may be the shared directory of other homes. */
function stepsForDivergent(
  env: Io['env'],
  { name, path, storedTarget = '' }: LinkProblem,
  setting: Setting,
  all: readonly AnyProblem[],
): readonly Step[] {
  const place = isAbsolute(storedTarget) ? storedTarget : join(dirname(path), storedTarget);
  const prefix = withTrailingSep(place);
  // Once that home is migrated, the link leads to the shared directory through it.
  const homes = [...setting.homes, ...setting.otherHomes];
  if (homes.some((home) => prefix.startsWith(withTrailingSep(home)))) return [];
  const root = rootOf([{ name, target: place }]);
  if (root !== undefined) {
    const forgotten = withRoot(setting, root);
    return [
      {
        command: commandLine(env, forgotten, ['doctor']),
        purpose: `if the shared directories are in ${root}: name that root, in every command`,
      },
    ];
  }
  const look = { command: `ls -la ${quoted(path)}/`, purpose: 'see where the link leads' };
  const isShared = setting.required.some((one) => {
    const target = withTrailingSep(one.target);
    return prefix.startsWith(target) || target.startsWith(prefix);
  });
  const isOnly = all.filter((one) => isAboutLink(one) && one.storedTarget === storedTarget);
  if (isShared || isOnly.length > 1) return [look];
  return [
    look,
    {
      command: `rm ${quoted(path)} && cp -a ${quoted(place)} ${quoted(path)}`,
      purpose:
        'only if no other home uses that directory, and no session runs: copy it into the home, for migrate to share',
    },
  ];
}

/** Prints them, each on a line of its own. */
export function printSteps(
  page: Page,
  steps: readonly Step[],
  order: 'in this order' | 'one of these' = 'in this order',
): void {
  if (steps.length === 0) return;
  page.title(steps.length === 1 ? 'Next' : `Next, ${order}`);
  for (const { command, purpose } of steps) {
    // Each line a comment of its own, so that all of it can be pasted.
    for (const line of page.broken(purpose, 4, 4)) {
      page.line(page.paint.dim(`  # ${line.trimStart()}`));
    }
    page.command(command, 2);
  }
}
