import { type PaneLine, paneLines } from '../terminal/pane-lines.ts';
import {
  type EvidenceRules,
  evidenceIn,
  noReading,
  oneLine,
  type QuotaReading,
  vetoIn,
} from './evidence.ts';
import { readResetTime } from './reset-time.ts';

// A limit that ends within an hour of a whole day or week is rarer than a screen that nobody has touched for an hour.
const AGE_MS = 3_600_000;

/** Reads a pane. */
export function readPane(text: string, given: EvidenceRules): QuotaReading {
  const rules = { ...given, age: AGE_MS };
  const nothing: PaneView = { messages: [], remarks: [], prompt: '', continues: undefined };
  const { messages, remarks, prompt, continues } = viewPane(text) ?? nothing;
  const found = messages.map((message) => evidenceIn(message, rules));
  const limit = found.find((each) => each !== undefined);
  const more = continues === undefined ? {} : { continues: readResetTime(continues, rules) };
  const evidence = limit === undefined ? undefined : { ...limit, ...more };
  const shown = [...found, ...remarks.map((remark) => evidenceIn(remark, rules))];
  return {
    ...noReading,
    evidence,
    shown: shown.filter((each) => each !== undefined),
    veto: vetoIn(remarks, rules),
    poll: true,
    prompt,
  };
}

/** The newest turn that a pane of Claude Code shows. */
export interface PaneView {
  /** The prompt that started it; empty if it has scrolled away. */
  readonly prompt: string;
  /** Where the program may report a limit: at the end of the turn, and below the input box. */
  readonly messages: readonly string[];
  /** Everything that the program may have said in the turn; no tool results. */
  readonly remarks: readonly string[];
  /** When the program goes on by itself, as it says below the input box. */
  readonly continues: string | undefined;
}

/** Consecutive lines that belong together. */
interface Block {
  readonly kind: 'elbow' | 'heading' | 'indented';
  readonly lines: string[];
  /** Whether it is the result of a tool call or a shell command. */
  readonly isResult: boolean;
}

// The newest turn is at the end; nothing before it matters.
const MAX_CHARACTERS = 200_000;

