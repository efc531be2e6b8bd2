import { Buffer } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { memberOf, parsedJson } from '../core/json.ts';
import { FORMAT, type Head, type LogKey, nameOf, type SessionLog, type StoredFile } from './log.ts';

/** A line of a transcript, as the Agent SDK hands it to a store. */
export interface SessionStoreEntry {
  type: string;
  uuid?: string;
  timestamp?: string;
  [key: string]: unknown;
}

/** A transcript in a store, as the Agent SDK names it. */
export interface SessionKey {
  projectKey: string;
  sessionId: string;
  /** Absent for the transcript itself; `subagents/agent-…` for one of a sub-agent. */
  subpath?: string;
}

/** What `foldSessionSummary` of the Agent SDK makes of a session, for `listSessions`. */
export interface SessionSummaryEntry {
  sessionId: string;
  mtime: number;
  data: Record<string, unknown>;
}

/** What all stores accept. */
export interface StoreOptions {
  /** Names this machine or process, to tell writers apart; a random name by default, which `prune` never recognizes. */
  readonly writer?: string | undefined;
  /** `foldSessionSummary` of the Agent SDK: with it, listing sessions does not load them. Not on S3. */
  readonly foldSessionSummary?:
    | ((
        previous: SessionSummaryEntry | undefined,
        key: SessionKey,
        entries: SessionStoreEntry[],
      ) => SessionSummaryEntry)
    | undefined;
  /** Is told of a transcript to which another process has written since this one last read or wrote it. */
  readonly onFork?: ((key: SessionKey) => void) | undefined;
}

/** A store for the option `sessionStore` of the Agent SDK, and for `syncToStore`, `exportFromStore` and `verifyStore`. */
export interface SharedStore {
  append(key: SessionKey, entries: readonly SessionStoreEntry[]): Promise<void>;
  load(key: SessionKey): Promise<SessionStoreEntry[] | null>;
  listSessions(projectKey: string): Promise<{ sessionId: string; mtime: number }[]>;
  /** Only with the option `foldSessionSummary`; not on S3. */
  listSessionSummaries?(projectKey: string): Promise<SessionSummaryEntry[]>;
  delete(key: SessionKey): Promise<void>;
  listSubkeys(key: { projectKey: string; sessionId: string }): Promise<string[]>;
  /** Creates the schema or the keys of the engine, once; harmless to repeat. No other call does. */
  prepare(): Promise<void>;
  /** Rejects with a `StoreFormatError` if nobody has prepared the store, or another version has. */
  requireFormat(): Promise<void>;
  /** The name that this store writes with. */
  readonly writer: string;
  /** The engine below. */
  readonly log: SessionLog;
  /** Appends bytes to a file, if it has exactly these; returns what it has then, or `undefined` if it has others. */
  appendBytes(key: LogKey, to: Content, body: Uint8Array): Promise<Content | undefined>;
}

/** How far the content of a file in a store is known. */
export interface Content {
  readonly stored: StoredFile | undefined;
  /** Of all of it. */
  readonly hash: RunningDigest;
}

/** A digest of what is not complete yet, as `createHash` of Node makes it. */
export interface RunningDigest {
  update(bytes: Uint8Array): RunningDigest;
  copy(): RunningDigest;
  digest(encoding: 'hex'): string;
}

/** The first call of a store finds out that nobody has prepared it, or that another version has. */
class StoreFormatError extends Error {
  override readonly name = 'StoreFormatError';
  /** The format that is there; `undefined` if none is. */
  readonly format: number | undefined;

  constructor(format: number | undefined) {
    super(
      format === undefined
        ? 'the store is not prepared: call prepare(), or run store init'
        : `the store has format ${format}, and this version reads ${FORMAT}`,
    );
    this.format = format;
  }
}

const SUFFIX = '.jsonl';
const TAIL_BYTES = 1024;
const MAX_WRITERS = 16;
/** Transcripts whose uuids are kept in memory. */
const MAX_KNOWN = 1000;
const MAX_TRIES = 100;

/** A transcript that this process has read or written. */
interface Known extends Content {
  readonly uuids: Set<string>;
  /** Digests of everything that appends of this process may have led to, although they rejected. */
  readonly attempts: Set<string>;
}

