import stringWidth from 'string-width';
import type { ListedSession } from '../../sessions/index.ts';
import { bytes, count, minute, moment } from './amounts.ts';
import { escapeControl, type Output } from './output.ts';

const MIN_WITH_DIRECTORY = 60;
const GAP = '  ';

/** A session on one line of this width: when it was used last, its title and, where there is room, its directory. */
export function sessionRow(
  out: Output,
  { modifiedAt, title, cwd = '' }: ListedSession,
  width: number,
): string {
  const start = minute(modifiedAt) + GAP;
  const directory =
    width < MIN_WITH_DIRECTORY ? '' : fitted(out, out.path(cwd), Math.floor(width / 3));
  const room = width - start.length - (directory === '' ? 0 : stringWidth(directory) + GAP.length);
  const text = fitted(out, titleText(title?.text), Math.max(1, room));
  return directory === '' ? start + text : start + out.pad(text, room) + GAP + directory;
}

/** The title on one line. */
function titleText(title = ''): string {
  return escapeControl(title.replaceAll(/\s+/g, ' ').trim()) || '(no title)';
}

/** What else is known of a session, one fact a line, none of which is wider. */
export function sessionDetails(out: Output, session: ListedSession, width: number): string {
  const { sessionId, title, cwd, createdAt, modifiedAt, size, messages, owner } = session;
  const { accountHomes, processState, expiresAt, otherVersions } = session;
  const since = createdAt === undefined ? '' : `${minute(createdAt)} to `;
  const number =
    messages === undefined
      ? ''
      : `, ${messages.isExact ? '' : 'at least '}${count(messages.count, 'message')}`;
  const lines = [
    titleText(title?.text),
    ...(cwd === undefined ? [] : [`in ${out.path(cwd)}`]),
    `${since}${moment(modifiedAt)}, ${bytes(size)}${number}`,
    ...(accountHomes.length === 0 ? [] : [accountHomes.map((home) => out.path(home)).join(', ')]),
    ...(owner === undefined ? [] : [`account ${escapeControl(owner.accountUuid)}`]),
    ...(processState === undefined
      ? []
      : [processState === 'running' ? 'running' : 'maybe running']),
    ...(otherVersions.length === 0 ? [] : [count(otherVersions.length, 'other version')]),
    ...(expiresAt === undefined ? [] : [`deleted at ${moment(expiresAt)}`]),
    sessionId,
  ];
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
