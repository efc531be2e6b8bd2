import type { Page } from './page.ts';
import { isAboutLink, printBrokenLink } from './print-links.ts';
import { adviceFor, type AnyProblem, distinct, messageFor } from './wording.ts';

/** Tells every problem once, errors first; where one is about a link, the link is drawn. */
export function printProblems(page: Page, problems: readonly AnyProblem[]): void {
  for (const problem of distinct(problems)) {
    page.line();
    printProblem(page, problem);
  }
}

function printProblem(page: Page, problem: AnyProblem): void {
  const { paint, symbols } = page;
  const { code, severity } = problem;
  const isError = severity === 'error';
  const sign = isError ? paint.red(symbols.bad) : paint.yellow(symbols.warn);
  page.line(`  ${sign} ${isError ? paint.red(code) : paint.yellow(code)}`);
  if (isAboutLink(problem)) {
    printBrokenLink(page, problem);
    page.words(page.prose(adviceFor(problem)), 4);
  } else {
    page.words(page.prose(messageFor(problem)), 4);
  }
  if (!('rules' in problem)) return;
  // As they stand in a settings file: to be copied.
  for (const rule of problem.rules) page.line(`      ${paint.cyan(JSON.stringify(rule))},`);
}

/** How many of them there are, in a few words; empty where there is none. */
export function tally(problems: readonly AnyProblem[]): string {
  const all = distinct(problems);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'problem' : 'problems'}`] : []),
    ...(all.length > errors
      ? [`${all.length - errors} ${all.length - errors === 1 ? 'warning' : 'warnings'}`]
      : []),
  ].join(', ');
}
