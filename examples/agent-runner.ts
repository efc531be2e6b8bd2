/*
 * An agent runner that resumes a stored session, and never starts a fresh one without saying why.
 *
 *   npx tsx examples/agent-runner.ts --store ~/agents/nightly.id --home ~/.claude-work \
 *     --home ~/.claude-spare "Go on with the report."
 *
 * It resumes the session under the first home. The others are where else it may be.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { query } from '@anthropic-ai/claude-agent-sdk';
import { parseResumeUUID, requiredSharedUnder, type ResumeUUID } from 'claude-shared-state';
import { diagnoseResume, sessionIdFromMessage } from 'claude-shared-state/sessions';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    home: { type: 'string', multiple: true, default: [] },
    store: { type: 'string', default: '' },
  },
});
const [accountHome = ''] = values.home;
const cwd = process.cwd();

const resume = await resumableId();
let id: ResumeUUID | undefined;
for await (const message of query({
  prompt: positionals.join(' '),
  options: { ...whereToRun() },
})) {
  // From every message: the id may change in mid-stream.
  const next = sessionIdFromMessage(message);
  if (next !== undefined && next !== id) await store(next);
  id = next ?? id;
  if (message.type === 'result' && message.subtype === 'success') console.log(message.result);
}

/** The stored session if it can be resumed here. If not, logs why. */
async function resumableId(): Promise<ResumeUUID | undefined> {
  const stored = parseResumeUUID(await readFile(values.store, 'utf8').catch(() => ''));
  if (stored === undefined) {
    console.log('fresh session: no id is stored');
    return undefined;
  }
  const { verdict, problems } = await diagnoseResume(stored, {
    accountHome,
    accountHomes: values.home,
    cwd,
    required: requiredSharedUnder(homedir()),
    interactive: false,
  });
  for (const { code, message } of problems) console.log(`${code}: ${message}`);
  console.log(`${verdict === 'not-resumable' ? 'fresh session instead of' : 'resuming'} ${stored}`);
  return verdict === 'not-resumable' ? undefined : stored;
}

/** Where Claude Code runs: under this account, and not as the child of another session. */
function whereToRun() {
  const { CLAUDE_CODE_CHILD_SESSION: _, ...environment } = process.env;
  const env = { ...environment, CLAUDE_CONFIG_DIR: accountHome };
  return resume === undefined ? { cwd, env } : { cwd, env, resume };
}

/** Atomically: a reader finds the old id or the new one. */
async function store(sessionId: ResumeUUID): Promise<void> {
  const temporary = `${values.store}.${process.pid}`;
  await writeFile(temporary, `${sessionId}\n`, { mode: 0o600 });
  await rename(temporary, values.store);
  console.log(`stored ${sessionId}`);
}
