import type { LinkState } from '../../index.ts';
import {
  type AnyProblem,
  type Cause,
  causesOf,
  type ConflictProblem,
  isAboutLink,
  isConflict,
  isError,
  type LinkProblem,
} from '../causes.ts';
import { present } from '../lists.ts';
import { bytes, count, moment } from './amounts.ts';
import { escapeControl, type Output } from './output.ts';
import { isTypeable, shellWord } from './steps.ts';

const MAX_CAUSES = 5;
const MAX_RULES = 6;

/** Prints one block for each cause, errors first; as many as fit on two screens, unless all are wanted. */
export function printProblems(out: Output, problems: readonly AnyProblem[]): void {
  printCauses(out, causesOf(problems));
}

export function printCauses(out: Output, causes: readonly Cause[], isVerbose = false): void {
  const limit = isVerbose ? Infinity : MAX_CAUSES;
  for (const cause of causes.slice(0, limit)) {
    out.line();
    printCause(out, cause, isVerbose ? Infinity : limitFor(causes.length));
  }
  const rest = causes.slice(limit);
  if (rest.length === 0) return;
  const codes = rest
    .map(({ codes, problems }) => `${codes.join(', ')} (${problems.length})`)
    .join(', ');
  out.line();
  out.words(out.paint.dim(`and ${count(rest.length, 'more cause')}: ${codes}`), 2);
}

function limitFor(causes: number): number {
  return causes <= 2 ? 5 : causes <= 4 ? 2 : 1;
}

function printCause(out: Output, cause: Cause, limit: number): void {
  const { codes, heading, advice, problems, paths } = cause;
  const { paint } = out;
  const code = codes.length === 0 ? '' : ` ${paint.dim(`[${codes.join(', ')}]`)}`;
  const sign = isError(cause) ? 'bad' : 'warn';
  out.words(out.signed(sign, sentence(out.prose(heading))) + code, 2, 4);
  const [first] = problems;
  const conflicts = problems.filter(isConflict);
  if (conflicts.length > 0) {
    printConflicts(out, conflicts, limit);
    return;
  }
  if (paths.length === 0 && first !== undefined && isAboutLink(first)) printLink(out, first);
  else out.list(paths, limit);
  if (advice !== '') out.words(sentence(out.prose(advice)), 4);
  // As they belong into a settings file: to be copied.
  const rules = problems.flatMap((problem) => ('rules' in problem ? problem.rules : []));
  for (const rule of rules.slice(0, Math.max(limit, MAX_RULES))) {
    out.line(`      ${paint.cyan(escapeControl(JSON.stringify(rule)))},`);
  }
  const more = rules.length - Math.max(limit, MAX_RULES);
  if (more > 0) out.words(paint.dim(`and ${more} more; --json prints all of them`), 6);
}

/** With a capital, unless it begins with a path or a command. */
function sentence(text: string): string {
  const isWord =
    /^[a-z][\w-]* /.test(text) && !/^(ensure|migrate|restore|prune|doctor) /.test(text);
  return isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Draws the target that a link has, and the one that it should have. */
function printLink(out: Output, { path, target, storedTarget, state }: LinkProblem): void {
  const { paint, symbols } = out;
  out.line(`    ${out.path(path)}`);
  const found = paint.red(foundInstead[state]);
  const leads = `    ${symbols.fork}${symbols.leads} `;
  if (storedTarget === undefined) out.line(leads + found);
  else out.remarked(leads + out.path(storedTarget), found, 9);
  const belongs = `    ${symbols.end}${paint.red(symbols.broken)} ${out.path(target)}`;
  out.remarked(belongs, paint.dim('should be here'), 9);
}

const foundInstead: Readonly<Record<LinkState, string>> = {
  dangling: 'does not exist',
  loop: 'links to itself',
  directory: 'a real directory',
  file: 'a file',
  other: 'a FIFO, a socket or a device',
  unreadable: "can't be read",
  missing: 'nothing',
  linked: '',
  equivalent: '',
  divergent: '',
};

function printConflicts(out: Output, conflicts: readonly ConflictProblem[], limit: number): void {
  for (const conflict of conflicts.slice(0, limit)) {
    const { path, sides, newer, longer } = conflict;
    if ('sessionId' in conflict) out.words(`session ${conflict.sessionId}`, 4);
    for (const [index, side] of sides.entries()) {
      const name = index === 0 ? 'home' : 'shared';
      const marks = present(newer === name && 'newer', longer === name && 'longer');
      out.line(`    ${out.pad(name, 6)}  ${out.path(side.path)}`);
      const { messages, lastMessageAt } = side;
      const facts = present(
        bytes(side.bytes),
        messages !== undefined && count(messages, 'message'),
        lastMessageAt && `last at ${moment(lastMessageAt)}`,
        `changed ${moment(side.modifiedAt)}`,
      ).join(', ');
      const mark = marks.length === 0 ? '' : out.paint.bold(` (${marks.join(', ')})`);
      out.words(`${out.paint.dim(facts)}${mark}`, 12);
    }
    if (isTypeable(path)) {
      out.command(`--prefer-home ${shellWord(path)}`, 6);
      out.command(`--prefer-shared ${shellWord(path)}`, 6);
    } else out.words("Its name can't be typed: choose with the library, or rename it.", 4);
  }
  const more = conflicts.length - limit;
  if (more > 0) out.words(out.paint.dim(`and ${more} more; --json prints all of them`), 4);
  out.words('Add one of the two options for each; the other file is set aside.', 4);
}

/** The messages of problems that ended the command, line by line. */
export function printMessages(out: Output, messages: readonly string[]): void {
  for (const [first = '', ...others] of messages.map((message) => message.split('\n'))) {
    out.verdict('bad', out.prose(first));
    // What is indented is to be read line by line.
    for (const line of others) {
      if (line.startsWith(' ')) out.line(out.prose(line));
      else out.words(out.prose(line), 0, 2);
    }
  }
}
