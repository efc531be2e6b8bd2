import { inspectAll, inspectAllSync } from 'claude-shared-state';

inspectAllSync(['/nowhere']);
void inspectAll(['/nowhere']);
