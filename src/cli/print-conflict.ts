import type { Conflict, ConflictSide, MigrationProblem } from '../migrate/index.ts';
import { isTypeable, quoted } from '../sessions/shell-quote.ts';
import { bytes, count, moment } from './amounts.ts';
import type { Page } from './page.ts';

/** A problem with two files of which one has to be chosen. */
export type ConflictProblem = Extract<MigrationProblem, Conflict>;

export function isConflict(problem: { readonly code: string }): problem is ConflictProblem {
  return 'sides' in problem;
}

/** Prints both files of a conflict, and the options that decide it. */
export function printConflict(page: Page, conflict: ConflictProblem): void {
  const { path, sides, newer, longer } = conflict;
  const [home, shared] = sides;
  const marksOf = (side: 'home' | 'shared') =>
    [newer === side ? 'newer' : '', longer === side ? 'longer' : ''].filter((mark) => mark !== '');
  page.words(headline(conflict), 4);
  printSide(page, 'home', home, marksOf('home'));
  printSide(page, 'shared', shared, marksOf('shared'));
  if (!isTypeable(path)) {
    page.words("Its name can't be typed: decide it with the library, or rename it.", 4);
    return;
  }
  page.words('To decide it, add one of these; the other file is kept aside:', 4);
  page.command(`--prefer-home ${quoted(path)}`, 6);
  page.command(`--prefer-shared ${quoted(path)}`, 6);
}

function headline(conflict: ConflictProblem): string {
  switch (conflict.code) {
    case 'transcripts-diverge':
      return `session ${conflict.sessionId} has two transcripts, and neither continues the other`;
    case 'files-differ':
      return 'two files of the same name differ';
    case 'duplicate-session-id':
      return `session ${conflict.sessionId} would have transcripts in two projects`;
    default:
      return conflict satisfies never;
  }
}

function printSide(
  page: Page,
  name: string,
  { path, bytes: size, modifiedAt, messages, lastMessageAt }: ConflictSide,
  marks: readonly string[],
): void {
  const { paint } = page;
  page.line(`    ${page.pad(name, 6)}  ${page.path(path)}`);
  const facts = [
    bytes(size),
    ...(messages === undefined ? [] : [count(messages, 'message')]),
    ...(lastMessageAt === undefined ? [] : [`the last at ${moment(lastMessageAt)}`]),
    `changed ${moment(modifiedAt)}`,
  ].join(', ');
  const mark = marks.length === 0 ? '' : paint.bold(` (${marks.join(', ')})`);
  page.words(`${paint.dim(facts)}${mark}`, 12);
}
