import type { LiveSession } from '../sessions/live-sessions.ts';
import { textBelow } from './text-below.ts';

/** What is seen of a terminal after a command was typed into it. */
export interface LaunchView {
  /** The command. */
  readonly command: string;
  /** What the terminal showed before that. */
  readonly before: string;
  /** What it shows now. */
  readonly text: string;
  readonly isAtShell: boolean;
  /** The record of a session that runs in it. */
  readonly live: LiveSession | undefined;
}

/** How far a launch has come. */
export type LaunchState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'resumed'; readonly live: LiveSession }
  | { readonly kind: 'asking'; readonly question: string }
  /** It is at its shell again; `output` is what was printed below the command. */
  | { readonly kind: 'ended'; readonly output: string };

/*
 * What the program asks before it goes on, seen on 2.1.329 and 2.1.197: the first two on a terminal, with no session
 * record meanwhile. The question about a summary was read in both, and could not be made to appear.
 */
const SUMMARY = 'resuming from a summary';
const questions: readonly (readonly [question: string, pattern: RegExp])[] = [
  ['trust in the working directory', /Yes, I trust this folder/],
  ['an API key in the environment', /Do you want to use this API key\?/],
  [SUMMARY, /Resume from summary.*Resume full session as-is/],
  ['permissions that are bypassed', /Bypass Permissions mode.*Yes, I accept/],
  ['the login', /Select login method|Paste code here if prompted/],
  ['the appearance', /Choose the text style/],
];

/** At the end of a question there is room for nothing else. */
const QUESTION_LINES = 20;
const TOLD_LINES = 6;

/** Judges what is seen; whatever it is, nothing is answered. */
export function judgeLaunch({ command, before, text, isAtShell, live }: LaunchView): LaunchState {
  // The terminal is slow: what it shows may be the same command of an earlier time.
  if (isAtShell && text === before) return { kind: 'waiting' };
  const below = textBelow(text, command);
  if (isAtShell) {
    // Nothing is below it until the command has been read.
    const output = lastWords(below ?? text);
    return output === '' ? { kind: 'waiting' } : { kind: 'ended', output };
  }
  const question = questionIn(below ?? text);
  // It says what it does as soon as it can be talked to: then other questions are those of its history.
  const isUp = live?.status !== undefined;
  if (question !== undefined && (!isUp || question === SUMMARY))
    return { kind: 'asking', question };
  return isUp ? { kind: 'resumed', live } : { kind: 'waiting' };
}

/** What the program asks at the end of a text. */
function questionIn(text: string): string | undefined {
  const end = lastLines(text, QUESTION_LINES).replaceAll(/[\s│]+/g, ' ');
  return questions.find(([, pattern]) => pattern.test(end))?.[0];
}

/** What is told of what a terminal shows: the end of it. */
export function lastWords(text: string): string {
  return lastLines(text, TOLD_LINES);
}

/** The last lines that are not blank. */
function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n').trim();
}
