import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Example } from './examples.ts';
import { pathInRepository } from './source.ts';

/** A project of somebody else's that holds nothing but examples, each in a file of its own. */
export interface Consumer {
  readonly directory: string;
  readonly files: readonly { readonly title: string; readonly path: string }[];
  remove(): void;
}

export function makeConsumer(examples: readonly Example[]): Consumer {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'claude-shared-state-docs-')));
  const paths = {
    'claude-shared-state': [pathInRepository('src/index.ts')],
    'claude-shared-state/failover': [pathInRepository('src/failover/index.ts')],
    'claude-shared-state/homes': [pathInRepository('src/homes/index.ts')],
    'claude-shared-state/migrate': [pathInRepository('src/migrate/index.ts')],
    'claude-shared-state/retention': [pathInRepository('src/retention/index.ts')],
    'claude-shared-state/sessions': [pathInRepository('src/sessions/index.ts')],
    'claude-shared-state/store': [pathInRepository('src/store/index.ts')],
    'claude-shared-state/store/*': [pathInRepository('src/store/*.ts')],
    'claude-shared-state/tmux': [pathInRepository('src/failover/terminal/index.ts')],
  };
  const config = { extends: pathInRepository('tsconfig.json'), compilerOptions: { paths } };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(pathInRepository('node_modules'), join(directory, 'node_modules'));
  const files = examples.map(({ title, code }, index) => {
    const path = join(directory, `example-${index}.ts`);
    writeFileSync(path, code);
    return { title, path };
  });
  return { directory, files, remove: () => rmSync(directory, { recursive: true }) };
}
