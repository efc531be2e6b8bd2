import { isArray, isObject, memberOf, parsedJson } from '../core/json.ts';

/*
 * What every engine keeps: for each file of a session a log of chunks. A chunk is written once, and says what it follows;
 * the engine refuses it if anything else is there: so it orders the writers, and nobody's clock does. Who is refused reads
 * what the others wrote, and tries again. Everything else is the same for all engines, and is above this.
 */

/** The version of the schema and of the keys. A new one gets other tables and prefixes, and an explicit migration. */
export const FORMAT = 1;

/** Chunks that an engine is asked for at once. */
export const READ_AT_ONCE = 8;

/** One file of a session in a store. */
export interface LogKey {
  readonly projectKey: string;
  readonly sessionId: string;
  /** Empty for the transcript itself, otherwise relative to the session's directory: `subagents/agent-1.jsonl`. */
  readonly file: string;
}

/** What is known of a file without reading it: written together with its last chunk. */
export interface Head {
  /** In bytes, of all chunks. */
  readonly size: number;
  /** Of all chunks, in hexadecimal. */
  readonly sha256: string;
  /** The length of the last bytes of the last chunk, and their digest: it tells a fork of the same size. */
  readonly tail: string;
  /** Whoever wrote to the file, each once, the last one last. */
  readonly writers: readonly string[];
  /** Whether somebody wrote to it without having read what another one had written meanwhile. */
  readonly isForked: boolean;
  /** What `foldSessionSummary` of the SDK made of it. */
  readonly summary?: Record<string, unknown>;
}

/** What an engine has of a file. */
export interface StoredFile {
  readonly chunks: number;
  readonly head: Head;
}

/** A file as a listing has it. */
export interface ListedFile extends Pick<LogKey, 'sessionId' | 'file'> {
  /** In bytes. */
  readonly size: number;
  /** When it was last written, in milliseconds since 1970, by the clock of the engine. */
  readonly updatedAt: number;
  /** Absent where a listing does not have it, as on S3. */
  readonly head?: Head;
}

/** An engine. Any call may reject with the error of its driver; after that, an `append` may still have taken effect. */
export interface SessionLog {
  /** Creates what the engine needs; harmless if it is there. */
  prepare(): Promise<void>;
  /** The format that was prepared; `undefined` if none was. */
  format(): Promise<number | undefined>;
  /**
   * Writes the next chunk, if there are exactly the chunks of `before`, and their digest is `before.head.sha256`; returns
   * whether it did. Their number alone does not tell: others may have deleted the file and stored it again.
   */
  append(
    key: LogKey,
    before: StoredFile | undefined,
    body: Uint8Array,
    head: Head,
  ): Promise<boolean>;
  head(key: LogKey): Promise<StoredFile | undefined>;
  /** The chunks from a number on, in their order. */
  read(key: LogKey, from: number): AsyncIterable<Uint8Array>;
  listProjects(): Promise<readonly string[]>;
  /** The files of a project, or of one of its sessions. */
  list(projectKey: string, sessionId?: string): Promise<readonly ListedFile[]>;
  delete(key: LogKey): Promise<void>;
}

/** A key as a segment of a path: any text becomes one that no engine and no file system takes for something else. */
export function encodeSegment(text: string): string {
  if (text === '') return '!';
  const encoded = encodeURIComponent(text).replace(/[!'()*~]/g, escapeCharacter);
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

export function decodeSegment(segment: string): string {
  return segment === '!' ? '' : decodeURIComponent(segment);
}

/** The three segments of a key. */
export function segmentsOf({ projectKey, sessionId, file }: LogKey): string[] {
  return [projectKey, sessionId, file].map(encodeSegment);
}

/** Names a file in a map. */
export function nameOf(key: LogKey): string {
  return segmentsOf(key).join('/');
}

/** The head that a text in JSON was written from. One that is damaged has a digest that nothing has. */
export function parseHead(text: unknown): Head {
  const value = parsedJson(String(text));
  const [writers, summary] = [memberOf(value, 'writers'), memberOf(value, 'summary')];
  return {
    size: Number(memberOf(value, 'size')),
    sha256: String(memberOf(value, 'sha256')),
    tail: String(memberOf(value, 'tail')),
    writers: isArray(writers) ? writers.map(String) : [],
    isForked: memberOf(value, 'isForked') === true,
    ...(isObject(summary) ? { summary: Object.fromEntries(Object.entries(summary)) } : {}),
  };
}
