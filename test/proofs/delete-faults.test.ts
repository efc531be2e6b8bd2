import { describe } from 'vitest';
import { proveFaults } from '../unit/support/migration/fault-proof.ts';
import { archiveScenarios, deleteScenarios } from '../unit/support/migration/scenarios.ts';

describe('deleteRestorePoint loses nothing whatever fails, the same call completes it, and any other is safe', () => {
  proveFaults('deleteRestorePoint', deleteScenarios);
});

describe('archive loses nothing whatever fails, the same call completes it, and any other is safe', () => {
  proveFaults('archive', archiveScenarios);
});
