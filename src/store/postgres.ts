import { memberOf } from '../core/json.ts';
import {
  decodeSegment,
  encodeSegment,
  FORMAT,
  parseHead,
  READ_AT_ONCE,
  segmentsOf,
  type SessionLog,
} from './log.ts';
import { createSessionStore, type SharedStore, type StoreOptions } from './session-store.ts';

/** What is used of `pg`: a `Pool` has it, and a `Client`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Options of `postgresStore`. */
export interface PostgresStoreOptions extends StoreOptions {
  /** The schema of its tables; `claude_shared_state` by default. */
  readonly schema?: string | undefined;
}

/**
 * Keeps sessions in PostgreSQL.
 *
 * Every append is one statement, so it is there as a whole or not at all. Seen on PostgreSQL 15 with `pg` 8.
 *
 * @param client - A `Pool` of `pg`. It is yours: nothing here closes it.
 * @param options - `schema`: where its tables are. The others: `StoreOptions`.
 * @returns A store for the Agent SDK and for `syncToStore`; call its `prepare` once.
 * @throws Nothing. Its calls reject with what the driver rejects with, or with a `StoreFormatError` until it is prepared.
 *
 * @example Resume sessions of other machines
 * ```ts
 * import assert from 'node:assert/strict';
 * import { postgresStore } from 'claude-shared-state/store/postgres';
 *
 * // Elsewhere: new Pool({ connectionString: … }) of pg.
 * const pool = { query: async () => ({ rows: [{ format: 1 }] }) };
 * const store = postgresStore(pool, { writer: 'laptop' });
 * assert.equal(await store.log.format(), 1);
 * ```
 */
export function postgresStore(
  client: PostgresClient,
  options: PostgresStoreOptions = {},
): SharedStore {
  const schema = `"${(options.schema ?? 'claude_shared_state').replaceAll('"', '""')}"`;
  async function rows(text: string, values: unknown[]): Promise<readonly unknown[]> {
    return (await client.query(text, values)).rows;
  }
  const log: SessionLog = {
    async prepare() {
      // Without values it is one transaction of several statements.
      await client.query(`
        SELECT pg_advisory_xact_lock(5264973);
        CREATE SCHEMA IF NOT EXISTS ${schema};
        CREATE TABLE IF NOT EXISTS ${schema}.format (format int PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS ${schema}.files (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          project_key text COLLATE "C" NOT NULL,
          session_id text COLLATE "C" NOT NULL,
          file text COLLATE "C" NOT NULL,
          chunks int NOT NULL,
          sha256 text NOT NULL,
          head text NOT NULL,
          updated_at timestamptz NOT NULL,
          UNIQUE (project_key, session_id, file));
        CREATE TABLE IF NOT EXISTS ${schema}.chunks (
          file_id bigint NOT NULL REFERENCES ${schema}.files ON DELETE CASCADE,
          number int NOT NULL,
          body bytea NOT NULL,
          PRIMARY KEY (file_id, number));
        INSERT INTO ${schema}.format SELECT ${FORMAT}
          WHERE NOT EXISTS (SELECT FROM ${schema}.format);`);
    },
    async format() {
      const [there] = await rows('SELECT to_regclass($1) IS NOT NULL AS exists', [
        `${schema}.format`,
      ]);
      if (memberOf(there, 'exists') === false) return undefined;
      const [row] = await rows(`SELECT format FROM ${schema}.format`, []);
      return Number(memberOf(row, 'format'));
    },
    async append(key, before, body, head) {
      // The row of the file is locked, so only one writer finds what it expects.
      const file =
        before === undefined
          ? `INSERT INTO ${schema}.files
               (project_key, session_id, file, chunks, sha256, head, updated_at)
               VALUES ($1, $2, $3, $4::int + 1, $6, $7, clock_timestamp())
               ON CONFLICT DO NOTHING`
          : `UPDATE ${schema}.files
               SET chunks = $4::int + 1, sha256 = $6, head = $7, updated_at = clock_timestamp()
               WHERE ${WHERE} AND chunks = $4 AND sha256 = $8`;
      const values = [...segmentsOf(key), before?.chunks ?? 0, body, head.sha256];
      const written = await rows(
        `WITH file AS (${file} RETURNING id)
         INSERT INTO ${schema}.chunks SELECT id, $4, $5 FROM file RETURNING number`,
        [...values, JSON.stringify(head), ...(before === undefined ? [] : [before.head.sha256])],
      );
      return written.length > 0;
    },
    async head(key) {
      const [row] = await rows(
        `SELECT chunks, head FROM ${schema}.files WHERE ${WHERE}`,
        segmentsOf(key),
      );
      if (row === undefined) return undefined;
      return { chunks: Number(memberOf(row, 'chunks')), head: parseHead(memberOf(row, 'head')) };
    },
    async *read(key, from) {
      for (let next = from; ;) {
        const page = await rows(
          `SELECT number, body FROM ${schema}.chunks
             WHERE file_id = (SELECT id FROM ${schema}.files WHERE ${WHERE})
             AND number >= $4 ORDER BY number LIMIT ${READ_AT_ONCE}`,
          [...segmentsOf(key), next],
        );
        for (const row of page) {
          const body = memberOf(row, 'body');
          if (!(body instanceof Uint8Array)) throw new TypeError('a chunk is not of type bytea');
          yield body;
          next = Number(memberOf(row, 'number')) + 1;
        }
        if (page.length < READ_AT_ONCE) return;
      }
    },
    async listProjects() {
      const found = await rows(`SELECT DISTINCT project_key FROM ${schema}.files`, []);
      return found.map((row) => segmentIn(row, 'project_key'));
    },
    async list(projectKey, sessionId) {
      const found = await rows(
        `SELECT session_id, file, head, extract(epoch FROM updated_at)::float8 * 1000 AS updated_at
           FROM ${schema}.files
           WHERE project_key = $1 AND ($2::text IS NULL OR session_id = $2)`,
        [encodeSegment(projectKey), sessionId === undefined ? null : encodeSegment(sessionId)],
      );
      return found.map((row) => {
        const head = parseHead(memberOf(row, 'head'));
        return {
          sessionId: segmentIn(row, 'session_id'),
          file: segmentIn(row, 'file'),
          size: head.size,
          updatedAt: Number(memberOf(row, 'updated_at')),
          head,
        };
      });
    },
    async delete(key) {
      await rows(`DELETE FROM ${schema}.files WHERE ${WHERE}`, segmentsOf(key));
    },
  };
  return createSessionStore(log, options);
}

const WHERE = 'project_key = $1 AND session_id = $2 AND file = $3';

function segmentIn(row: unknown, column: string): string {
  return decodeSegment(String(memberOf(row, column)));
}
