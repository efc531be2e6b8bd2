import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import {
  ensureForAccount,
  inspectAll,
  isSharedStateError,
  parseResumeUUID,
  requiredSharedUnder,
} from 'claude-shared-state';
import { planSwap, swapAccounts } from 'claude-shared-state/failover';
import { archive, migrate, planMigration, planRestore, restore } from 'claude-shared-state/migrate';
import {
  diagnoseResume,
  findLiveSessions,
  listSessions,
  locateTranscripts,
  projectKey,
  resumeCommand,
} from 'claude-shared-state/sessions';

// Runs in Node for Windows, and writes what the calls say into results.json: Wine has no pipes for a console.

const root = join(homedir(), 'trial');
const [home, spare, cwd] = [join(root, '.claude'), join(root, '.claude-spare'), join(root, 'a b')];
const id = parseResumeUUID('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
if (id === undefined) throw new Error('no id');
const directory = join(home, 'projects', projectKey(cwd));
for (const path of [cwd, directory, join(home, 'sessions'), spare]) {
  mkdirSync(path, { recursive: true });
}
const sessionRecord = (pidDomain: string) =>
  JSON.stringify({ sessionId: id, cwd, procStartFt: '1', pidDomain });
writeFileSync(
  join(home, 'sessions', `${process.pid}.json`),
  sessionRecord(`win32:${hostname().toLowerCase()}`),
);
writeFileSync(join(home, 'sessions', '7654321.json'), sessionRecord('win32:another'));
const message = { role: 'user', content: 'Hello' };
const line = { type: 'user', uuid: id, timestamp: '2026-03-01T12:00:00Z', sessionId: id, cwd };
writeFileSync(join(directory, `${id}.jsonl`), `${JSON.stringify({ ...line, message })}\n`);

const required = requiredSharedUnder(root);
const results: Record<string, unknown> = {};
async function call(name: string, perform: () => unknown): Promise<void> {
  try {
    results[name] = await perform();
  } catch (error) {
    results[name] = isSharedStateError(error) ? codes(error) : String(error);
  }
}
const codes = ({ problems }: { readonly problems: readonly { readonly code: string }[] }) =>
  problems.map(({ code }) => code);

await call('projectKey', () => projectKey(cwd));
await call('inspectAll', async () =>
  (await inspectAll([home, spare], { required })).map(({ links }) => links.map((it) => it.state)),
);
await call('listSessions', async () => {
  const found: string[] = [];
  for await (const { sessionId } of listSessions([home], { required })) found.push(sessionId);
  return found;
});
await call('locateTranscripts', async () => {
  const { transcripts } = await locateTranscripts(id, { accountHomes: [home] });
  return transcripts.map(({ paths }) => paths[0].path);
});
await call('diagnoseResume', async () => {
  const diagnosis = await diagnoseResume(id, { accountHome: home, cwd, required });
  return [diagnosis.verdict, ...codes(diagnosis)];
});
await call('findLiveSessions', async () => {
  const { sessions } = await findLiveSessions([home]);
  return sessions.map(({ pid, processState }) => [pid === process.pid, processState]);
});
const program = process.execPath;
const extraArgs = ['--flag', 'two words & more', '100'];
await call('resumeCommand', () =>
  resumeCommand(id, { accountHome: spare, cwd, program, extraArgs }),
);

const everything = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
const before = everything();
const swap = {
  from: home,
  to: spare,
  sessions: [{ name: 'api', cwd }],
  stateDirectory: join(root, 'state'),
  required,
  terminal: {
    capture: () => Promise.reject(new Error('no terminal')),
    type: () => Promise.reject(new Error('no terminal')),
    press: () => Promise.reject(new Error('no terminal')),
    processIds: () => Promise.reject(new Error('no terminal')),
    isAtShell: () => Promise.reject(new Error('no terminal')),
    signal: () => Promise.reject(new Error('no terminal')),
  },
};
await call('planMigration', async () => codes(await planMigration([home, spare], { required })));
await call('migrate', async () => codes(await migrate([home, spare], { required })));
await call('planRestore', async () => codes(await planRestore(home, { required })));
await call('restore', async () => codes(await restore(home, { required })));
await call('archive', async () => codes(await archive({ required })));
await call('planSwap', async () => codes(await planSwap(swap)));
await call('swapAccounts', async () => codes(await swapAccounts(swap)));
results['untouched'] = JSON.stringify(everything()) === JSON.stringify(before);

await call('ensureForAccount', async () => (await ensureForAccount(spare, { required })).ok);
await call('links', () =>
  required.map(({ name }) => lstatSync(join(spare, name)).isSymbolicLink()),
);
writeFileSync(join(root, 'results.json'), JSON.stringify(results));
