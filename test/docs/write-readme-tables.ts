import { writeFileSync } from 'node:fs';
import { readme, readmePath, regenerate } from './support/readme.ts';

writeFileSync(readmePath, await regenerate(readme));
