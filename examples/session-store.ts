/*
 * Beyond one machine: imports a session of this machine into a store, and resumes it from there.
 *
 *   npx tsx examples/session-store.ts import --store /srv/sessions --home ~/.claude-work <session id>
 *   npx tsx examples/session-store.ts resume --store /srv/sessions --home ~/.claude-spare <session id> "Go on."
 *
 * The second command works where no home has ever had the session. The Agent SDK calls `append` and `load` of the store.
 * This store keeps one file per transcript; a real one uses a database or an object store.
 */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  importSessionToStore,
  query,
  type SessionKey,
  type SessionStore,
  type SessionStoreEntry,
} from '@anthropic-ai/claude-agent-sdk';
import { parseResumeUUID, requiredSharedUnder, type ResumeUUID } from 'claude-shared-state';
import { findLiveSessions, locateTranscripts } from 'claude-shared-state/sessions';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    home: { type: 'string', multiple: true, default: [] },
    store: { type: 'string', default: '' },
  },
});
const [command, idText = '', ...words] = positionals;
const [accountHome = ''] = values.home;
const sessionId = parseResumeUUID(idText);
if (sessionId === undefined) throw new Error(`${idText} is not a session id`);
const store = storeIn(values.store);
if (command === 'import') await importLocated(sessionId);
else await resumeFromStore(sessionId);

/** Copies a session's only transcript, with its sub-agents, into the store. */
async function importLocated(id: ResumeUUID): Promise<void> {
  if ((await store.load({ projectKey: '', sessionId: id })) !== null) {
    throw new Error(`${id} is already in the store`);
  }
  const accountHomes = values.home;
  const { sessions } = await findLiveSessions(accountHomes);
  if (sessions.some((session) => session.sessionId === id)) {
    throw new Error(`${id} is running: the store would miss what it says from now on`);
  }
  const required = requiredSharedUnder(homedir());
  const { transcripts } = await locateTranscripts(id, { accountHomes, required });
  const [transcript, ...others] = transcripts;
  // Only a person knows which of several versions is the right one.
  if (transcript === undefined || others.length > 0) {
    throw new Error(`${id} has ${transcripts.length} transcripts`);
  }
  const found = transcript.paths.find(({ accountHome }) => accountHome !== undefined);
  if (found?.accountHome === undefined) throw new Error('no account home has the transcript');
  console.log(`importing ${found.path}`);
  // The SDK searches all projects of this home itself.
  process.env['CLAUDE_CONFIG_DIR'] = found.accountHome;
  await importSessionToStore(id, store);
}

/** Takes a turn. The SDK loads the session from the store, and appends to the store. */
async function resumeFromStore(resume: ResumeUUID): Promise<void> {
  const { CLAUDE_CODE_CHILD_SESSION: _, ...environment } = process.env;
  const env = { ...environment, CLAUDE_CONFIG_DIR: accountHome };
  const options = { cwd: process.cwd(), env, resume, sessionStore: store };
  for await (const message of query({ prompt: words.join(' '), options })) {
    // The turn is not in the store, so the next machine would not know about it.
    if (message.type === 'system' && message.subtype === 'mirror_error') {
      console.error(`not in the store: ${message.error}`);
      process.exitCode = 1;
    }
    if (message.type === 'result' && message.subtype === 'success') console.log(message.result);
  }
}

/** A store in a directory. One writer at a time. */
function storeIn(
  directory: string,
): Required<Pick<SessionStore, 'append' | 'load' | 'listSubkeys'>> {
  // Without the project key, which may differ on another machine. The id is unique.
  const pathOf = ({ sessionId, subpath = 'main' }: Omit<SessionKey, 'projectKey'>) =>
    join(directory, sessionId, `${subpath}.jsonl`);
  return {
    async append(key, entries) {
      const path = pathOf(key);
      // The SDK repeats failed calls, so entries with a known uuid are already there.
      const known = new Set((await entriesIn(path)).map(({ uuid }) => uuid));
      const added = entries.filter(({ uuid }) => uuid === undefined || !known.has(uuid));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const lines = added.map((entry) => `${JSON.stringify(entry)}\n`);
      await appendFile(path, lines.join(''), { mode: 0o600 });
    },
    async load(key) {
      const entries = await entriesIn(pathOf(key));
      return entries.length === 0 ? null : entries;
    },
    async listSubkeys({ sessionId }) {
      const root = join(directory, sessionId);
      if (!existsSync(root)) return [];
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) =>
          relative(root, join(parentPath, name)).replace(/\.jsonl$/, ''),
        )
        .filter((subpath) => subpath !== 'main');
    },
  };
}

async function entriesIn(path: string): Promise<SessionStoreEntry[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line): unknown => JSON.parse(line)).filter(isEntry);
}

function isEntry(value: unknown): value is SessionStoreEntry {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}
