import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoMount } from '../unit/support/mounts.ts';
import { aboutMounts } from './oracle/about-mounts.ts';
import { compareWithProgram } from './oracle/oracle.ts';

// As the user who may mount; what an ordinary user sees is in the other table.
compareWithProgram(aboutMounts, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    return whyNoMount(folder);
  } finally {
    rmdirSync(folder);
  }
});
