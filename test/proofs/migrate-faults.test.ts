import { describe } from 'vitest';
import { proveFaults } from '../unit/support/migration/fault-proof.ts';
import { migrateScenarios } from '../unit/support/migration/scenarios.ts';

describe('migrate loses nothing whatever fails, the same call completes it, and any other is safe', () => {
  proveFaults('migrate', migrateScenarios, 0.5);
});
