import { describe } from 'vitest';
import { proveFaults } from '../unit/support/migration/fault-proof.ts';
import { restoreScenarios } from '../unit/support/migration/scenarios.ts';

describe('restore loses nothing whatever fails, the same call completes it, and any other is safe', () => {
  proveFaults('restore', restoreScenarios);
});
