import { findLiveSessions } from 'claude-shared-state/sessions';

void findLiveSessions(['/nowhere']);
