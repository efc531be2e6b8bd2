import { findLiveSessions } from 'claude-shared-state/sessions';

// Prints what a process in its own container finds in the given account homes.
const { sessions, problems } = await findLiveSessions(process.argv.slice(2));
console.log(JSON.stringify({ sessions, problems }));
