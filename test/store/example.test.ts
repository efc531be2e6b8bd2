import { expect, inject, test } from 'vitest';
import { runExample } from '../e2e/support/example.ts';
import { replyTo } from '../e2e/support/messages-api.ts';
import { enterCleanRoom } from '../e2e/support/room.ts';
import { expectLastRequestToCarry, startSession } from '../e2e/support/session.ts';
import { validateAll } from 'claude-shared-state';
import { syncToStore } from 'claude-shared-state/store';
import { openStore } from './support/stores.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';
const third = 'Who told you?';

test('examples/session-store.ts takes turns of a session that was pushed, where no home has it', async () => {
  const room = await enterCleanRoom();
  await validateAll([room.path('account-a')], { required: room.required });
  const id = await startSession(room, room.path('account-a'), first);
  const port = inject('ports').postgres;
  // The example uses the standard schema.
  const store = openStore('postgres', 'claude_shared_state', port);
  await store.prepare();
  expect(await syncToStore(store, { required: room.required })).toMatchObject({ ok: true });

  const env = {
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: 'store',
    PGDATABASE: 'postgres',
  };
  const more = { tsconfig: '../../store/running.tsconfig.json', env };
  const take = (prompt: string) =>
    runExample('session-store.ts', [id, prompt], room.surroundings(room.path('elsewhere')), more);
  expect(await take(second)).toEqual({ exitCode: 0, stdout: `${replyTo(2)}\n`, stderr: '' });
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
  expect(await take(third)).toEqual({ exitCode: 0, stdout: `${replyTo(3)}\n`, stderr: '' });
  expectLastRequestToCarry(room, [first, replyTo(1), second, replyTo(2), third]);
});
