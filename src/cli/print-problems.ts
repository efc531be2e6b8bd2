import { escapeControl } from '../core/paths.ts';
import type { Page } from './page.ts';
import { isConflict, printConflict } from './print-conflict.ts';
import { isAboutLink, printBrokenLink } from './print-links.ts';
import { adviceFor, type AnyProblem, distinct, messageFor } from './wording.ts';

const MOST_SHOWN = 20;
const MOST_RULES = 12;

/** Tells every problem once, errors first; where one is about a link, the link is drawn. */
export function printProblems(page: Page, problems: readonly AnyProblem[]): void {
  const all = distinct(problems);
  // They stand in the table already, and one command makes all of them.
  const missing = all.filter(isMissing);
  const others = all.filter((one) => !isMissing(one));
  for (const problem of others.slice(0, MOST_SHOWN)) {
    page.line();
    printProblem(page, problem);
  }
  tellRest(page, others.length - MOST_SHOWN, '  ');
  if (missing.length === 0) return;
  page.line();
  const { paint, symbols } = page;
  const what = missing.length === 1 ? 'is missing' : `${missing.length} are missing`;
  page.words(
    `${paint.yellow(`${symbols.make} ${what}`)}: ensure makes ${missing.length === 1 ? 'it' : 'them'}`,
    2,
    4,
  );
  for (const { path } of missing.slice(0, MOST_SHOWN)) page.line(`    ${page.path(path)}`);
  tellRest(page, missing.length - MOST_SHOWN, '    ');
}

function tellRest(page: Page, more: number, indent: string): void {
  if (more > 0) page.line(page.paint.dim(`${indent}and ${more} more; --json tells all of them`));
}

function isMissing({ code }: AnyProblem): boolean {
  return code === 'link-missing' || code === 'directory-missing';
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
  } else if (isConflict(problem)) {
    printConflict(page, problem);
  } else {
    page.words(page.prose(messageFor(problem)), 4);
  }
  if (!('rules' in problem)) return;
  // As they stand in a settings file: to be copied.
  for (const rule of problem.rules.slice(0, MOST_RULES)) {
    page.line(`      ${paint.cyan(escapeControl(JSON.stringify(rule)))},`);
  }
  tellRest(page, problem.rules.length - MOST_RULES, '      ');
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