/**
 * Makes a store for the Agent SDK and for `syncToStore` from an engine of your own.
 *
 * @param log - The engine: eight calls, of which `append` must refuse a chunk that follows anything but what is there.
 * @param options - `writer`: the name of this machine. `foldSessionSummary`: the one of the SDK. `onFork`: is told of forks.
 * @returns The store; call its `prepare` once.
 * @throws Nothing. Its calls reject with what the engine rejects with, or with a `StoreFormatError` until it is prepared.
 *
 * @example Keep sessions in a map
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createSessionStore, type Head, type LogKey } from 'claude-shared-state/store';
 *
 * const files = new Map<string, { key: LogKey; chunks: Uint8Array[]; head: Head }>();
 * const at = ({ projectKey, sessionId, file }: LogKey) => [projectKey, sessionId, file].join('/');
 * const store = createSessionStore({
 *   prepare: async () => {},
 *   format: async () => 1,
 *   async append(key, before, body, head) {
 *     const { chunks = [], head: last } = files.get(at(key)) ?? {};
 *     if (chunks.length !== (before?.chunks ?? 0)) return false;
 *     if (last?.sha256 !== before?.head.sha256) return false;
 *     files.set(at(key), { key, chunks: [...chunks, body], head });
 *     return true;
 *   },
 *   async head(key) {
 *     const file = files.get(at(key));
 *     return file && { chunks: file.chunks.length, head: file.head };
 *   },
 *   async *read(key, from) {
 *     yield* files.get(at(key))?.chunks.slice(from) ?? [];
 *   },
 *   listProjects: async () => [...files.values()].map(({ key }) => key.projectKey),
 *   list: async (projectKey) =>
 *     [...files.values()]
 *       .filter(({ key }) => key.projectKey === projectKey)
 *       .map(({ key, head }) => ({ ...key, size: head.size, updatedAt: Date.now(), head })),
 *   delete: async (key) => void files.delete(at(key)),
 * });
 * const key = { projectKey: '-app', sessionId: '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10' };
 * const entry = { type: 'user', uuid: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e' };
 * await store.append(key, [entry]);
 * await store.append(key, [entry]); // as the SDK does after an error
 * assert.deepEqual(await store.load(key), [entry]);
 * ```
 */
