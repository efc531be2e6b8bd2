import { listRestorePoints } from 'claude-shared-state/migrate';

void listRestorePoints(['/nowhere']);
