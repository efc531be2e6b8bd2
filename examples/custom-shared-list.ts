/*
 * A list of your own: everything is shared in ~/.claude-shared, and with --memory, one more directory.
 *
 *   npx tsx examples/custom-shared-list.ts [--memory] ~/.claude-work ~/.claude-spare
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureForAccount, inspectAll, type SharedSymlink } from 'claude-shared-state';

// Always share all three: without file-history a rewind restores nothing, and without session-env the
// environment that hooks set is gone.
const always = ['session-env', 'file-history', 'projects'];

const { values, positionals: accountHomes } = parseArgs({
  allowPositionals: true,
  options: { memory: { type: 'boolean', default: false } },
});

// Claude Code's own memory is inside projects. This one belongs to other tools.
const names = values.memory ? [...always, 'memory'] : always;
const required: readonly SharedSymlink[] = names.map((name) => ({
  name,
  target: join(homedir(), '.claude-shared', name),
}));

for (const { accountHome, wouldCreate } of await inspectAll(accountHomes, { required })) {
  console.log(`${accountHome} lacks ${wouldCreate.length} directories and links`);
}
for (const accountHome of accountHomes) {
  const { links } = await ensureForAccount(accountHome, { required });
  for (const { path, state, target } of links) console.log(`${path} ${state} -> ${target}`);
}
