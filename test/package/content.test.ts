import { expect, test } from 'vitest';
import { installedFiles } from './support/installed.ts';

test('the package holds its build, its pages and examples, and no source, test or build information', async () => {
  // Each entry point is whole, which loads faster; what their types share is named by the bundler, after its content.
  const files = (await installedFiles()).map((file) =>
    file.replace(/\/[a-z-]+-[\w-]{8}\.d\./, '/SHARED.d.'),
  );
  expect([...new Set(files)].filter((file) => !file.endsWith('.map')).toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/SHARED.d.cts',
    'dist/SHARED.d.ts',
    'dist/claude-shared-state.1',
    'dist/cli.LICENSES.txt',
    'dist/cli.js',
    'dist/failover.cjs',
    'dist/failover.d.cts',
    'dist/failover.d.ts',
    'dist/failover.js',
    'dist/homes.cjs',
    'dist/homes.d.cts',
    'dist/homes.d.ts',
    'dist/homes.js',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/migrate.cjs',
    'dist/migrate.d.cts',
    'dist/migrate.d.ts',
    'dist/migrate.js',
    'dist/retention.cjs',
    'dist/retention.d.cts',
    'dist/retention.d.ts',
    'dist/retention.js',
    'dist/sessions.cjs',
    'dist/sessions.d.cts',
    'dist/sessions.d.ts',
    'dist/sessions.js',
    'dist/tmux.cjs',
    'dist/tmux.d.cts',
    'dist/tmux.d.ts',
    'dist/tmux.js',
    'examples/agent-runner.ts',
    'examples/custom-shared-list.ts',
    'examples/daemon-startup.ts',
    'examples/demo-homes.ts',
    'examples/demo-print.ts',
    'examples/demo.ts',
    'examples/memfs-unit-test.ts',
    'examples/migrate-with-progress.ts',
    'examples/session-store.ts',
    'examples/smoke-probe.ts',
    'package.json',
    'src/cli/README.md',
    'src/cli/doctor.svg',
    'src/failover/README.md',
    'src/homes/README.md',
    'src/links/HOW-A-POOL-IS-CORRUPTED.md',
    'src/links/README.md',
    'src/migrate/README.md',
    'src/retention/README.md',
    'src/sessions/README.md',
    'test/bench/README.md',
  ]);
});

test('every module of the library has a source map, so that stack traces name the source', async () => {
  const files = await installedFiles();
  const modules = files.filter(
    (file) => /^dist\/[\w-]+\.c?js$/.test(file) && file !== 'dist/cli.js',
  );
  expect(files.filter((file) => file.endsWith('.map'))).toEqual(
    modules.map((file) => `${file}.map`),
  );
});
