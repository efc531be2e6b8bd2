import stringWidth from 'string-width';
import type { ListedSession, TextMatch } from '../../sessions/index.ts';
import { present } from '../lists.ts';
import { bytes, count, minute, moment } from './amounts.ts';
import { escapeControl, type Output } from './output.ts';

const MIN_WITH_DIRECTORY = 60;
const GAP = '  ';

/**
 * A session on one line of this width: when it was used last, its title and, where there is room, its directory.
 *
 * @param hasId - Whether the id is shown: the beginning of it, or all of it where the width has no limit.
 */
export function sessionRow(
  out: Output,
  session: ListedSession,
  width: number,
  hasId = false,
): string {
  const { modifiedAt, cwd = '', sessionId } = session;
  const isNarrow = width < MIN_WITH_DIRECTORY;
  const time = minute(modifiedAt);
  const id = hasId ? sessionId.slice(0, width === Infinity ? undefined : SHOWN_OF_ID) + GAP : '';
  const start =
    (hasId && isNarrow ? time.slice('YYYY-'.length, 'YYYY-MM-DD'.length) : time) + GAP + id;
  const directory = isNarrow ? '' : fitted(out, out.path(cwd), Math.floor(width / 3));
  const room = width - start.length - (directory === '' ? 0 : stringWidth(directory) + GAP.length);
  const text = fitted(out, remarkedTitle(session), Math.max(1, room));
  if (directory === '') return start + text;
  return start + (room === Infinity ? text : out.pad(text, room)) + GAP + directory;
}

// As many hexadecimal digits as an id has before its first hyphen.
const SHOWN_OF_ID = 8;

function remarkedTitle(session: ListedSession): string {
  const remarks = remarksOn(session);
  return (remarks.length === 0 ? '' : `[${remarks.join(', ')}] `) + titleText(session.title?.text);
}

/** What somebody has to know before resuming the session. */
function remarksOn({ processState, otherVersions }: ListedSession): readonly string[] {
  return present(
    processState && (processState === 'running' ? 'running' : 'maybe running'),
    otherVersions.length > 0 && count(otherVersions.length, 'other version'),
  );
}

/** Where a text was found, on one line of this width that shows the text. */
export function matchLine(
  out: Output,
  { line, excerpt }: TextMatch,
  text: string,
  width: number,
): string {
  const start = `  line ${line}: `;
  const shown = titleText(excerpt);
  const at = Math.max(0, shown.toLowerCase().indexOf(titleText(text).toLowerCase()));
  const spare = width - start.length - text.length;
  // As much before the text as there is room for, but a third of that is enough.
  const from = at <= spare ? 0 : Math.max(0, at - Math.max(0, Math.floor(spare / 3)));
  return fitted(out, start + (from > 0 ? out.symbols.dots : '') + shown.slice(from), width);
}

/** The title on one line. */
function titleText(title = ''): string {
  return escapeControl(title.replaceAll(/\s+/g, ' ').trim()) || '(no title)';
}

/** What else is known of a session, one fact a line, none of which is wider. */
export function sessionDetails(out: Output, session: ListedSession, width: number): string {
  const { sessionId, title, cwd, createdAt, modifiedAt, size, messages, owner } = session;
  const { accountHomes, expiresAt } = session;
  const facts = present(
    (createdAt === undefined ? '' : `${minute(createdAt)} to `) + moment(modifiedAt),
    bytes(size),
    messages && `${messages.isExact ? '' : 'at least '}${count(messages.count, 'message')}`,
  );
  const lines = present(
    titleText(title?.text),
    cwd !== undefined && `in ${out.path(cwd)}`,
    facts.join(', '),
    accountHomes.length > 0 && accountHomes.map((home) => out.path(home)).join(', '),
    owner && `account ${escapeControl(owner.accountUuid)}`,
    ...remarksOn(session),
    expiresAt && `kept until ${moment(expiresAt)}`,
    sessionId,
  );
  return lines.map((line) => fitted(out, line, width)).join('\n');
}

const graphemes = /* @__PURE__ */ (() => new Intl.Segmenter())();

/** The text, cut where it gets too wide. */
export function fitted(
  { symbols: { dots } }: Pick<Output, 'symbols'>,
  text: string,
  width: number,
): string {
  if (stringWidth(text) <= width) return text;
  let [cut, room] = ['', width - stringWidth(dots)];
  for (const { segment } of graphemes.segment(text)) {
    room -= stringWidth(segment);
    if (room < 0) break;
    cut += segment;
  }
  return cut.trimEnd() + dots;
}
