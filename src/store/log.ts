import { isObject, memberOf, parsedJson } from '../core/json.ts';

/*
 * What every engine keeps: for each file of a session a log of numbered chunks. A chunk is written once, under the next
 * number, and the engine refuses a number that is taken: so it orders the writers, and nobody's clock does. Who is refused
 * reads what the others wrote, and tries the next number. Everything else is the same for all engines, and is above this.
 */

/** The version of the schema and of the keys. A new one gets other tables and prefixes, and an explicit migration. */
export const FORMAT = 1;

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
  readonly summary?: unknown;
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
  /** Writes the chunk of this number, if there are exactly as many before it; returns whether it did. */
  append(key: LogKey, number: number, body: Uint8Array, head: Head): Promise<boolean>;
  head(key: LogKey): Promise<{ readonly chunks: number; readonly head: Head } | undefined>;
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

/** A text that {@link Head} was written as. */
export function parseHead(text: unknown): Head {
  const value = typeof text === 'string' ? parsedJson(text) : undefined;
  const [size, sha256, tail] = [
    memberOf(value, 'size'),
    memberOf(value, 'sha256'),
    memberOf(value, 'tail'),
  ];
  const writers = memberOf(value, 'writers');
  if (
    typeof size !== 'number' ||
    typeof sha256 !== 'string' ||
    typeof tail !== 'string' ||
    !Array.isArray(writers)
  ) {
    throw new TypeError('the head of a file in the store can not be read');
  }
  const summary = memberOf(value, 'summary');
  return {
    size,
    sha256,
    tail,
    writers: writers.filter((writer) => typeof writer === 'string'),
    isForked: memberOf(value, 'isForked') === true,
    ...(isObject(summary) ? { summary } : {}),
  };
}
