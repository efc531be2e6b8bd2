import { memberOf, parsedJson } from '../core/json.ts';
import { isValidResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/** What Claude Code says of a running session in `<account home>/sessions/<pid>.json`. */
export interface SessionRecord {
  /** The session that the process is in now; it follows `/clear`. */
  readonly sessionId: ResumeUUID;
  /** The working directory, where the record says it. */
  readonly cwd: string | undefined;
  /** `bg`, `daemon` or `daemon-worker` in the background, otherwise `interactive`, in print mode, too. */
  readonly kind: string | undefined;
  /** How it was started: `cli` on a terminal, `sdk-cli` in print mode, others by an SDK. */
  readonly entrypoint: string | undefined;
  /** What it does, such as `idle` or `busy`; 2.1.197 tells it on a terminal only. */
  readonly status: string | undefined;
}

/** A record with what tells its process apart from a later one of the same id. */
export interface WholeRecord {
  readonly record: SessionRecord;
  readonly procStart: string | undefined;
  readonly pidDomain: string | undefined;
}

/** The process id in the name of a record. The program goes by the name, not by the `pid` inside. */
export function pidInName(name: string): number | undefined {
  const pid = Number(/^([1-9]\d{0,9})\.json$/.exec(name)?.[1]);
  return Number.isNaN(pid) ? undefined : pid;
}

/** The record that a text holds; `undefined` if it holds none. */
export function parseRecord(content: string): WholeRecord | undefined {
  const value = parsedJson(content);
  const sessionId = memberOf(value, 'sessionId');
  if (!isValidResumeUUID(sessionId)) return undefined;
  const textAt = (name: string) => {
    const text = memberOf(value, name);
    return typeof text === 'string' ? text : undefined;
  };
  const [cwd, kind, entrypoint, status] = ['cwd', 'kind', 'entrypoint', 'status'].map(textAt);
  return {
    record: { sessionId, cwd, kind, entrypoint, status },
    procStart: textAt('procStart'),
    pidDomain: textAt('pidDomain'),
  };
}
