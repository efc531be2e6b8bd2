import type { LiveSession } from '../../sessions/live-sessions.ts';
import { ownerDialogIn } from './owner-dialog.ts';
import { lettersOf } from './pane-lines.ts';

/** What is known of a terminal after a command was typed into it. */
export interface LaunchView {
  readonly command: string;
  /** What the terminal showed before the command was typed. */
  readonly before: string;
  /** What it shows now. */
  readonly text: string;
  readonly isAtShell: boolean;
  /** The record of the session that runs in it. */
  readonly live: LiveSession | undefined;
  /** The address of the account that is logged in, if it is known. */
  readonly emailAddress?: string | undefined;
}

/** The progress of a launch. */
export type LaunchState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'resumed'; readonly live: LiveSession }
  /** `live`: the session that asks, if it has a record by then. */
  | {
      readonly kind: 'awaiting-input';
      readonly question: string;
      readonly live: LiveSession | undefined;
    }
  /** It asks what to do with a session of another account. */
  | { readonly kind: 'owned-by-another'; readonly live: LiveSession }
  /** The shell shows its prompt again; `output` was printed below the command. */
  | { readonly kind: 'ended'; readonly output: string };

/** What the program asks before it writes a session record (2.1.197 and 2.1.329). */
const questions: readonly (readonly [question: string, pattern: RegExp])[] = [
  ['trust in the working directory', /Yes, I trust this folder/],
  ['trust in an added directory', /Adding a new directory.*Yes, add it/],
  ['a package to install', /Need to install the following packages/],
  ['an API key in the environment', /Do you want to use this API key\?/],
  ['resuming from a summary', /Resume from summary.*Resume full session as-is/],
  ['permissions that are bypassed', /Bypass Permissions mode.*Yes, I accept/],
  ['the login', /Select login method|Paste code here if prompted/],
  ['the appearance', /Choose the text style/],
];

const QUESTION_LINES = 20;
const OUTPUT_LINES = 6;

/** Judges a launch by what the terminal shows. */
export function judgeLaunch({
  command,
  before,
  text,
  isAtShell,
  live,
  emailAddress = '',
}: LaunchView): LaunchState {
  // A slow terminal may still show the same command of an earlier launch.
  if (isAtShell && text === before) return { kind: 'waiting' };
  const typed = findTyped(text, command);
  const below = typed?.below ?? text;
  if (isAtShell) {
    const prompt = typed?.prompt ?? before.slice(before.lastIndexOf('\n') + 1);
    return endsWithPrompt(below, prompt.trim())
      ? { kind: 'ended', output: lastLines(below) }
      : { kind: 'waiting' };
  }
  const isWaiting = live?.status === 'waiting';
  // Once it has another status the session accepts input: then a question on the screen is part of its history.
  if (live?.status !== undefined && !isWaiting) return { kind: 'resumed', live };
  if (isWaiting && ownerDialogIn(text, emailAddress) !== undefined) {
    return { kind: 'owned-by-another', live };
  }
  const question = questionIn(below);
  if (question === undefined && !isWaiting) return { kind: 'waiting' };
  return { kind: 'awaiting-input', question: question ?? 'something in a dialog', live };
}

/** What the program asks at the end of a text; `undefined` if nothing that is known. */
export function questionIn(text: string): string | undefined {
  const end = lastLines(text, QUESTION_LINES).replaceAll(/[\s│]+/g, ' ');
  return questions.find(([, pattern]) => pattern.test(end))?.[0];
}

/** The last lines that aren't blank. */
export function lastLines(text: string, count: number = OUTPUT_LINES): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n').trim();
}

/** The last place where a command was typed, however it is broken into lines. */
export function findTyped(shown: string, command: string) {
  const [letters, sought] = [lettersOf(shown), lettersOf(command)];
  const at = letters.lastIndexOf(sought);
  if (at < 0) return undefined;
  const end = startOfLast(letters.length - at - sought.length, shown, shown.length);
  const start = startOfLast(sought.length, shown, end);
  return {
    /** What is in front of it on its line. */
    prompt: shown.slice(shown.lastIndexOf('\n', start - 1) + 1, start),
    below: shown.slice(end),
  };
}

/** Where the last letters of a text begin, apart from blanks. */
function startOfLast(count: number, text: string, end: number): number {
  let start = end;
  for (let remaining = count; remaining > 0;) {
    start -= 1;
    if (/\S/.test(text.charAt(start))) remaining -= 1;
  }
  return start;
}

/**
 * Whether the shell waits for the next command. What it runs itself, such as a hook of `cd`, leaves it in the foreground,
 * and may print anything for as long as it takes.
 */
function endsWithPrompt(text: string, prompt: string): boolean {
  const shown = text.trim();
  // A prompt may also have a right side, which a command hides.
  const line = `${shown.slice(shown.lastIndexOf('\n') + 1).trimStart()}  `;
  return prompt !== '' && line.startsWith(`${prompt}  `);
}
