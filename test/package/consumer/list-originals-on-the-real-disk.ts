import { listOriginals } from 'claude-shared-state/migrate';

void listOriginals('/nowhere');
