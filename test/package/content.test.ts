import { expect, test } from 'vitest';
import { installedFiles } from './support/installed.ts';

test('the package holds its build, and no source, test or build information', async () => {
  // Each entry point is whole, which loads faster; what their types share is named by the bundler, after its content.
  const files = (await installedFiles()).map((file) =>
    file.replace(/\/[a-z-]+-[\w-]{8}\.d\./, '/SHARED.d.'),
  );
  expect([...new Set(files)].toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'dist/SHARED.d.cts',
    'dist/SHARED.d.ts',
    'dist/cli.LICENSES.txt',
    'dist/cli.js',
    'dist/failover.cjs',
    'dist/failover.d.cts',
    'dist/failover.d.ts',
    'dist/failover.js',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/migrate.cjs',
    'dist/migrate.d.cts',
    'dist/migrate.d.ts',
    'dist/migrate.js',
    'dist/sessions.cjs',
    'dist/sessions.d.cts',
    'dist/sessions.d.ts',
    'dist/sessions.js',
    'dist/tmux.cjs',
    'dist/tmux.d.cts',
    'dist/tmux.d.ts',
    'dist/tmux.js',
    'package.json',
  ]);
});