const RULE = /^─{8}/;
const QUESTION_RULE = /^[─▔]{8}/;
const FIRST_CHOICE = /^ {2,6}(?:[❯>] )?1\./;
const QUESTION = /^(?:[❯>] )?1\. ?Stop and wait for limit to reset$/;
const OLD_BOX_TOP = /^╭─{6}/;
const OLD_BOX_BOTTOM = /^╰─{6}/;
const PROMPT = /^[❯>!](?:\s|$)/;
const ELBOW = /^ {2}⎿\s*/;
/** A name right before its arguments. */
const TOOL_CALL = /^[●⏺] [^()]{0,59}(?:[^()\s]| \(MCP\))\(/;
/** Commands that only look something up start no new turn. */
const LOOKUP = /^[❯>]\s\/(?:context|cost|help|rate-limit-options|stats|status|usage)\b/;
/** What the program prints after the end of a turn: how long it took, what comes next, what you can do. */
const AFTER_TURN = [
  /^\S \p{Lu}\p{Ll}+ for \d/u,
  /^[●⏺] (?:Usage limit reached|Automatic continue|How is Claude doing this session)\b/,
  /^\/(?:extra-usage|login|rate-limit-options|upgrade|usage-credits)\b/,
  /^\d+(?: tasks? \(|\/\d+ tasks? done\b)/,
];
const CONTINUES = /\bContinuing automatically at ([^·]{1,60}?)(?: ·|$)/;

/**
 * Finds the newest turn of a pane; `undefined` if the pane doesn't end with an input box or with a question about a
 * limit: then something else prints there.
 *
 * The program marks both its own messages and tool results with `⎿`; results are right below the call. Answers of the
 * model start with `●` and are indented.
 */
export function viewPane(text: string): PaneView | undefined {
  const lines = paneLines(text.slice(-MAX_CHARACTERS));
  const frame = findFrame(lines);
  if (frame === undefined) return undefined;
  const { start, end } = newestTurn(lines, frame.top);
  const prompt = textAt(lines, start);
  const blocks = blocksIn(lines.slice(start + 1, isNotice(lines, end - 1) ? end - 1 : end), prompt);
  const last = blocks.findLast(
    ({ kind, lines: own }) =>
      kind === 'elbow' || !AFTER_TURN.some((pattern) => pattern.test(oneLine(own))),
  );
  const said = [
    last === undefined ? undefined : messageIn(last, blocks, prompt),
    waitingIn(lines.slice(frame.below)),
  ].filter((message) => message !== undefined);
  const messages = said.length > 0 ? said : noticesIn(blocks);
  const remarks = blocks.filter(({ isResult }) => !isResult).map((block) => oneLine(block.lines));
  return {
    prompt: oneLine([prompt]),
    messages,
    remarks: remarks.map(withoutMark),
    continues: CONTINUES.exec(oneLine(lines.slice(frame.below).map((line) => line.text)))?.[1],
  };
}

function textAt(lines: readonly PaneLine[], index: number): string {
  return lines[index]?.text ?? '';
}

/** Where the conversation ends, and where the lines below the input box start. */
function findFrame(lines: readonly PaneLine[]) {
  const edge = lines.findLastIndex(({ text }) => !text.startsWith(' '));
  const bottom = textAt(lines, edge);
  // A question of the program is below a rule, in place of the input box.
  if (QUESTION_RULE.test(bottom) && QUESTION.test(firstChoice(lines.slice(edge)))) {
    return { top: edge, below: lines.length };
  }
  const isOldBox = OLD_BOX_BOTTOM.test(bottom);
  if (!isOldBox && !RULE.test(bottom)) return undefined;
  const topRule = isOldBox ? OLD_BOX_TOP : RULE;
  const top = lines.slice(0, edge).findLastIndex(({ text }) => topRule.test(text));
  const input = textAt(lines, top + 1).replace(/^│\s?/, '');
  return top >= 0 && PROMPT.test(input.trimStart()) ? { top, below: edge + 1 } : undefined;
}

/** The first choice of a question, which may be wrapped. */
function firstChoice(lines: readonly PaneLine[]): string {
  const start = lines.findIndex(({ text }) => FIRST_CHOICE.test(text));
  const more = lines.slice(start + 1);
  const length = more.findIndex(
    ({ text, startsParagraph }) => startsParagraph || /^ +\d\./.test(text),
  );
  const own = more.slice(0, length < 0 ? more.length : length);
  return start < 0 ? '' : oneLine([textAt(lines, start), ...own.map(({ text }) => text)]);
}

function newestTurn(lines: readonly PaneLine[], end: number) {
  const start = lastPrompt(lines, end);
  const isAnswered = lines.slice(start, end).some(({ text }) => /^[●⏺]/.test(text));
  const prompt = textAt(lines, start);
  const wrapped = prompt + textAt(lines, start + 1).trim();
  return isAnswered || !(LOOKUP.test(prompt) || LOOKUP.test(wrapped))
    ? { start, end }
    : { start: lastPrompt(lines, start), end: start };
}

function lastPrompt(lines: readonly PaneLine[], end: number): number {
  return lines.slice(0, Math.max(end, 0)).findLastIndex(({ text }) => PROMPT.test(text));
}

/** A line right above the input box is part of the frame, such as a tip about the terminal (2.1.332). */
function isNotice(lines: readonly PaneLine[], index: number): boolean {
  const [line, box] = [lines[index], lines[index + 1]];
  const isAlone = line?.startsParagraph === true && box?.startsParagraph === false;
  return isAlone && /^ {2}[^\s⎿]/.test(line.text) && RULE.test(box.text);
}

function blocksIn(lines: readonly PaneLine[], prompt: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let isAfterGap = false;
  let isResultNext = prompt.startsWith('!');
  const start = (kind: Block['kind'], line: string) => {
    open = { kind, lines: [line], isResult: kind === 'elbow' && isResultNext };
    blocks.push(open);
    isResultNext = kind === 'heading' && TOOL_CALL.test(line);
  };
  for (const { text, startsParagraph } of lines) {
    const indent = text.length - text.trimStart().length;
    isAfterGap ||= startsParagraph;
    // Text on the far right is part of the frame.
    if (isAfterGap && indent >= 8) continue;
    if (ELBOW.test(text)) start('elbow', text.replace(ELBOW, ''));
    else if (indent === 0) start('heading', text);
    else if (open?.kind === 'elbow' ? indent >= 5 : open !== undefined && !isAfterGap)
      open?.lines.push(text);
    else start('indented', text);
    isAfterGap = false;
  }
  return blocks;
}

/** The text of a block without its advice; `undefined` if not the program says it. */
function messageIn(block: Block, blocks: readonly Block[], prompt: string): string | undefined {
  // Versions from 2.1.199 to 2.1.233 are reported to print it below the prompt without a mark.
  const isBare = block.kind === 'heading' && block === blocks[0] && /^[❯>]/.test(prompt);
  if (block.isResult || !(block.kind === 'elbow' || isBare)) return undefined;
  const advice = block.lines.findIndex((line) => line.trimStart().startsWith('/'));
  return oneLine(advice < 0 ? block.lines : block.lines.slice(0, advice)).replace(/ ·$/, '');
}

/**
 * What the program says of a wait, where the limit itself has scrolled away (2.1.329 and 2.1.332). Behind an answer of
 * the model there is always something, such as how long it took.
 */
function noticesIn(blocks: readonly Block[]): readonly string[] {
  const text = oneLine(blocks.at(-1)?.lines ?? []);
  return /^[●⏺] Usage limit reached(?: again)? · /.test(text) ? [withoutMark(text)] : [];
}

function withoutMark(line: string): string {
  return line.replace(/^[^\p{L}\p{N}{(]\s/u, '');
}

/** What the program says below the input box while it waits for the end of a limit (2.1.329). */
function waitingIn(lines: readonly PaneLine[]): string | undefined {
  const start = lines.findIndex(({ text }) => /^ {2}⚠ Usage\b/.test(text));
  if (start < 0) return undefined;
  const more = lines.slice(start + 1);
  const length = more.findIndex(
    ({ text, startsParagraph }) => startsParagraph || /^ +(?:Continuing|⏵)/.test(text),
  );
  const own = lines.slice(start, start + 1 + Math.max(length, 0));
  const said = withoutMark(oneLine(own.map(({ text }) => text)));
  return /^Usage limit reached\b/.test(said) ? said : undefined;
}
