import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The tests that say what the mutated files decide. Those that try everything, or go through whole migrations, are left
 * out: each mutation would take seconds more. What only they would find counts as not found.
 */
export default defineConfig({
  root: here('../..'),
  resolve: {
    alias: [
      { find: /^claude-shared-state$/, replacement: here('../../src/index.ts') },
      {
        find: /^claude-shared-state\/tmux$/,
        replacement: here('../../src/failover/terminal/index.ts'),
      },
      { find: /^claude-shared-state\/(.*)$/, replacement: `${here('../../src')}/$1/index.ts` },
    ],
  },
  test: {
    include: [
      'test/unit/failover/{choose-account,limit-rows,quota-arguments,quota-evidence,quota-gate,quota-hostile,quota-message,quota-pane,quota-rows,quota-seen,quota-state,quota-texts,reset-time}.test.ts',
      'test/unit/links/{containment,dry-run,many-homes,plan,races,required}.test.ts',
      'test/unit/fs/{compare-files,lines}.test.ts',
      'test/unit/migrate/{choices,choosing-sides,decide,memory-rules,plan,plan-action,stories/conflict-facts,stories/running-sessions}.test.ts',
    ],
    testTimeout: 1_800_000,
  },
});
