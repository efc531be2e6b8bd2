import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findAccountHomes } from 'claude-shared-state/homes';
import { compare } from './compare.ts';
import { noteMeasure } from './report.ts';

const OTHERS = 300;

/** Finding the homes in a home directory with many others, compared with only listing all of these. */
export async function homes(parent: string): Promise<void> {
  const root = join(parent, 'user');
  for (let number = 0; number < OTHERS; number += 1) {
    mkdirSync(join(root, `.program-${number}`), { recursive: true });
    writeFileSync(join(root, `.program-${number}/settings.json`), '{}');
  }
  mkdirSync(join(root, '.claude/projects'), { recursive: true });
  for (const name of ['.claude', '.claude-a', '.claude-b']) {
    mkdirSync(join(root, name, 'sessions'), { recursive: true });
    const config = { oauthAccount: { accountUuid: name }, projects: 'x'.repeat(200_000) };
    writeFileSync(join(root, name, '.claude.json'), JSON.stringify(config));
    if (name !== '.claude') symlinkSync('../.claude/projects', join(root, name, 'projects'));
  }
  const names = readdirSync(root);
  const job = `find the account homes among ${OTHERS} dot directories`;
  const own = {
    name: 'findAccountHomes',
    run: async () => {
      const { homes } = await findAccountHomes({
        homeDirectory: root,
        processInspector: { configDirs: () => Promise.resolve([]) },
      });
      if (homes.length !== 3) throw new Error('not all homes were found');
    },
  };
  const run = () => Promise.all(names.map((name) => readdir(join(root, name))));
  noteMeasure(job, await compare(job, own, { name: 'readdir of each', run }), 'ms', 150);
}