export function createSessionStore(log: SessionLog, options: StoreOptions = {}): SharedStore {
  const { writer = randomUUID(), foldSessionSummary, onFork } = options;
  const known = new Map<string, Known>();
  const queues = new Map<string, Promise<unknown>>();
  let isPrepared = false;

  async function ready(): Promise<void> {
    if (isPrepared) return;
    const format = await log.format();
    if (format !== FORMAT) throw new StoreFormatError(format);
    isPrepared = true;
  }

  /** One call at a time for each transcript: the SDK promises the order of its calls, not that it waits for them. */
  function inTurn<Value>(key: LogKey, call: () => Promise<Value>): Promise<Value> {
    const name = nameOf(key);
    const turn = (queues.get(name) ?? Promise.resolve()).then(call, call);
    queues.set(name, turn);
    const leave = () => {
      if (queues.get(name) === turn) queues.delete(name);
    };
    turn.then(leave, leave);
    return turn;
  }

  function remember(key: LogKey, state: Known): Known {
    known.delete(nameOf(key));
    known.set(nameOf(key), state);
    for (const oldest of [...known.keys()].slice(0, known.size - MAX_KNOWN)) known.delete(oldest);
    return state;
  }

  /** Reads what was written since; `digests` are those of everything up to each chunk of it. */
  async function catchUp(
    key: LogKey,
    before: Content & { readonly uuids?: Set<string> } = nothing(),
    use: (lines: readonly string[]) => void = () => {},
  ): Promise<{ readonly state: Known; readonly digests: readonly string[] }> {
    const stored = await log.head(key);
    const from = before.stored?.chunks ?? 0;
    const missing = (stored?.chunks ?? 0) - from;
    const { uuids = new Set() } = before;
    const hash = before.hash.copy();
    const digests: string[] = [];
    for await (const body of missing > 0 ? log.read(key, from) : []) {
      hash.update(body);
      digests.push(hash.copy().digest('hex'));
      const lines = linesOf(body);
      for (const line of lines) {
        const uuid = uuidOf(parsedJson(line));
        if (uuid !== undefined) uuids.add(uuid);
      }
      use(lines);
      if (digests.length === missing) break;
    }
    // Somebody has deleted it, and perhaps stored it again.
    const isContinued = from === 0 || hash.copy().digest('hex') === stored?.head.sha256;
    if (!isContinued) return await catchUp(key);
    const state = { stored, hash, uuids, attempts: new Set<string>() };
    return { state: remember(key, state), digests };
  }

  /** What there is after some bytes are appended. */
  function after(
    key: LogKey,
    { stored, hash }: Content,
    body: Uint8Array,
    isForked: boolean,
  ): Content & { readonly stored: StoredFile } {
    const whole = hash.copy().update(body);
    const { chunks = 0, head } = stored ?? {};
    const others = (head?.writers ?? []).filter((other) => other !== writer);
    const next: Head = {
      size: (head?.size ?? 0) + body.length,
      sha256: whole.copy().digest('hex'),
      tail: tailOf(body),
      writers: [...others.slice(1 - MAX_WRITERS), writer],
      isForked: isForked || head?.isForked === true,
      ...summaryAfter(key, head, body),
    };
    return { stored: { chunks: chunks + 1, head: next }, hash: whole };
  }

  function summaryAfter(
    { projectKey, sessionId, file }: LogKey,
    head: Head | undefined,
    body: Uint8Array,
  ) {
    if (foldSessionSummary === undefined || file !== '') return {};
    const previous = head?.summary && { sessionId, mtime: 0, data: head.summary };
    const entries = entriesOf(linesOf(body));
    return { summary: foldSessionSummary(previous, { projectKey, sessionId }, entries).data };
  }

  async function append(key: LogKey, entries: readonly SessionStoreEntry[]): Promise<void> {
    const lines = entries.map((entry) => JSON.stringify(entry));
    const before = known.get(nameOf(key));
    let state = before ?? (await catchUp(key)).state;
    let isForked = false;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const fresh = await unknownOf(key, state, entries, lines);
      if (fresh.length === 0) return;
      const body = Buffer.from(fresh.map((line) => `${line}\n`).join(''));
      const next = after(key, state, body, isForked);
      const { attempts, uuids } = state;
      const { head } = next.stored;
      attempts.add(head.sha256);
      if (await log.append(key, state.stored, body, head)) {
        for (const { uuid } of entries) if (uuid !== undefined) uuids.add(uuid);
        remember(key, { ...next, uuids, attempts: new Set() });
        return;
      }
      const now = await catchUp(key, state);
      // An earlier try took effect, although its answer was lost.
      if (now.digests.includes(head.sha256)) return;
      // Without having read it before, this process has not continued anything else.
      const isContinued = before !== undefined && now.digests.some((it) => !attempts.has(it));
      if (isContinued && !isForked) onFork?.(sessionKeyOf(key));
      isForked ||= isContinued;
      ({ state } = now);
    }
    throw new Error(`others wrote to ${key.sessionId} each time in ${MAX_TRIES} tries`);
  }

  /** The lines that are new: those without a uuid are recognized by their place beside one that has a known uuid. */
  async function unknownOf(
    key: LogKey,
    { uuids }: Known,
    entries: readonly SessionStoreEntry[],
    lines: readonly string[],
  ): Promise<readonly string[]> {
    const own = new Set<string>();
    const isKnown = entries.map(({ uuid }) => {
      if (uuid === undefined) return false;
      const isRepeated = uuids.has(uuid) || own.has(uuid);
      own.add(uuid);
      return isRepeated;
    });
    if (isKnown.includes(true)) {
      const chunks: (readonly string[])[] = [];
      for await (const body of log.read(key, 0)) chunks.push(linesOf(body));
      const stored = chunks.flat();
      const places = new Map(stored.map((line, place) => [uuidOf(parsedJson(line)), place]));
      const follow = (from: number, step: 1 | -1) => {
        let place: number | undefined;
        for (let index = from; index >= 0 && index < entries.length; index += step) {
          const uuid = entries[index]?.uuid;
          if (uuid !== undefined) place = places.get(uuid);
          else if (place !== undefined && stored[place + step] === lines[index]) {
            place += step;
            isKnown[index] = true;
          } else if (step === -1) place = undefined;
        }
      };
      follow(0, 1);
      follow(entries.length - 1, -1);
    }
    return lines.filter((_, index) => isKnown[index] !== true);
  }

  const store: SharedStore = {
    writer,
    log,
    requireFormat: ready,
    async prepare() {
      await log.prepare();
      await ready();
    },
    async append(key, entries) {
      const at = logKeyOf(key);
      // Nothing is awaited before it has its turn.
      await inTurn(at, async () => {
        await ready();
        if (entries.length > 0) await append(at, entries);
      });
    },
    async load(key) {
      await ready();
      const at = logKeyOf(key);
      const entries: SessionStoreEntry[][] = [];
      // Whoever loads it knows of the others.
      const { state } = await inTurn(at, () =>
        catchUp(at, nothing(), (lines) => entries.push(entriesOf(lines))),
      );
      return state.stored === undefined ? null : entries.flat();
    },
    async listSessions(projectKey) {
      await ready();
      const files = await log.list(projectKey);
      return files
        .filter(({ file }) => file === '')
        .map(({ sessionId, updatedAt }) => ({ sessionId, mtime: Math.floor(updatedAt) }));
    },
    async delete(key) {
      await ready();
      const at = logKeyOf(key);
      const files = key.subpath === undefined ? await log.list(key.projectKey, key.sessionId) : [];
      // The transcript first: what is left of an interrupted deletion is no session.
      for (const { file } of [at, ...files.filter((other) => other.file !== '')]) {
        const each = { ...at, file };
        await inTurn(each, async () => {
          await log.delete(each);
          known.delete(nameOf(each));
        });
      }
    },
    async listSubkeys({ projectKey, sessionId }) {
      await ready();
      const files = await log.list(projectKey, sessionId);
      return files
        .map(({ file }) => file)
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => file.slice(0, -SUFFIX.length));
    },
    async appendBytes(key, to, body) {
      await ready();
      return await inTurn(key, async () => {
        known.delete(nameOf(key));
        const next = after(key, to, body, false);
        const { head } = next.stored;
        if (await log.append(key, to.stored, body, head)) return next;
        // An earlier try may have taken effect, although its answer was lost.
        const stored = await log.head(key);
        return stored?.head.sha256 === head.sha256 ? { ...next, stored } : undefined;
      });
    },
  };
  if (foldSessionSummary === undefined) return store;
  return {
    ...store,
    async listSessionSummaries(projectKey) {
      await ready();
      const files = await log.list(projectKey);
      return files.flatMap(({ sessionId, file, head, updatedAt }) =>
        file === '' && head?.summary !== undefined
          ? [{ sessionId, mtime: Math.floor(updatedAt), data: head.summary }]
          : [],
      );
    },
  };
}

