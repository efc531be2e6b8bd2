import { childOf } from '../../paths.ts';
import { sessionOf } from '../kinds-of-files.ts';

/** What is named of one tree, relative to its root. */
export function namedIn(root: string, keepBoth: readonly string[]): readonly string[] {
  const prefix = childOf(root, '');
  return keepBoth
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
}

/**
 * Tells what stays in the originals of a home because both sides of a conflict are kept: the file that was named,
 * and with a transcript everything else of its session.
 */
export function leftSideOf(named: readonly string[]): (path: string) => boolean {
  const files = new Set(named);
  const sessions = new Set(
    named.flatMap((path) => (path.endsWith('.jsonl') ? (placeOfSession(path) ?? []) : [])),
  );
  return (path) => files.has(path) || sessions.has(placeOfSession(path) ?? '');
}

/** `<project key>/<session>`, for the transcript and for what lies in the directory of the session. */
function placeOfSession(path: string): string | undefined {
  const session = sessionOf(path);
  return session === undefined ? undefined : path.slice(0, path.indexOf(session) + session.length);
}
