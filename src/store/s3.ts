import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { memberOf } from '../core/json.ts';
import { mapLimit } from '../core/map-limit.ts';
import {
  decodeSegment,
  encodeSegment,
  FORMAT,
  type Head,
  type ListedFile,
  type LogKey,
  parseHead,
  READ_AT_ONCE,
  segmentsOf,
  type SessionLog,
} from './log.ts';
import { createSessionStore, type SharedStore, type StoreOptions } from './session-store.ts';

interface ObjectAt {
  Bucket: string;
  Key: string;
}

interface Listing {
  readonly Contents?:
    | {
        readonly Key?: string | undefined;
        readonly Size?: number | undefined;
        readonly LastModified?: Date | undefined;
      }[]
    | undefined;
  readonly CommonPrefixes?: { readonly Prefix?: string | undefined }[] | undefined;
  readonly NextContinuationToken?: string | undefined;
}

/** What is used of the AWS SDK: an `S3` has it, the client with all commands as methods. */
export interface S3Like {
  deleteObject(input: ObjectAt): Promise<unknown>;
  getObject(
    input: ObjectAt,
  ): Promise<{ readonly Body?: { transformToByteArray(): Promise<Uint8Array> } | undefined }>;
  headObject(input: ObjectAt): Promise<{ readonly Metadata?: Record<string, string> | undefined }>;
  listObjectsV2(input: {
    Bucket: string;
    Prefix: string;
    Delimiter?: string;
    StartAfter?: string;
    ContinuationToken?: string;
  }): Promise<Listing>;
  putObject(
    input: ObjectAt & { Body: Uint8Array; IfNoneMatch: '*'; Metadata?: Record<string, string> },
  ): Promise<unknown>;
}

/** Options of `s3Store`. */
export interface S3StoreOptions extends Omit<StoreOptions, 'foldSessionSummary'> {
  readonly bucket: string;
  /** What all its keys begin with; `claude-shared-state/` by default. */
  readonly prefix?: string | undefined;
}

const DIGITS = 10;

/**
 * Keeps sessions in a bucket of S3, or of a server with its interface.
 *
 * Every chunk is an object that is written once, on the condition that there is none of its name (`If-None-Match: *`):
 * `prepare` tries that, and refuses a server that doesn't keep to it. Run against a server for tests, not on Amazon S3.
 *
 * @param client - An `S3` of the AWS SDK, not an `S3Client`. It is yours: nothing here destroys it.
 * @param options - `bucket`, and `prefix`: what its keys begin with. The others: `StoreOptions`.
 * @returns A store for the Agent SDK and for `syncToStore`; call its `prepare` once.
 * @throws Nothing. Its calls reject with what the driver rejects with, or with a `StoreFormatError` until it is prepared.
 *
 * @example Keep sessions in a bucket
 * ```ts
 * import { type S3Like, s3Store } from 'claude-shared-state/store/s3';
 *
 * // With new S3({ region: … }) of the AWS SDK.
 * export const storeIn = (s3: S3Like) => s3Store(s3, { bucket: 'sessions', writer: 'laptop' });
 * ```
 */
