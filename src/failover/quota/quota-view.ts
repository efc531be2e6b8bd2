/** What a pane of Claude Code shows of the newest turn. */
export interface QuotaView {
  /** The prompt that began it; empty where it has left the screen. */
  readonly prompt: string;
  /** Where the program's last word may be that a limit was hit: the end of the turn, and below the input box. */
  readonly messages: readonly string[];
  /** What else the program itself may have said in it: no results of tools. */
  readonly remarks: readonly string[];
}

/** A run of lines that belong together. */
interface Block {
  readonly kind: 'elbow' | 'heading' | 'indented';
  readonly lines: string[];
  /** Whether it is the result of a call of a tool, or of a shell command. */
  readonly result: boolean;
}

// The newest turn is at the end, and nothing before it matters, however long the pane has been scrolling.
const MOST_READ = 200_000;
const MOST_IN_A_MESSAGE = 2000;

const RULE = /^─{8}/;
const QUESTION_RULE = /^[─▔]{8}/;
const OLD_BOX_TOP = /^╭─{6}/;
const OLD_BOX_BOTTOM = /^╰─{6}/;
const PROMPT = /^[❯>!](?:\s|$)/;
const ELBOW = /^ {2}⎿\s*/;
const CALL = /^[●⏺] [^()]{1,60}\(/;
/** Looking something up is no new turn of the conversation. */
const LOOKED_UP = /^[❯>]\s\/(?:context|cost|help|rate-limit-options|stats|status|usage)\b/;
/** What stands after the end of a turn: how long it took, what comes next, what can be done. */
const AFTERWARDS = [
  /^\S \p{Lu}\p{Ll}+ for \d/u,
  /^[●⏺] (?:Usage limit reached|Automatic continue|How is Claude doing this session)\b/,
  /^\/(?:extra-usage|login|rate-limit-options|upgrade|usage-credits)\b/,
];

/**
 * Reads the newest turn off a pane; `undefined` where no input box, and no question about a limit, is at its end: then
 * something else is printing there.
 *
 * The program marks its own messages and the results of tools by the same `⎿`; results stand right below the call. The
 * answers of the model begin with `●` and are indented.
 */
export function viewPane(text: string): QuotaView | undefined {
  const lines = plainLines(text.slice(-MOST_READ));
  const end = endOfConversation(lines);
  if (end === undefined) return undefined;
  const { begin, top } = newestTurn(lines, end.top);
  const prompt = lines[begin] ?? '';
  const blocks = blocksOf(lines.slice(begin + 1, top), prompt);
  const last = blocks.findLast((block) => !isAfterwards(block));
  const message = last === undefined ? undefined : messageOf(last, blocks, prompt);
  return {
    prompt: oneLine([prompt]),
    messages: [message, waitingIn(lines.slice(end.below))].filter((it) => it !== undefined),
    remarks: blocks
      .filter(({ result }) => !result)
      .map(({ lines: said }) => withoutMark(oneLine(said))),
  };
}

/** White space is one space, and what versions write in different ways is written in one. */
export function oneLine(lines: readonly string[]): string {
  return lines
    .join(' ')
    .slice(0, MOST_IN_A_MESSAGE)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[∙•]/g, '·')
    .replaceAll('’', "'")
    .trim();
}

// Written as texts, because they are made of control characters.
const SEQUENCES = new RegExp(
  String.raw`\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])`,
  'g',
);
const CONTROLS = new RegExp(String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f]`, 'g');

function plainLines(text: string): readonly string[] {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(SEQUENCES, '')
    .replaceAll(CONTROLS, '')
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Where the conversation ends, and what is below it begins; all lines at the end must be of the program's frame. */
function endOfConversation(lines: readonly string[]) {
  const edge = lines.findLastIndex((line) => line !== '' && !line.startsWith(' '));
  const bottom = lines[edge] ?? '';
  // The program may have asked by itself: below a line of its own, in the place of the input box.
  if (QUESTION_RULE.test(bottom) && asksAboutLimit(lines, edge)) {
    return { top: edge, below: lines.length };
  }
  const isTop = OLD_BOX_BOTTOM.test(bottom) ? OLD_BOX_TOP : RULE;
  if (!RULE.test(bottom) && isTop === RULE) return undefined;
  const top = lines.findLastIndex((line, index) => index < edge && isTop.test(line));
  const input = lines[top + 1]?.replace(/^│\s?/, '') ?? '';
  return top < 0 || !PROMPT.test(`${input} `.trimStart()) ? undefined : { top, below: edge + 1 };
}

function asksAboutLimit(lines: readonly string[], edge: number): boolean {
  return lines
    .slice(edge)
    .some((line) => /^ {2,6}(?:[❯>] )?1\. Stop and wait for limit to reset$/.test(line));
}

function newestTurn(lines: readonly string[], top: number) {
  const begin = lastPrompt(lines, top);
  const answered = lines.slice(begin, top).some((line) => /^[●⏺]/.test(line));
  return answered || !LOOKED_UP.test(lines[begin] ?? '')
    ? { begin, top }
    : { begin: lastPrompt(lines, begin), top: begin };
}

function lastPrompt(lines: readonly string[], before: number): number {
  return lines.findLastIndex((line, index) => index < before && PROMPT.test(line));
}

function blocksOf(lines: readonly string[], prompt: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let afterGap = false;
  let result = prompt.startsWith('!');
  const begin = (kind: Block['kind'], line: string) => {
    open = { kind, lines: [line], result: kind === 'elbow' && result };
    blocks.push(open);
    result = kind === 'heading' && CALL.test(line);
  };
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    if (line === '') {
      afterGap = true;
      continue;
    }
    // What is set far to the right is part of the frame.
    if (afterGap && indent >= 8) continue;
    if (ELBOW.test(line)) begin('elbow', line.replace(ELBOW, ''));
    else if (indent === 0) begin('heading', line);
    else if (open?.kind === 'elbow' ? indent >= 5 : open !== undefined && !afterGap)
      open?.lines.push(line);
    else begin('indented', line);
    afterGap = false;
  }
  return blocks;
}

function isAfterwards({ kind, lines: [first = ''] }: Block): boolean {
  return kind === 'heading' && AFTERWARDS.some((pattern) => pattern.test(first));
}

/** What the program says in a block, without its advice; `undefined` where it is not the program that speaks. */
function messageOf(block: Block, blocks: readonly Block[], prompt: string): string | undefined {
  // Versions from 2.1.199 to 2.1.233 are reported to print it below the prompt without any mark.
  const isBare = block.kind === 'heading' && block === blocks[0] && /^[❯>]/.test(prompt);
  if (block.result || !(block.kind === 'elbow' || isBare)) return undefined;
  const advice = block.lines.findIndex((line) => line.trimStart().startsWith('/'));
  return oneLine(advice < 0 ? block.lines : block.lines.slice(0, advice)).replace(/ ·$/, '');
}

function withoutMark(said: string): string {
  return said.replace(/^[^\p{L}\p{N}{(]\s/u, '');
}

/** What the program says below the input box as long as it waits for the end of a limit; seen in 2.1.329. */
function waitingIn(frame: readonly string[]): string | undefined {
  const first = frame.findIndex((line) => /^ {2}⚠ Usage limit reached\b/.test(line));
  if (first < 0) return undefined;
  const length = frame
    .slice(first)
    .findIndex((line) => line === '' || /^ +(?:Continuing|⏵)/.test(line));
  const said = frame.slice(first, length < 0 ? first + 1 : first + length);
  return withoutMark(oneLine(said));
}
