/*
 * How PostgreSQL grows: `npx tsx test/store/support/scale.ts 1000 10000 100000`. Each number is one of sessions, in 50
 * projects, each session with 5 chunks of 10 kB; the figures in src/store/README.md come from here.
 */
import { Pool } from 'pg';
import { postgresStore } from 'claude-shared-state/store/postgres';
import { startPostgres } from './engines.ts';

const PROJECTS = 50;
const CHUNKS = 5;
const TIMES = 50;

const server = await startPostgres();
const where = { host: '127.0.0.1', port: server.port, user: 'store', database: 'postgres' };
const pool = new Pool({ ...where, max: 4 });
const store = postgresStore(pool, { writer: 'scale' });
await store.prepare();
const schema = 'claude_shared_state';

async function median(call: (n: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    const start = performance.now();
    await call(n);
    times.push(performance.now() - start);
  }
  return `${(times.toSorted((one, other) => one - other)[TIMES / 2] ?? 0).toFixed(1)} ms`;
}

let filled = 0;
for (const sessions of process.argv.slice(2).map(Number)) {
  // As long as a real one; nothing compares it.
  const sha256 = '0'.repeat(64);
  const tail = `1024:${'0'.repeat(44)}`;
  const head = { size: 50_000, sha256, tail, writers: ['scale'], isForked: false };
  await pool.query(
    `WITH file AS (
       INSERT INTO ${schema}.files (project_key, session_id, file, chunks, sha256, head, updated_at)
       SELECT '-project-' || n % ${PROJECTS}, 'session-' || n, '!', ${CHUNKS}, $4, $1, now()
         FROM generate_series($2::int, $3::int) n RETURNING id)
     INSERT INTO ${schema}.chunks SELECT id, number,
       convert_to((SELECT string_agg('{"type":"user","uuid":"' || gen_random_uuid() || '","text":"' ||
         repeat(md5(random()::text || line), 8) || '"}' || chr(10), '') FROM generate_series(1, 32) line), 'UTF8')
       FROM file, generate_series(0, ${CHUNKS - 1}) number`,
    [JSON.stringify(head), filled, sessions - 1, sha256],
  );
  filled = sessions;
  await pool.query('VACUUM ANALYZE');
  const { rows } = await pool.query<{ files: string; chunks: string; indexes: string }>(
    `SELECT pg_size_pretty(pg_table_size('${schema}.files')) AS files,
       pg_size_pretty(pg_table_size('${schema}.chunks')) AS chunks,
       pg_size_pretty(pg_indexes_size('${schema}.files') + pg_indexes_size('${schema}.chunks')) AS indexes`,
  );
  const key = (n: number) => {
    const id = (n * 7919) % sessions;
    return { projectKey: `-project-${id % PROJECTS}`, sessionId: `session-${id}` };
  };
  console.log(sessions, rows[0], {
    load: await median((n) => store.load(key(n))),
    append: await median((n) => store.append(key(n), [{ type: 'user', uuid: `${sessions}-${n}` }])),
    listSubkeys: await median((n) => store.listSubkeys(key(n))),
    listSessions: await median((n) => store.listSessions(`-project-${n}`)),
  });
}
await pool.end();
await server.stop();
