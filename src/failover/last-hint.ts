import { isValidResumeUUID, type ResumeUUID } from '../sessions/resume-uuid.ts';
import { isLaunch } from './launch.ts';
import { type PaneLine, paneLines } from './pane-lines.ts';

/** What Claude Code prints when it ends, after at least one message. */
export interface ResumeHint {
  /** The session that it offers; `undefined` where it names a title. */
  readonly id: ResumeUUID | undefined;
  /** Where the hint begins in the text of the pane. */
  readonly index: number;
  /** Whether right above it stands that a session could not be resumed: it then offers the one it was told. */
  readonly hasFailed: boolean;
  /** Whether nothing below it looks like a later start of the program. */
  readonly isBelowLastLaunch: boolean;
}

/** A hint that was read, as lines of the pane from one to before another. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly id: ResumeUUID | undefined;
}

// Blanks are left out of every comparison: a wrap at the edge of the pane may have taken them.
const HEADER = 'Resumethissessionwith:';
const OFFER = /--resume(?<id>[-0-9a-f]{36})$/i;
const TITLE = /--resume["']/;
const FAILURE = /^(?:Noconversationfound|Failedtoresume)/;
/** Far more than an id and the command before it take, in a pane of one column, too. */
const MOST_LETTERS = 1_000;

/** The last hint in the text of a pane, whether its lines were wrapped or not. */
export function lastHint(paneText: string): ResumeHint | undefined {
  const lines = [...paneLines(paneText)];
  for (let from = lines.length - 1; from >= 0; from -= 1) {
    const place = hintAt(lines, from);
    if (place === undefined) continue;
    const { id, to } = place;
    const index = lines[from]?.index ?? 0;
    const hasFailed = standsFailureAbove(lines, from);
    return { id, index, hasFailed, isBelowLastLaunch: !isLaunch(lines.slice(to)) };
  }
  return undefined;
}

function hintAt(lines: readonly PaneLine[], from: number): Place | undefined {
  let to = from;
  let header = '';
  while (header.length < HEADER.length) {
    const { shown = '' } = lines[to] ?? {};
    // What people and models say stands behind a bullet, or under one and indented.
    if (shown === '' || (to === from && shown.startsWith(' '))) return undefined;
    header += withoutBlanks(shown);
    if (!HEADER.startsWith(header)) return undefined;
    to += 1;
  }
  let command = '';
  while (command.length < MOST_LETTERS) {
    const { shown = '' } = lines[to] ?? {};
    if (shown === '' || (command === '' && shown.startsWith(' '))) break;
    command += withoutBlanks(shown.slice(0, MOST_LETTERS));
    to += 1;
    const id = OFFER.exec(command)?.groups?.['id'];
    if (isValidResumeUUID(id)) return { from, to, id };
    if (TITLE.test(command)) break;
  }
  return { from, to, id: undefined };
}

/** Whether the paragraph above a line says that a session could not be resumed. */
function standsFailureAbove(lines: readonly PaneLine[], from: number): boolean {
  let at = from - 1;
  while (lines[at]?.shown === '') at -= 1;
  let paragraph = '';
  for (; paragraph.length < MOST_LETTERS; at -= 1) {
    const { shown = '' } = lines[at] ?? {};
    if (shown === '') return false;
    paragraph = withoutBlanks(shown.slice(0, MOST_LETTERS)) + paragraph;
    if (!shown.startsWith(' ') && FAILURE.test(paragraph)) return true;
  }
  return false;
}

function withoutBlanks(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
