import UFuzzy from '@leeoniya/ufuzzy';
import { basename, dirname, sep } from 'node:path';
import type { RestorePoint } from '../migrate/index.ts';
import {
  type ListedSession,
  listSessions,
  parseResumeUUID,
  type ResumeUUID,
} from '../sessions/index.ts';
import { messageFor } from './causes.ts';
import { type CliContext, flagOption } from './command.ts';
import { type HomeDiagnosis, isAble } from './diagnoses.ts';
import { Interrupted, UsageError } from './exit.ts';
import type { Choice } from './io.ts';
import { present } from './lists.ts';
import { absolutePath, stepFor } from './scope.ts';
import { moment } from './ui/amounts.ts';
import { escapeControl } from './ui/output.ts';
import type { NextStep } from './ui/steps.ts';
import { fitted, sessionDetails, sessionRow } from './ui/sessions.ts';

export const last = flagOption('--last', 'the last session, instead of an id');

const MIN_PREFIX = 4;
const MAX_LISTED = 5;
const NO_SESSION = 'there is no session yet';

/** The session that was asked for: by its id, by the beginning of its id, or the last one; or that a person chooses. */
export async function sessionFor(
  context: CliContext,
  [text]: readonly string[],
  isLast = false,
  list: (details: boolean) => AsyncIterable<ListedSession> = (details) =>
    listSessions(context.scope.homes, { required: context.scope.required, details }),
): Promise<ResumeUUID> {
  const { io, isJson } = context;
  // Scripts name what they mean.
  const canChoose = !isJson && (io.choose !== undefined || io.ask !== undefined);
  if (text === undefined && !isLast && canChoose) return await chooseSession(context, list(true));
  if ((text === undefined) !== isLast) {
    throw new UsageError('name one session: its id, the beginning of its id, or --last');
  }
  if (text === undefined) {
    for await (const { sessionId } of list(false)) return sessionId;
    throw new UsageError(NO_SESSION);
  }
  const whole = parseResumeUUID(text);
  if (whole !== undefined) return whole;
  const prefix = text.toLowerCase();
  if (prefix.length < MIN_PREFIX || !/^[\da-f-]+$/.test(prefix)) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a session id, nor the beginning of one (at least ${MIN_PREFIX} hexadecimal digits)`,
    );
  }
  const found: { readonly id: ResumeUUID; readonly date: Date }[] = [];
  for await (const { sessionId: id, modifiedAt: date } of list(false)) {
    if (id.toLowerCase().startsWith(prefix)) found.push({ id, date });
  }
  const [archived] = found.length === 0 ? await stepToUnarchive(context, prefix) : [];
  return only(text, found, 'session', archived && `; the archive has one: ${archived.command}`);
}

/** The sessions of the archive: of the one that is named, or configured, or the usual one. */
export function archivedSessions(
  { io, scope }: CliContext,
  details: boolean,
  given = scope.config.values.archive,
): AsyncIterable<ListedSession> {
  const [shared = io.home] = scope.required.flatMap(({ name, target }) =>
    name === 'projects' ? target : [],
  );
  const usual = `${dirname(shared)}/.claude-shared-state/archive`;
  const archive = given === undefined ? usual : absolutePath(given, io);
  const required = [{ name: 'projects', target: `${archive}/projects` }];
  return listSessions([], { details, required });
}

/** The command that brings a session back, if the archive has it. */
export async function stepToUnarchive(
  context: CliContext,
  begin: string,
): Promise<readonly NextStep[]> {
  for await (const { sessionId } of archivedSessions(context, false)) {
    if (!sessionId.toLowerCase().startsWith(begin.toLowerCase())) continue;
    const words = ['unarchive', sessionId];
    return [stepFor(context.scope, words, 'the archive has it: bring it back')];
  }
  return [];
}

/** The restore point that was asked for: by its path, by the beginning of its name, or the last one. */
export function restorePointFor(
  { io }: Pick<CliContext, 'io'>,
  text: string,
  points: readonly RestorePoint[],
): string {
  if (text.includes(sep) || text.startsWith('~') || text.length < MIN_PREFIX)
    return absolutePath(text, io);
  const found = points
    .filter(({ path }) => basename(path).toLowerCase().startsWith(text.toLowerCase()))
    .map(({ path, createdAt }) => ({ id: path, date: createdAt }));
  return only(text, found, 'restore point');
}

function only<Id extends string>(
  text: string,
  found: readonly { readonly id: Id; readonly date: Date }[],
  noun: string,
  hint = '',
): Id {
  const [first, ...others] = found;
  if (first === undefined)
    throw new UsageError(`no ${noun} begins with ${JSON.stringify(text)}${hint}`);
  if (others.length === 0) return first.id;
  const lines = found.slice(0, MAX_LISTED).map(({ id, date }) => `\n  ${id}  ${moment(date)}`);
  const more = found.length > MAX_LISTED ? `\n  and ${found.length - MAX_LISTED} more` : '';
  throw new UsageError(
    `${found.length} ${noun}s begin with ${JSON.stringify(text)}:${lines.join('')}${more}`,
  );
}

// More are found by typing. The prompt draws all of them again at each key.
const MAX_SHOWN = 50;
const MAX_NUMBERED = 15;
// The chooser puts a mark before each line.
const MARK = 2;

/** Lets a person choose a session; those that are not shown at first are read while they look or type. */
async function chooseSession(
  context: CliContext,
  sessions: AsyncIterable<ListedSession>,
): Promise<ResumeUUID> {
  const { stderr } = context;
  const iterator = sessions[Symbol.asyncIterator]();
  const found: ListedSession[] = [];
  const readTo = async (limit: number, signal?: AbortSignal) => {
    while (found.length < limit) {
      const next = await iterator.next();
      if (next.done === true) return;
      found.push(next.value);
      // Something else was typed.
      if (signal?.aborted === true) return;
    }
  };
  try {
    await readTo(1);
    if (found.length === 0) throw new UsageError(NO_SESSION);
    return await choose(context, 'Which session?', async (typed, room, signal) => {
      await readTo(typed === '' ? MAX_SHOWN : Infinity, signal);
      return matching(found, textOf, typed)
        .slice(0, MAX_SHOWN)
        .map((session) => ({
          value: session.sessionId,
          name: sessionRow(stderr, session, room),
          details: sessionDetails(stderr, session, room),
        }));
    });
  } finally {
    await iterator.return?.();
  }
}

const textOf = ({ title, cwd = '', sessionId }: ListedSession) =>
  present(title?.text, cwd, sessionId).join(' ');

/** Lets a person choose the home to resume under, if there are several. */
export async function chooseHome(
  context: CliContext,
  diagnoses: readonly HomeDiagnosis[],
): Promise<HomeDiagnosis | undefined> {
  if (diagnoses.length < 2) return diagnoses[0];
  const { stderr } = context;
  const ordered = diagnoses.toSorted((a, b) => Number(isAble(b)) - Number(isAble(a)));
  return await choose(context, 'Under which account home?', async (typed, room) =>
    matching(ordered, ({ accountHome }) => accountHome, typed).map((diagnosis) => {
      const remark = isAble(diagnosis) ? '' : '  (not resumable)';
      const lines = diagnosis.problems.map((problem) => stderr.prose(messageFor(problem)));
      return {
        value: diagnosis,
        name: fitted(stderr, stderr.path(diagnosis.accountHome) + remark, room),
        details: lines.map((line) => fitted(stderr, line, room)).join('\n'),
      };
    }),
  );
}

/** Lets a person choose: in a list to search in, or by number where the terminal can't show that. */
async function choose<Value>(
  { io, stderr }: CliContext,
  question: string,
  source: (typed: string, room: number, signal?: AbortSignal) => Promise<readonly Choice<Value>[]>,
): Promise<Value> {
  const room = stderr.width - MARK;
  if (io.choose !== undefined) {
    const asked = (typed: string, signal?: AbortSignal) => source(typed, room, signal);
    const chosen = await io.choose(question, asked, stderr.paint);
    if (chosen === undefined) throw new Interrupted();
    return chosen;
  }
  for (let typed = ''; ;) {
    const choices = await source(typed, room - MARK);
    for (const [index, { name }] of choices.slice(0, MAX_NUMBERED).entries()) {
      stderr.line(`${String(index + 1).padStart(MARK)}  ${name}`);
    }
    const more = choices.length > MAX_NUMBERED ? ', of the first ones' : '';
    if (choices.length === 0) stderr.line(`nothing matches ${escapeControl(typed)}`);
    const answer = await io.ask?.(`${question} Its number${more}, or words to search for: `);
    if (answer === undefined) throw new Interrupted();
    typed = answer.trim();
    const chosen = /^\d{1,3}$/.test(typed) ? choices[Number(typed) - 1] : undefined;
    if (chosen !== undefined) return chosen.value;
  }
}

// Letters of all scripts, as its documentation advises.
const fuzzy = /* @__PURE__ */ (() =>
  new UFuzzy({
    unicode: true,
    interSplit: "[^\\p{L}\\d']+",
    intraSplit: '\\p{Ll}\\p{Lu}',
    intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
    intraChars: "[\\p{L}\\d']",
    intraContr: "'\\p{L}{1,2}\\b",
    intraMode: 1,
  }))();
const OUT_OF_ORDER = 1;

/** The items that have these words or nearly, in any order; the best first unless there are many. */
function matching<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
  words: string,
): readonly Item[] {
  const [indexes, info, order] = fuzzy.search(items.map(textOf), words, OUT_OF_ORDER);
  if (indexes === null) return items;
  const best = order === null ? indexes : order.map((at) => info.idx[at]);
  return best.flatMap((at = -1) => items.slice(at, at + 1));
}