export function s3Store(client: S3Like, options: S3StoreOptions): SharedStore {
  const { bucket, prefix = 'claude-shared-state/' } = options;
  const root = `${prefix}${FORMAT}/`;
  const directoryOf = (key: LogKey) => `${root}${segmentsOf(key).join('/')}/`;
  const objectAt = (Key: string): ObjectAt => ({ Bucket: bucket, Key });
  const chunkAt = (key: LogKey, number: number) =>
    directoryOf(key) + String(number).padStart(DIGITS, '0');

  async function* pages(request: { Prefix: string; StartAfter?: string; Delimiter?: string }) {
    let token: string | undefined;
    do {
      const more = token === undefined ? {} : { ContinuationToken: token };
      const page = await client.listObjectsV2({ Bucket: bucket, ...request, ...more });
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }
  async function objectsIn(Prefix: string, after?: string) {
    const from = after === undefined ? {} : { StartAfter: after };
    const found: { readonly key: string; readonly size: number; readonly updatedAt: number }[] = [];
    for await (const { Contents = [] } of pages({ Prefix, ...from })) {
      for (const { Key, Size, LastModified } of Contents) {
        found.push({ key: String(Key), size: Number(Size), updatedAt: Number(LastModified) });
      }
    }
    return found;
  }
  async function bytesOf(key: string): Promise<Uint8Array> {
    const { Body } = await client.getObject(objectAt(key));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }
  /** The head that was written with a chunk. */
  async function headOf(key: string): Promise<Head> {
    const { Metadata } = await client.headObject(objectAt(key));
    return parseHead(Buffer.from(String(Metadata?.['head']), 'base64'));
  }
  /** Whether the object was created; not if there is one of its name. */
  async function create(key: string, body: Uint8Array, Metadata: Record<string, string> = {}) {
    try {
      await client.putObject({ ...objectAt(key), Body: body, IfNoneMatch: '*', Metadata });
      return true;
    } catch (error) {
      // 409: another one is being written under this name.
      if (statusOf(error) === 412 || statusOf(error) === 409) return false;
      throw error;
    }
  }
  async function format(): Promise<number | undefined> {
    const bytes = await unlessMissing(bytesOf(`${prefix}format`));
    return bytes && Number(Buffer.from(bytes).toString());
  }
  const log: SessionLog = {
    async prepare() {
      const trial = `${prefix}trial-${randomUUID()}`;
      await create(trial, new Uint8Array());
      const isOverwritten = await create(trial, new Uint8Array());
      await client.deleteObject(objectAt(trial));
      if (isOverwritten) {
        throw new Error('the server ignores If-None-Match, so two writers would lose entries');
      }
      // Nothing is there yet if somebody else is writing it right now.
      while ((await format()) === undefined) {
        await create(`${prefix}format`, Buffer.from(String(FORMAT)));
      }
    },
    format,
    async append(key, before, body, head) {
      const number = before?.chunks ?? 0;
      // No condition of S3 spans two objects: a file that is deleted and stored again after this look gets a wrong digest.
      const last = before && (await unlessMissing(headOf(chunkAt(key, number - 1))));
      if (last?.sha256 !== before?.head.sha256) return false;
      // A header of HTTP is ASCII.
      const metadata = { head: Buffer.from(JSON.stringify(head)).toString('base64') };
      return await create(chunkAt(key, number), body, metadata);
    },
    async head(key) {
      const last = (await objectsIn(directoryOf(key))).at(-1);
      const head = last && (await unlessMissing(headOf(last.key)));
      return last && head && { chunks: Number(last.key.slice(-DIGITS)) + 1, head };
    },
    async *read(key, from) {
      const after = from === 0 ? undefined : chunkAt(key, from - 1);
      const objects = await objectsIn(directoryOf(key), after);
      for (let at = 0; at < objects.length; at += READ_AT_ONCE) {
        const page = objects.slice(at, at + READ_AT_ONCE);
        yield* await mapLimit(page, (object) => bytesOf(object.key), READ_AT_ONCE);
      }
    },
    async listProjects() {
      const found: string[] = [];
      for await (const { CommonPrefixes = [] } of pages({ Prefix: root, Delimiter: '/' })) {
        for (const { Prefix } of CommonPrefixes) {
          found.push(decodeSegment(String(Prefix).slice(root.length, -1)));
        }
      }
      return found;
    },
    async list(projectKey, sessionId) {
      const session = sessionId === undefined ? '' : `${encodeSegment(sessionId)}/`;
      const files = new Map<string, ListedFile>();
      const directory = `${root}${encodeSegment(projectKey)}/${session}`;
      for (const { key, size, updatedAt } of await objectsIn(directory)) {
        const [, id, file] = key.slice(root.length).split('/').map(decodeSegment);
        const before = files.get(key.slice(0, -DIGITS));
        files.set(key.slice(0, -DIGITS), {
          sessionId: String(id),
          file: String(file),
          size: (before?.size ?? 0) + size,
          updatedAt: Math.max(before?.updatedAt ?? 0, updatedAt),
        });
      }
      return [...files.values()];
    },
    async delete(key) {
      // The last one first: what is left of an interrupted deletion is a beginning.
      for (const { key: each } of (await objectsIn(directoryOf(key))).toReversed()) {
        await client.deleteObject(objectAt(each));
      }
    },
  };
  return createSessionStore(log, options);
}

async function unlessMissing<Value>(calling: Promise<Value>): Promise<Value | undefined> {
  try {
    return await calling;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function statusOf(error: unknown): unknown {
  return memberOf(memberOf(error, '$metadata'), 'httpStatusCode');
}
