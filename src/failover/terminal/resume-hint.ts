import { isValidResumeUUID, type ResumeUUID } from '../../sessions/resume-uuid.ts';
import { lettersOf, type PaneLine, paneLines } from './pane-lines.ts';

/**
 * Finds the session that Claude Code offered to resume when it last ended, in the text of its terminal.
 *
 * The program prints `Resume this session with:` and below it `claude --resume <id>`, both at the start of a line
 * (2.1.197 and 2.1.329); 2.1.329 prints CLAUDE_CODE_RESUME_HINT_COMMAND in place of `claude`. Wrapped lines and
 * control sequences are understood; ids anywhere else (in conversations, command lines, tool output) are ignored.
 * 2.1.197 offers a session with a title by that title: then the result is `undefined`, whatever was offered before.
 * The function doesn't check whether the program was started again since.
 *
 * @param paneText - The text of the terminal, with its scrollback.
 * @returns The id as it was printed last; `undefined` if the last offer has none, or there is no offer.
 *
 * @example After the exit
 * ```ts
 * import assert from 'node:assert/strict';
 * import { findResumeUUID } from 'claude-shared-state/failover';
 *
 * const paneText = `
 * Resume this session with:
 * claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e
 * $ `;
 * assert.equal(findResumeUUID(paneText), '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
 * assert.equal(findResumeUUID('$ claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e'), undefined);
 * ```
 */
export function findResumeUUID(paneText: string): ResumeUUID | undefined {
  return lastHint(paneText)?.id;
}

/** The offer that Claude Code prints when it ends after at least one message. */
export interface ResumeHint {
  /** The session; `undefined` if the hint names a title. */
  readonly id: ResumeUUID | undefined;
  /** Whether an error right above it says that a session could not be resumed: the hint then repeats its id. */
  readonly hasFailed: boolean;
  /** Whether nothing below it looks like a later start of the program. */
  readonly isBelowLastLaunch: boolean;
}

// Blanks are ignored in every comparison: a wrap at the edge of the pane may have removed them.
const HEADER = 'Resumethissessionwith:';
// 2.1.332 shortens the options where the long form is wider than the terminal.
const ID = /^[\w./~'"].*(?:--resume|-r)(?<id>[-0-9a-f]{36})$/i;
const TITLE = /(?:--resume|-r)["']/;
const FAILURE = /^(?:Noconversationfound|Failedtoresume)/;
/** Far more than an id and the command before it take. */
const MAX_LETTERS = 1_000;

/** The last hint in the text of a pane. */
export function lastHint(paneText: string): ResumeHint | undefined {
  const lines = paneLines(paneText);
  for (let start = lines.length - 1; start >= 0; start -= 1) {
    const offer = offerAt(lines, start);
    if (offer === undefined) continue;
    const hasFailed = lines[start]?.startsParagraph === true && isFailureAbove(lines, start);
    return { id: offer.id, hasFailed, isBelowLastLaunch: !hasLaunch(lines.slice(offer.end)) };
  }
  return undefined;
}

/** The offer whose header starts at a line, and where it ends. */
function offerAt(lines: readonly PaneLine[], start: number) {
  let end = start;
  let header = '';
  while (header.length < HEADER.length) {
    const part = partOf(lines[end], end === start, end === start);
    if (part === undefined || !HEADER.startsWith((header += part))) return undefined;
    end += 1;
  }
  let command = '';
  while (command.length < MAX_LETTERS && !TITLE.test(command)) {
    const part = partOf(lines[end], command === '', false);
    if (part === undefined) break;
    command += part;
    end += 1;
    const id = TITLE.test(command) ? undefined : ID.exec(command)?.groups?.['id'];
    if (isValidResumeUUID(id)) return { end, id };
  }
  return { end, id: undefined };
}

/**
 * The letters of a line that continues the one above it, or that starts a line of the program's.
 *
 * What people and models say is behind a bullet, or indented below one.
 */
function partOf(line: PaneLine | undefined, isStart: boolean, mayStartParagraph: boolean) {
  if (line === undefined || (line.startsParagraph && !mayStartParagraph)) return undefined;
  return isStart && line.text.startsWith(' ') ? undefined : lettersIn(line);
}

/** Whether the paragraph above a line says that a session could not be resumed. */
function isFailureAbove(lines: readonly PaneLine[], start: number): boolean {
  let paragraph = '';
  for (const line of lines.slice(Math.max(0, start - MAX_LETTERS), start).toReversed()) {
    paragraph = lettersIn(line) + paragraph;
    if (!line.text.startsWith(' ') && FAILURE.test(paragraph)) return true;
    if (line.startsParagraph || paragraph.length > MAX_LETTERS) return false;
  }
  return false;
}

function lettersIn({ text }: PaneLine): string {
  return lettersOf(text.slice(0, MAX_LETTERS));
}

/** The program prints its name and version first, or only its logo if there is no room (2.1.197, 2.1.329). */
const BANNER = /Claude Code v\d|▐▛█/;
/** A command line that starts it: its name before an option or a quoted prompt, */
const WITH_ARGUMENTS = /(?:^|[\s;&|('"/])claude['"]?\s+['"-]/;
/** or as the last word; in a path only behind a prompt or another command, because paths are printed, too. */
const ALONE = /(?:(?:^|[\s;&|('"])|[$%#>❯»;&|(]\s*['"]?\S*\/)claude['"]?\s*$/;
/** A command that is about a file or directory of this name. */
const ABOUT =
  /\b(?:which|type|where|whereis|command\s+-v|hash|man|cd|pushd|ls|cat|file|stat|readlink|realpath|mkdir|rmdir|rm|echo|p?grep|pkill|killall)\s(?:[^;&|]*[\s/'"])?claude['"]?\s*$/i;
/** A prompt that ends with the name of the directory: a sign of its own, and nothing typed behind one of a shell. */
const IN_PROMPT = /[^\w\s$%#>❯»;&|(]\s+claude\s*$/;
/** Whatever the program is called, it is told to resume like this. */
const RESUMING = /--resume[ =]['"]?[\da-f]{8}-/i;
const MAX_WRAPPED = 100;

/**
 * Whether lines show a start of the program.
 *
 * 2.1.329 runs in the alternate screen and leaves only the command line above its hint; 2.1.197 also leaves its banner.
 */
function hasLaunch(lines: readonly PaneLine[]): boolean {
  // The prompt that waits there now: the directory may have that name.
  const prompt = lines.at(-1)?.text;
  return lines.some(({ text }, index) => {
    if (text === prompt && IN_PROMPT.test(text.slice(-MAX_WRAPPED))) return false;
    if (BANNER.test(text) || isLaunch(text)) return true;
    // A long command line is wrapped anywhere.
    const next = lines[index + 1];
    if (next === undefined || next.startsParagraph) return false;
    return isLaunch(text.slice(-MAX_WRAPPED) + next.text.slice(0, MAX_WRAPPED));
  });
}

function isLaunch(text: string): boolean {
  if (WITH_ARGUMENTS.test(text) || RESUMING.test(text)) return true;
  const end = text.slice(-MAX_WRAPPED);
  return ALONE.test(end) && !ABOUT.test(end);
}
