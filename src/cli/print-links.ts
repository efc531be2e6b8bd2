import stringWidth from 'string-width';
import type { AccountReport, LinkReport, LinkState, Problem } from '../index.ts';
import type { Page } from './page.ts';

/** Draws every link of every home: a table where there is room for one, otherwise a list. */
export function printLinks(page: Page, reports: readonly AccountReport[]): void {
  // Every home has the same links.
  const head = ['', ...reports.slice(0, 1).flatMap(({ links }) => links.map(({ name }) => name))];
  const rows = reports.map(({ accountHome, links }) => [
    page.path(accountHome),
    ...links.map((link) => cell(page, link)),
  ]);
  const widths = [head, ...rows].reduce<readonly number[]>(
    (widest, row) => row.map((text, column) => Math.max(stringWidth(text), widest[column] ?? 0)),
    [],
  );
  const total = widths.reduce((sum, width) => sum + width + 3, 0);
  if (total > page.width) {
    printAsList(page, reports);
    return;
  }
  const line = (row: readonly string[]) =>
    `  ${row.map((text, column) => page.pad(text, widths[column] ?? 0)).join('   ')}`.trimEnd();
  page.line(page.paint.dim(line(head)));
  for (const row of rows) page.line(line(row));
}

function printAsList(page: Page, reports: readonly AccountReport[]): void {
  for (const { accountHome, links } of reports) {
    page.line(`  ${page.path(accountHome)}`);
    const width = Math.max(...links.map(({ name }) => stringWidth(name)));
    for (const link of links) {
      page.line(`    ${page.pad(link.name, width)}  ${cell(page, link)}`);
    }
  }
}

function cell({ paint, symbols }: Page, { state }: LinkReport): string {
  switch (standingOf(state)) {
    case 'right':
      return paint.green(`${symbols.ok} ${state}`);
    case 'to-make':
      return paint.yellow(`${symbols.make} ${state}`);
    default:
      return paint.red(`${symbols.bad} ${state}`);
  }
}

function standingOf(state: LinkState): 'right' | 'to-make' | 'wrong' {
  if (state === 'linked' || state === 'equivalent') return 'right';
  return state === 'missing' ? 'to-make' : 'wrong';
}

/** A problem that is about a link, with what stands there. */
export type LinkProblem = Extract<Problem, { readonly state: LinkState }>;

export function isAboutLink(problem: { readonly code: string }): problem is LinkProblem {
  return 'state' in problem && 'target' in problem && 'accountHome' in problem;
}

/** Draws where a broken link leads, and where it belongs. */
export function printBrokenLink(page: Page, { path, target, storedTarget, state }: LinkProblem) {
  const { paint, symbols } = page;
  page.line(`    ${page.path(path)}`);
  const there = paint.red(whatIsThere[state]);
  const leads = `    ${symbols.fork}${symbols.leads} `;
  if (storedTarget === undefined) page.line(leads + there);
  else printWithRemark(page, leads + page.path(storedTarget), there);
  const belongs = `    ${symbols.end}${paint.red(symbols.broken)} ${page.path(target)}`;
  printWithRemark(page, belongs, paint.dim('belongs here'));
}

/** The remark goes below where there is no room beside; a path is never broken, so that it can be copied. */
function printWithRemark(page: Page, text: string, remark: string): void {
  const isBeside = stringWidth(text) + 2 + stringWidth(remark) <= page.width;
  if (isBeside) page.line(`${text}  ${remark}`.trimEnd());
  else page.line(`${text}\n         ${remark}`);
}

const whatIsThere: Readonly<Record<LinkState, string>> = {
  dangling: 'nothing is there',
  loop: 'goes in a circle',
  directory: 'a real directory',
  file: 'a file',
  other: 'a FIFO, a socket or a device',
  unreadable: 'cannot be read',
  missing: 'nothing',
  linked: '',
  equivalent: '',
  divergent: '',
};
