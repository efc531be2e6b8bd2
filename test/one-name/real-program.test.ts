import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { runClaude } from '../e2e/support/claude.ts';
import { replyTo } from '../e2e/support/messages-api.ts';
import { pinned } from '../e2e/support/programs.ts';
import { enterCleanRoom } from '../e2e/support/room.ts';
import {
  answered,
  expectLastRequestToCarry,
  startSession,
  theOnly,
} from '../e2e/support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';

test.each(pinned.map(({ name }) => name))(
  'the %s program resumes a session under another account from another spelling of its directory',
  async (program) => {
    const room = await enterCleanRoom(program);
    const accountHomes = [room.path('account-a'), room.path('account-b')] as const;
    await validateAll(accountHomes, { required: room.required });
    const id = await startSession(room, accountHomes[0], first);
    const transcript = theOnly(await room.transcripts());

    const elsewhere = { ...room.surroundings(room.path('Account-B')), cwd: room.path('Work') };
    const outcome = await runClaude(['-p', '--resume', id, second], elsewhere);

    expect(outcome).toEqual(answered(replyTo(2)));
    expectLastRequestToCarry(room, [first, replyTo(1), second]);
    expect(await room.transcripts()).toEqual([transcript]);
  },
);
