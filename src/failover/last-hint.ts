import { isValidResumeUUID, type ResumeUUID } from '../sessions/resume-uuid.ts';
import { isLaunch } from './launch.ts';
import { type PaneLine, paneLines } from './pane-lines.ts';

/** What Claude Code prints when it ends, after at least one message. */
export interface ResumeHint {
  /** The session that it offers; `undefined` where it names a title. */
  readonly id: ResumeUUID | undefined;
  /** Where the line with which the hint begins is in the text of the pane. */
  readonly index: number;
  /** Whether right above it stands that a session could not be resumed: it then offers the one it was told. */
  readonly hasFailed: boolean;
  /** Whether nothing below it looks like a later start of the program. */
  readonly isBelowLastLaunch: boolean;
}

/** A hint that was read, and the number of the line below it. */
interface Offer {
  readonly to: number;
  readonly id: ResumeUUID | undefined;
}

// Blanks are left out of every comparison: a wrap at the edge of the pane may have taken them.
const HEADER = 'Resumethissessionwith:';
const ID = /^[\w./~'"].*--resume(?<id>[-0-9a-f]{36})$/i;
const TITLE = /--resume["']/;
const FAILURE = /^(?:Noconversationfound|Failedtoresume)/;
/** Far more than an id and the command before it take. */
const MOST_LETTERS = 1_000;

/** The last hint in the text of a pane, whether its lines were wrapped or not. */
export function lastHint(paneText: string): ResumeHint | undefined {
  const lines = paneLines(paneText);
  for (let from = lines.length - 1; from >= 0; from -= 1) {
    const line = lines[from];
    const offer = offerAt(lines, from);
    if (line === undefined || offer === undefined) continue;
    const { id, to } = offer;
    const hasFailed = line.beginsParagraph && isFailureAbove(lines, from);
    return { id, index: line.index, hasFailed, isBelowLastLaunch: !isLaunch(lines.slice(to)) };
  }
  return undefined;
}

function offerAt(lines: readonly PaneLine[], from: number): Offer | undefined {
  let to = from;
  let header = '';
  while (header.length < HEADER.length) {
    const part = partOf(lines[to], to === from, to === from);
    if (part === undefined || !HEADER.startsWith((header += part))) return undefined;
    to += 1;
  }
  let command = '';
  while (command.length < MOST_LETTERS) {
    const part = partOf(lines[to], command === '', false);
    if (part === undefined) break;
    command += part;
    to += 1;
    if (TITLE.test(command)) break;
    const id = ID.exec(command)?.groups?.['id'];
    if (isValidResumeUUID(id)) return { to, id };
  }
  return { to, id: undefined };
}

/**
 * The letters of a line that goes on from the one above it, or begins a line of the program's.
 *
 * What people and models say stands behind a bullet, or under one and indented.
 */
function partOf(line: PaneLine | undefined, isBegin: boolean, mayBeginParagraph: boolean) {
  if (line === undefined || (line.beginsParagraph && !mayBeginParagraph)) return undefined;
  return isBegin && line.shown.startsWith(' ') ? undefined : lettersOf(line);
}

/** Whether the paragraph above a line says that a session could not be resumed. */
function isFailureAbove(lines: readonly PaneLine[], from: number): boolean {
  let paragraph = '';
  for (const line of lines.slice(Math.max(0, from - MOST_LETTERS), from).toReversed()) {
    paragraph = lettersOf(line) + paragraph;
    if (!line.shown.startsWith(' ') && FAILURE.test(paragraph)) return true;
    if (line.beginsParagraph || paragraph.length > MOST_LETTERS) return false;
  }
  return false;
}

function lettersOf({ shown }: PaneLine): string {
  return shown.slice(0, MOST_LETTERS).replaceAll(/\s+/g, '');
}
