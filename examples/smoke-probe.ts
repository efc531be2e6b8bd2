/*
 * A check for deployments: can every stored session be resumed by the next dispatch?
 *
 *   npx tsx examples/smoke-probe.ts --home ~/.claude-work --home ~/.claude-spare --cwd ~/project \
 *     ~/agents/*.id
 *
 * Prints one line per stored id. Exits 0 if all of them can be resumed under the first home, otherwise 1.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { requiredSharedUnder } from 'claude-shared-state';
import { diagnoseResume } from 'claude-shared-state/sessions';

const { values, positionals: stores } = parseArgs({
  allowPositionals: true,
  options: {
    home: { type: 'string', multiple: true, default: [] },
    cwd: { type: 'string', default: process.cwd() },
  },
});
const [accountHome = ''] = values.home;

const outcomes = await Promise.all(stores.map(canBeResumed));
process.exitCode = outcomes.length > 0 && outcomes.every(Boolean) ? 0 : 1;
if (outcomes.length === 0) console.log('FAIL no stored id was named');

async function canBeResumed(store: string): Promise<boolean> {
  const stored = await readFile(store, 'utf8').catch(String);
  const { verdict, transcript, problems } = await diagnoseResume(stored, {
    accountHome,
    accountHomes: values.home,
    cwd: values.cwd,
    required: requiredSharedUnder(homedir()),
    interactive: false,
  });
  const ok = verdict !== 'not-resumable';
  const [first] = problems;
  const reason = first === undefined ? '' : ` ${first.code} [${first.remedy}]: ${first.message}`;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${store} ${transcript?.path ?? ''}${reason}`);
  return ok;
}
