import { memfs } from 'memfs';
import { isSharedStateError, parseResumeUUID } from 'claude-shared-state';
import {
  findLiveSessions,
  resumeCommand,
  sessionIdFromMessage,
} from 'claude-shared-state/sessions';

const id = parseResumeUUID('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
const where = { accountHome: '/home/me/.claude', cwd: '/home/me' };

void work().then((told) => console.log(JSON.stringify(told)));

/** What the sessions of a file system in memory come to, with the id of one entry point in the other. */
async function work() {
  if (id === undefined) throw new Error('It is an id');
  const { fs } = memfs({ '/home/me/.claude/sessions/7.json': JSON.stringify({ sessionId: id }) });
  const { sessions } = await findLiveSessions(['/home/me/.claude'], { fs });
  return {
    live: sessions.map(({ pid, sessionId, processState }) => [pid, sessionId === id, processState]),
    args: resumeCommand(id, where).args,
    taken: sessionIdFromMessage({ type: 'system', subtype: 'init', session_id: id }),
    refusal: refusal(),
  };
}

/** Whether one entry point recognises an error of the other. */
function refusal(): boolean {
  try {
    Reflect.apply(resumeCommand, undefined, ['no id', where]);
    return false;
  } catch (error) {
    return isSharedStateError(error);
  }
}
