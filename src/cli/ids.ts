import { basename, sep } from 'node:path';
import type { RestorePoint } from '../migrate/index.ts';
import {
  type ListedSession,
  listSessions,
  parseResumeUUID,
  type ResumeUUID,
} from '../sessions/index.ts';
import { canChoose, chooseSession } from './choose.ts';
import { type CliContext, flagOption } from './command.ts';
import { absolutePath } from './scope.ts';
import { moment } from './ui/amounts.ts';
import { UsageError } from './exit.ts';

export const last = flagOption('--last', 'the last session, instead of an id');

const MIN_PREFIX = 4;
const MAX_LISTED = 5;

/** The session that was asked for: by its id, by the beginning of its id, or the last one; or that a person chooses. */
export async function sessionFor(
  context: CliContext,
  words: readonly string[],
  isLast = false,
  list: (details: boolean) => AsyncIterable<ListedSession> = (details) =>
    listSessions(context.scope.homes, { required: context.scope.required, details }),
): Promise<ResumeUUID> {
  const [text] = words;
  if (text === undefined && !isLast && canChoose(context)) {
    return (await chooseSession(context, list(true))).sessionId;
  }
  if ((text === undefined) !== isLast) {
    throw new UsageError('name one session: its id, the beginning of its id, or --last');
  }
  if (text === undefined) {
    for await (const { sessionId } of list(false)) return sessionId;
    throw new UsageError('there is no session yet');
  }
  const whole = parseResumeUUID(text);
  if (whole !== undefined) return whole;
  const prefix = text.toLowerCase();
  if (prefix.length < MIN_PREFIX || !/^[\da-f-]+$/.test(prefix)) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a session id, nor the beginning of one: at least ${MIN_PREFIX} hexadecimal digits`,
    );
  }
  const found: { readonly id: ResumeUUID; readonly date: Date }[] = [];
  for await (const { sessionId: id, modifiedAt: date } of list(false)) {
    if (id.toLowerCase().startsWith(prefix)) found.push({ id, date });
  }
  return only(text, found, 'session');
}

/** The restore point that was asked for: by its path, by the beginning of its name, or the last one. */
export function restorePointFor(
  { io }: Pick<CliContext, 'io'>,
  text: string,
  points: readonly RestorePoint[],
): string {
  if (text.includes(sep) || text.startsWith('~') || text.length < MIN_PREFIX)
    return absolutePath(text, io);
  const found = points.filter(({ path }) =>
    basename(path).toLowerCase().startsWith(text.toLowerCase()),
  );
  return only(
    text,
    found.map(({ path, createdAt }) => ({ id: path, date: createdAt })),
    'restore point',
  );
}

function only<Id extends string>(
  text: string,
  found: readonly { readonly id: Id; readonly date: Date }[],
  noun: string,
): Id {
  const [first, ...others] = found;
  if (first === undefined) throw new UsageError(`no ${noun} begins with ${JSON.stringify(text)}`);
  if (others.length === 0) return first.id;
  const lines = found.slice(0, MAX_LISTED).map(({ id, date }) => `\n  ${id}  ${moment(date)}`);
  const more = found.length > MAX_LISTED ? `\n  and ${found.length - MAX_LISTED} more` : '';
  throw new UsageError(
    `${found.length} ${noun}s begin with ${JSON.stringify(text)}:${lines.join('')}${more}`,
  );
}
