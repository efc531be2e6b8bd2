import { paneLines } from './pane-lines.ts';

/** What is on the screen of a session and not in its transcript: it is lost when the program ends. */
export interface Unsaved {
  /** What stands in the input box; empty if nothing does. It may be a suggestion of the program's. */
  readonly draft: string;
  /** Whether the program says how to interrupt what it does. A draft hides that. */
  readonly isWorking: boolean;
  /** Whether shell commands run in the background. */
  readonly hasShells: boolean;
}

const RULE = /^─{8}/;
const PROMPT = /^[❯>]\s*/;
const HINT = /^Try "/;

/** Reads what is below the conversation: the input box between two rules, and the line below it (2.1.197, 2.1.329). */
export function readUnsaved(text: string): Unsaved {
  const lines = paneLines(text).map((line) => line.text);
  const bottom = lines.findLastIndex((line) => RULE.test(line));
  const top = lines.slice(0, Math.max(bottom, 0)).findLastIndex((line) => RULE.test(line));
  const [first = '', ...more] = top < 0 ? [] : lines.slice(top + 1, bottom);
  const below = bottom < 0 ? '' : lines.slice(bottom + 1).join('\n');
  const typed = [first.replace(PROMPT, ''), ...more.map((line) => line.trim())].join(' ').trim();
  return {
    draft: PROMPT.test(first) && !HINT.test(typed) ? typed : '',
    isWorking: below.includes('esc to interrupt'),
    hasShells: /· \d+ shells?\b/.test(below),
  };
}
