import { expect, test } from 'vitest';
import { installedFiles } from './support/installed.ts';

test('the package holds its build, and no source, test or build information', async () => {
  // Each entry point is whole, which loads faster; what their types share is named after its content.
  const files = (await installedFiles()).map((file) => file.replace(/-[\w-]{8}\./, '-HASH.'));
  expect([...new Set(files)].toSorted()).toEqual([
    'LICENSE',
    'README.md',
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
    'dist/live-sessions-HASH.d.cts',
    'dist/live-sessions-HASH.d.ts',
    'dist/migrate.cjs',
    'dist/migrate.d.cts',
    'dist/migrate.d.ts',
    'dist/migrate.js',
    'dist/problem-HASH.d.cts',
    'dist/problem-HASH.d.ts',
    'dist/processes-HASH.d.cts',
    'dist/processes-HASH.d.ts',
    'dist/request-HASH.d.cts',
    'dist/request-HASH.d.ts',
    'dist/required-HASH.d.cts',
    'dist/required-HASH.d.ts',
    'dist/sessions.cjs',
    'dist/sessions.d.cts',
    'dist/sessions.d.ts',
    'dist/sessions.js',
    'dist/terminal-HASH.d.cts',
    'dist/terminal-HASH.d.ts',
    'dist/tmux.cjs',
    'dist/tmux.d.cts',
    'dist/tmux.d.ts',
    'dist/tmux.js',
    'package.json',
  ]);
});
