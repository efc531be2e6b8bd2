/*
 * Beyond one machine: takes a turn of a session that is in PostgreSQL, wherever it began, and keeps the turn there.
 *
 *   npx claude-shared-state store push --url postgres:///sessions        # on the machine that has it
 *   npx tsx examples/session-store.ts <session id> "Go on."              # on another one
 */
import { foldSessionSummary, query } from '@anthropic-ai/claude-agent-sdk';
import { postgresStore } from 'claude-shared-state/store/postgres';
import { Pool } from 'pg';

const [resume = '', prompt = ''] = process.argv.slice(2);
// Of PGHOST, PGUSER and the others.
const pool = new Pool();
const sessionStore = postgresStore(pool, { foldSessionSummary });
const { CLAUDE_CODE_CHILD_SESSION: _, ...env } = process.env;
// After every entry, not after every turn: what a crash would lose.
const options = {
  cwd: process.cwd(),
  env,
  resume,
  sessionStore,
  sessionStoreFlush: 'eager',
} as const;
for await (const message of query({ prompt, options })) {
  if (message.type === 'system' && message.subtype === 'mirror_error') console.error(message.error);
  if (message.type === 'result' && message.subtype === 'success') console.log(message.result);
}
await pool.end();
