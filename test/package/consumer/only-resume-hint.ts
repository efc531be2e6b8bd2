import { findResumeUUID } from 'claude-shared-state/failover';

console.log(findResumeUUID(process.argv[2] ?? ''));
