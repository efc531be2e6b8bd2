import type { TerminalKey } from '../terminal.ts';

/** A message to the tmux server holds 16 KiB (seen on 3.3a), and one of these takes up to three bytes. */
const MOST_AT_ONCE = 4_000;

/** A text in parts that tmux takes in one call, none of them cut within a character; none for no text. */
export function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let begin = 0;
  while (begin < text.length) {
    let end = Math.min(begin + MOST_AT_ONCE, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    parts.push(text.slice(begin, end));
    begin = end;
  }
  return parts;
}

/** A text as an argument of a tmux command: a `;` at its end would end the command (seen on 3.3a). */
export function asArgument(text: string): string {
  return text.endsWith(';') ? `${text.slice(0, -1)}\\;` : text;
}

/** Why a text cannot be typed as it is, if so. */
export function textTrouble(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'it is no text';
  if (/[\r\n]/.test(text)) return 'it has a line break, which would press Enter';
  if (/\p{Cc}/u.test(text)) return 'it has a control character, which would press a key';
  return /\p{Surrogate}/u.test(text) ? 'it has half of a character' : undefined;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

const keys: Readonly<Record<TerminalKey, true>> = {
  Enter: true,
  Escape: true,
  'C-c': true,
  'C-d': true,
  'C-e': true,
  'C-u': true,
};

/** Whether tmux would press this, and not type it as a text. */
export function isKey(key: string): key is TerminalKey {
  return Object.hasOwn(keys, key);
}
