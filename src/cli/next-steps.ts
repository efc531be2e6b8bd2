import type { Problem } from '../index.ts';
import { isTypeable, quoted } from '../sessions/shell-quote.ts';
import type { Io } from './io.ts';
import type { Page } from './page.ts';
import { isAboutLink } from './print-links.ts';
import { commandLine, type Setting } from './setting.ts';
import { distinct } from './wording.ts';

/** A command that somebody may type next, and what it is for. */
export interface Step {
  readonly command: string;
  readonly purpose: string;
}

/** What to type next, in this order; nothing here is run. */
export function nextSteps(
  env: Io['env'],
  setting: Setting,
  problems: readonly Problem[],
  pending: readonly string[],
): readonly Step[] {
  const errors = distinct(problems).filter(({ severity }) => severity === 'error');
  const byHand = distinct(problems).flatMap(stepByHand);
  const blocked = new Set(
    errors.flatMap((problem) =>
      problem.remedy === 'operator' && 'accountHome' in problem ? [problem.accountHome] : [],
    ),
  );
  const free = [...new Set(setting.homes)].filter((home) => !blocked.has(home));
  const needsMigration = errors.some(
    (problem) =>
      problem.remedy === 'migrate' && 'accountHome' in problem && !blocked.has(problem.accountHome),
  );
  const steps: Step[] = [...byHand];
  if (needsMigration || pending.length > 0) {
    const without = free.length < new Set(setting.homes).size ? ' of the homes that stand right' : '';
    steps.push({
      command: commandLine(env, setting, ['migrate'], free),
      purpose: `show how the directories${without} would be brought in, and ask`,
    });
  } else if (errors.some(({ remedy }) => remedy === 'ensure')) {
    steps.push({
      command: commandLine(env, setting, ['ensure']),
      purpose: 'make what is missing; nothing else is touched',
    });
  }
  return steps.filter(({ command }) => isTypeable(command));
}

/** What a person can look at, or do, about one problem. */
function stepByHand(problem: Problem): readonly Step[] {
  const at = quoted(problem.path);
  switch (problem.code) {
    case 'divergent-link':
      return [{ command: `ls -la ${at}/`, purpose: 'look at what the link leads to' }];
    case 'dangling-link':
    case 'link-loop':
      if (!isAboutLink(problem)) return [];
      return [{ command: `rm ${at}`, purpose: 'remove the link, if no volume is to be mounted there' }];
    case 'target-exposed':
      return [{ command: `chmod 700 ${at}`, purpose: 'keep the transcripts from others' }];
    case 'home-not-accessible':
    case 'target-not-accessible':
    case 'home-not-directory':
    case 'target-not-directory':
    case 'file-in-the-way':
      return [{ command: `ls -ld ${at}`, purpose: 'see whose it is, and what it is' }];
    default:
      return [];
  }
}

/** Prints them, each on a line of its own. */
export function printSteps(page: Page, steps: readonly Step[]): void {
  if (steps.length === 0) return;
  page.title(steps.length === 1 ? 'Next' : 'Next, in this order');
  for (const { command, purpose } of steps) {
    page.words(page.paint.dim(`# ${purpose}`), 2, 4);
    page.command(command, 2);
  }
}
