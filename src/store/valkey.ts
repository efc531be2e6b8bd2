import { Buffer } from 'node:buffer';
import {
  decodeSegment,
  encodeSegment,
  FORMAT,
  type LogKey,
  parseHead,
  READ_AT_ONCE,
  type SessionLog,
  type StoredFile,
} from './log.ts';
import { createSessionStore, type SharedStore, type StoreOptions } from './session-store.ts';

/** What is used of `ioredis`: a `Redis` has it, and a `Cluster`. */
export interface ValkeyClient {
  eval(script: string, keys: number, ...values: (string | number | Uint8Array)[]): Promise<unknown>;
  get(key: string): Promise<string | null>;
  hget(key: string, field: string): Promise<string | null>;
  hscan(
    key: string,
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    number: number,
  ): Promise<[cursor: string, elements: string[]]>;
  lrangeBuffer(key: string, start: number, stop: number): Promise<Uint8Array[]>;
  sadd(key: string, member: string): Promise<number>;
  setnx(key: string, value: string): Promise<number>;
  smembers(key: string): Promise<string[]>;
}

/** Options of `valkeyStore`. */
export interface ValkeyStoreOptions extends StoreOptions {
  /** What all its keys begin with; `claude-shared-state:` by default. */
  readonly prefix?: string | undefined;
}

const SCANNED_AT_ONCE = 5000;

// Each script sees nothing of any other call between its own, and both keys are in one slot of a cluster.
const APPEND = `
local there = redis.call('HGET', KEYS[2], ARGV[1])
local before = there and string.match(there, '^%d+ %x+') or ''
if before ~= ARGV[2] then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[3])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[2], ARGV[1], ARGV[4] .. ' ' .. now .. ' ' .. ARGV[5])
return 1`;
const DELETE = `redis.call('DEL', KEYS[1]) redis.call('HDEL', KEYS[2], ARGV[1]) return 1`;

/**
 * Keeps sessions in Valkey or Redis.
 *
 * Every append is one script, so it is there as a whole or not at all. Whether it survives a power failure is up to the
 * server: with `appendfsync everysec` a second of what it has confirmed can be lost. Seen on Valkey 8.0 and Redis
 * 7.0 with `ioredis` 6.
 *
 * @param client - A `Redis` of `ioredis`. It is yours: nothing here closes it.
 * @param options - `prefix`: what its keys begin with. The others: `StoreOptions`.
 * @returns A store for the Agent SDK and for `syncToStore`; call its `prepare` once.
 * @throws Nothing. Its calls reject with what the driver rejects with, or with a `StoreFormatError` until it is prepared.
 *
 * @example Keep sessions in Valkey
 * ```ts
 * import { type ValkeyClient, valkeyStore } from 'claude-shared-state/store/valkey';
 *
 * // With new Redis(url, { maxRetriesPerRequest: 0 }) of ioredis.
 * export const storeIn = (redis: ValkeyClient) => valkeyStore(redis, { writer: 'laptop' });
 * ```
 */
export function valkeyStore(client: ValkeyClient, options: ValkeyStoreOptions = {}): SharedStore {
  const { prefix = 'claude-shared-state:' } = options;
  const root = `${prefix}${FORMAT}:`;
  const filesOf = (projectKey: string) => `${root}{${encodeSegment(projectKey)}}:files`;
  const chunksOf = (key: LogKey) => `${root}{${encodeSegment(key.projectKey)}}:${fieldOf(key)}`;
  const log: SessionLog = {
    async prepare() {
      await client.setnx(`${prefix}format`, String(FORMAT));
    },
    async format() {
      const format = await client.get(`${prefix}format`);
      return format === null ? undefined : Number(format);
    },
    async append(key, before, body, head) {
      // In another slot of a cluster, so not in the script; a project without files does no harm.
      if (before === undefined) await client.sadd(`${root}projects`, encodeSegment(key.projectKey));
      const written = await client.eval(
        APPEND,
        2,
        chunksOf(key),
        filesOf(key.projectKey),
        fieldOf(key),
        before === undefined ? '' : contentOf(before),
        Buffer.from(body.buffer, body.byteOffset, body.length),
        contentOf({ chunks: (before?.chunks ?? 0) + 1, head }),
        JSON.stringify(head),
      );
      return written === 1;
    },
    async head(key) {
      const text = await client.hget(filesOf(key.projectKey), fieldOf(key));
      if (text === null) return undefined;
      const { chunks, head } = parseEntry(text);
      return { chunks, head };
    },
    async *read(key, from) {
      for (let next = from; ; next += READ_AT_ONCE) {
        const page = await client.lrangeBuffer(chunksOf(key), next, next + READ_AT_ONCE - 1);
        yield* page;
        if (page.length < READ_AT_ONCE) return;
      }
    },
    async listProjects() {
      return (await client.smembers(`${root}projects`)).map(decodeSegment);
    },
    async list(projectKey, sessionId) {
      const pattern = sessionId === undefined ? '*' : `${encodeSegment(sessionId)}/*`;
      const found = new Map<string, string>();
      let cursor = '0';
      do {
        const files = filesOf(projectKey);
        const scanning = client.hscan(files, cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE);
        const [next, elements] = await scanning;
        for (let at = 0; at < elements.length; at += 2) {
          found.set(String(elements[at]), String(elements[at + 1]));
        }
        cursor = next;
      } while (cursor !== '0');
      return [...found].map(([field, text]) => {
        const { updatedAt, head } = parseEntry(text);
        const slash = field.indexOf('/');
        return {
          sessionId: decodeSegment(field.slice(0, slash)),
          file: decodeSegment(field.slice(slash + 1)),
          size: head.size,
          updatedAt,
          head,
        };
      });
    },
    async delete(key) {
      await client.eval(DELETE, 2, chunksOf(key), filesOf(key.projectKey), fieldOf(key));
    },
  };
  return createSessionStore(log, options);
}

function fieldOf({ sessionId, file }: LogKey): string {
  return `${encodeSegment(sessionId)}/${encodeSegment(file)}`;
}

/** Tells what a file has from anything else it may have. */
function contentOf({ chunks, head }: StoredFile): string {
  return `${chunks} ${head.sha256}`;
}

/** What `APPEND` wrote: the number of chunks, their digest, the time, and the head. */
function parseEntry(text: string) {
  const [chunks, , updatedAt] = text.split(' ', 3);
  const head = parseHead(text.slice(text.indexOf('{')));
  return { chunks: Number(chunks), updatedAt: Number(updatedAt), head };
}
