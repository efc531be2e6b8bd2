import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The package by its name, from the source: only the package checks and consumers use the build. */
const alias = [
  { find: /^claude-shared-state$/, replacement: here('../src/index.ts') },
  {
    find: /^claude-shared-state\/tmux$/,
    replacement: here('../src/failover/terminal/index.ts'),
  },
  { find: /^claude-shared-state\/store\/(.*)$/, replacement: `${here('../src/store')}/$1.ts` },
  { find: /^claude-shared-state\/(.*)$/, replacement: `${here('../src')}/$1/index.ts` },
];

/** The drivers of engines, which only the tests of the stores install. */
const drivers = ['pg', 'ioredis', '@aws-sdk/client-s3'].map((find) => ({
  find,
  replacement: here(`store/node_modules/${find}`),
}));

// Only a test that hangs ends by these: none may fail because the machine is slow.
const HANGS_MS = 1_800_000;

/** They replace modules, or become another user for good: each has a process of its own. */
const alone = [
  'test/unit/isolation.test.ts',
  'test/unit/cli/permissions.test.ts',
  'test/unit/links/permissions.test.ts',
  'test/unit/sessions/without-proc.test.ts',
];

const MEMORY = '/dev/shm';

/**
 * Where the unit tests have their real directories: in memory, where a sync costs nothing, if there is room for them and
 * programs may run there. `THOROUGH=1`, as in CI, takes the disk of the system, so that both are tried.
 */
function directories(): Readonly<Record<string, string>> {
  const { THOROUGH = '', TMPDIR } = process.env;
  if (THOROUGH !== '' || TMPDIR !== undefined) return {};
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8');
    const isMeant = /^\S+ \/dev\/shm tmpfs rw(?!\S*noexec)/m.test(mounts);
    const { bavail, bsize } = statfsSync(MEMORY);
    return isMeant && bavail * bsize > 2 ** 31 ? { TMPDIR: MEMORY } : {};
  } catch {
    return {};
  }
}

function project(name: string, more: object = {}) {
  const include = [`test/${name}/**/*.test.ts`];
  const patience = { testTimeout: HANGS_MS, hookTimeout: HANGS_MS };
  return {
    resolve: name === 'package' ? {} : { alias: name === 'store' ? [...alias, ...drivers] : alias },
    test: { name, include, ...patience, expect: { poll: { timeout: HANGS_MS } }, ...more },
  };
}

export default defineConfig({
  root: here('..'),
  test: {
    // Processes, not threads: some tests change their user, and count open file handles.
    pool: 'forks',
    // One more than there are cores: many tests wait for a disk, a shell or another process.
    maxWorkers: availableParallelism() + 1,
    // How the command is bundled is no part of it: the package checks see what comes of that.
    coverage: {
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.mjs'],
      reporter: ['text-summary', 'text'],
    },
    projects: [
      // Several files in each process, which loads the library once.
      project('unit', {
        isolate: false,
        exclude: alone,
        env: { SHARED_PROCESS: '1', ...directories() },
      }),
      // Its name is before the other one, and so are its files: at the end they would leave a core idle.
      project('alone', { include: alone }),
      // They race, and measure what they lose: one at a time.
      project('proofs', { fileParallelism: false }),
      project('docs'),
      project('package', { globalSetup: 'test/package/support/setup.ts' }),
      project('e2e'),
      project('store', { globalSetup: 'test/store/support/setup.ts' }),
      project('as-on-macos'),
      project('windows'),
      project('one-name'),
    ],
  },
});
