import { memfs } from 'memfs';
import {
  ensureForAccount,
  inspectAllSync,
  isSharedStateError,
  parseResumeUUID,
} from 'claude-shared-state';
import { migrate, planMigration } from 'claude-shared-state/migrate';
import { inspectRetention } from 'claude-shared-state/retention';
import { diagnoseResume, findLiveSessions, listSessions } from 'claude-shared-state/sessions';

const { fs } = memfs();
const id = parseResumeUUID('3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10');
if (id === undefined) throw new Error('It is an id');

const calls = [
  () => ensureForAccount('/account', { fs }),
  () => inspectAllSync(['/account'], { fs }),
  () => inspectRetention(['/account'], { fs: fs.promises }),
  () => listSessions(['/account'], { fs }),
  () => findLiveSessions(['/account'], { fs }),
  () => diagnoseResume(id, { accountHome: '/account', cwd: '/', fs: fs.promises }),
  () => planMigration(['/account'], { fs }),
  () => migrate(['/account'], { fs: fs.promises }),
];

// The messages of all that refuse.
void Promise.all(
  calls.map((call) =>
    new Promise((resolve) => resolve(call())).catch((error: unknown) =>
      isSharedStateError(error) ? error.problems.map(({ message }) => message).join() : error,
    ),
  ),
).then((told) => console.log(JSON.stringify(told)));
