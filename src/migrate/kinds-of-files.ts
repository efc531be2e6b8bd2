import { lastSegmentOf } from '../paths.ts';

/** Whether a file is a log to which lines are appended; `name` is that of the link. */
export function isTranscript(name: string, path: string): boolean {
  return name === 'projects' && path.endsWith('.jsonl');
}

const SESSION = /^[^/\\]+[/\\]([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:\.jsonl$|[/\\]|$)/i;

/** The session that a path below `projects` belongs to. */
export function sessionOf(path: string): string | undefined {
  return SESSION.exec(path)?.[1];
}

/** Whether it is the transcript of a session itself, not one of a subagent. */
export function isSessionTranscript(path: string): boolean {
  return path.endsWith('.jsonl') && sessionOf(path) !== undefined && !/[/\\].*[/\\]/.test(path);
}

/** A cache that no version reads any more, and that would be wrong for a merged directory. */
export function isDeadCache(name: string, path: string): boolean {
  return name === 'projects' && lastSegmentOf(path) === 'sessions-index.json';
}
