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
  { find: /^claude-shared-state\/(.*)$/, replacement: `${here('../src')}/$1/index.ts` },
];

export default defineConfig({
  root: here('..'),
  test: {
    // Processes, not threads: some tests change their user, and count open file handles.
    pool: 'forks',
    // By default one core is left to Vitest itself, which has little to do: on two cores that is half of them.
    maxWorkers: '100%',
    // How the command is bundled is no part of it: the package checks see what comes of that.
    coverage: {
      include: ['src/**'],
      exclude: ['src/**/*.mjs'],
      reporter: ['text-summary', 'text'],
    },
    projects: [
      {
        resolve: { alias },
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        resolve: { alias },
        test: {
          name: 'proofs',
          include: ['test/proofs/**/*.test.ts'],
          // They race, and measure what they lose: one at a time.
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: { name: 'docs', include: ['test/docs/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: 'test/package/support/setup.ts',
          testTimeout: 180_000,
        },
      },
      {
        resolve: { alias },
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000 },
      },
    ],
  },
});
