import { isValidResumeUUID } from 'claude-shared-state';

console.log(isValidResumeUUID(process.argv[2]));
