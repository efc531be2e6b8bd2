import { basename } from '../core/paths.ts';

/** Whether a file is a log to which lines are appended; `name` is that of the link. */
export function isTranscript(name: string, path: string): boolean {
  return name === 'projects' && path.endsWith('.jsonl');
}

const SESSION = /^[^/\\]+[/\\]([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:\.jsonl$|[/\\]|$)/i;

/** The session that a path below `projects` belongs to, in lower case. */
export function sessionOf(path: string): string | undefined {
  return SESSION.exec(path)?.[1]?.toLowerCase();
}

/** Whether a path below `projects` is the transcript of a session itself, not of a sub-agent. */
export function isSessionTranscript(path: string): boolean {
  return path.endsWith('.jsonl') && sessionOf(path) !== undefined && !/[/\\].*[/\\]/.test(path);
}

/** A cache that no version reads any more, and that would be wrong in a merged directory. */
export function isObsoleteCache(name: string, path: string): boolean {
  return name === 'projects' && basename(path) === 'sessions-index.json';
}

/** The index of an auto-memory directory, which two accounts in one repository both write. */
export function isMemoryIndex(name: string, path: string): boolean {
  return name === 'projects' && /^[^/\\]+[/\\]memory[/\\]MEMORY\.md$/.test(path);
}

/** An auto-memory directory. */
export function isMemoryDirectory(name: string, path: string): boolean {
  return name === 'projects' && /^[^/\\]+[/\\]memory$/.test(path);
}
