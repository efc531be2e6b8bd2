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
  /** The terminal is at its shell again; `output` was printed below the command. */
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
  const below = textBelow(text, command) ?? text;
  if (isAtShell) {
    // Empty until the shell has read the command.
    const output = lastLines(below);
    return output === '' ? { kind: 'waiting' } : { kind: 'ended', output };
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

/** The text below the last place where a text appears, however it is broken into lines. */
export function textBelow(shown: string, wanted: string): string | undefined {
  const [letters, sought] = [lettersOf(shown), lettersOf(wanted)];
  const at = letters.lastIndexOf(sought);
  if (at < 0) return undefined;
  let start = shown.length;
  for (let remaining = letters.length - at - sought.length; remaining > 0;) {
    start -= 1;
    if (/\S/.test(shown.charAt(start))) remaining -= 1;
  }
  return shown.slice(start);
}