/** A file of which nothing is stored. */
function nothing(): Content {
  return { stored: undefined, hash: createHash('sha256') };
}

export function tailOf(bytes: Uint8Array): string {
  const tail = bytes.subarray(-TAIL_BYTES);
  return `${tail.length}:${createHash('sha256').update(tail).digest('base64')}`;
}

function logKeyOf({ projectKey, sessionId, subpath }: SessionKey): LogKey {
  if (subpath === '') throw new TypeError('subpath is empty: leave it out for the transcript');
  // They could not become part of a key.
  for (const text of [projectKey, sessionId, subpath ?? '']) encodeURIComponent(text);
  return { projectKey, sessionId, file: subpath === undefined ? '' : subpath + SUFFIX };
}

function sessionKeyOf({ projectKey, sessionId, file }: LogKey): SessionKey {
  const subpath = file.slice(0, -SUFFIX.length);
  return { projectKey, sessionId, ...(file === '' ? {} : { subpath }) };
}

function linesOf(body: Uint8Array): readonly string[] {
  const lines = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function uuidOf(entry: unknown): string | undefined {
  const uuid = memberOf(entry, 'uuid');
  return typeof uuid === 'string' ? uuid : undefined;
}

function entriesOf(lines: readonly string[]): SessionStoreEntry[] {
  return lines.map(parsedJson).filter(isEntry);
}

function isEntry(value: unknown): value is SessionStoreEntry {
  return typeof memberOf(value, 'type') === 'string';
}
