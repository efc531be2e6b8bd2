import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The tests that say what the mutated files decide, without those that take long because they race or try everything. */
export default defineConfig({
  root: here('../..'),
  resolve: {
    alias: [
      { find: /^claude-shared-state$/, replacement: here('../../src/index.ts') },
      { find: /^claude-shared-state\/(.*)$/, replacement: `${here('../../src')}/$1/index.ts` },
    ],
  },
  test: {
    include: [
      'test/unit/failover/{quota-*,reset-time}.test.ts',
      'test/unit/links/{containment,dry-run,many-homes,matrix,plan,races,required,spelling}.test.ts',
      'test/unit/migrate/{across-devices,compare,conflicts,decisions,generations,keep-both,late,plan,topologies}.test.ts',
    ],
    testTimeout: 60_000,
  },
});
