/*
 * A layout of your own: everything under ~/.claude-shared, and a directory of your own tools if you
 * ask for it.
 *
 *   npx tsx examples/custom-shared-list.ts [--memory] ~/.claude-work ~/.claude-spare
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureForAccount, inspectAll, type SharedSymlink } from 'claude-shared-state';

// Without file-history a rewind restores nothing, and without session-env the environment that hooks
// have set is gone: so whoever shares projects shares these two as well.
const always = ['session-env', 'file-history', 'projects'];

const { values, positionals: accountHomes } = parseArgs({
  allowPositionals: true,
  options: { memory: { type: 'boolean', default: false } },
});

// Claude Code's own memory lies inside projects; this one belongs to other tools.
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
