import {
  foldSessionSummary,
  listSessions,
  query,
  type SessionStore,
} from '@anthropic-ai/claude-agent-sdk';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectKey } from 'claude-shared-state/sessions';
import { exportFromStore, syncToStore, verifyStore } from 'claude-shared-state/store';
import { validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { cleanEnvironment, runClaude } from '../e2e/support/claude.ts';
import { executableOf } from '../e2e/support/programs.ts';
import { replyTo } from '../e2e/support/messages-api.ts';
import { enterCleanRoom, type Room } from '../e2e/support/room.ts';
import { answered, expectLastRequestToCarry, startSession } from '../e2e/support/session.ts';
import { kinds } from './support/clients.ts';
import { preparedPlace } from './support/stores.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';
const third = 'Who told you?';
const fourth = 'And when?';

/** A machine of its own: another HOME, another home, another pool; only the API is the same. */
async function enterMachine() {
  const room = await enterCleanRoom();
  await validateAll([room.path('account')], { required: room.required });
  const options = { required: room.required };
  return { room, home: room.path('account'), options, key: projectKey(room.path('work')) };
}

async function textOf({ sharedProjects }: Room, key: string, id: string): Promise<string> {
  return await readFile(join(sharedProjects, key, `${id}.jsonl`), 'utf8');
}

describe.each(kinds)('the real program and a store on %s', (kind) => {
  test('a session of machine A goes on on machine B with plain --resume, and back on A', async () => {
    const place = await preparedPlace(kind);
    const [a, b] = [await enterMachine(), await enterMachine()];
    const id = await startSession(a.room, a.home, first);
    expect(await syncToStore(place.open(), a.options)).toMatchObject({ ok: true });

    const onB = { ...b.options, projectKeys: { [a.key]: b.key }, accountHomes: [b.home] };
    expect(await exportFromStore(place.open(), onB)).toMatchObject({ ok: true, problems: [] });
    const resume = (machine: typeof a, prompt: string) =>
      runClaude(['-p', '--resume', id, prompt], machine.room.surroundings(machine.home));
    // Each has a stand-in of its own, which counts its replies.
    expect(await resume(b, second)).toEqual(answered(replyTo(1)));
    expectLastRequestToCarry(b.room, [first, replyTo(1), second]);
    const { accountHomes: _, ...pushB } = onB;
    expect(await syncToStore(place.open(), pushB)).toMatchObject({ ok: true });

    const onA = { ...a.options, accountHomes: [a.home] };
    expect(await exportFromStore(place.open(), onA)).toMatchObject({ ok: true, problems: [] });
    expect(await textOf(a.room, a.key, id)).toBe(await textOf(b.room, b.key, id));
    expect(await resume(a, third)).toEqual(answered(replyTo(2)));
    expectLastRequestToCarry(a.room, [first, replyTo(1), second, replyTo(1), third]);
    expect(await syncToStore(place.open(), a.options)).toMatchObject({ ok: true });
    expect(await verifyStore(place.open(), a.options)).toMatchObject({ ok: true });

    // Meanwhile B went on, too: that is a fork, and it is told.
    expect(await resume(b, fourth)).toMatchObject({ exitCode: 0 });
    expect(await syncToStore(place.open(), pushB)).toMatchObject({
      ok: false,
      problems: [{ code: 'session-diverged', sessionId: id }],
    });
  });
});

test('a session of the Agent SDK with a store is resumed by the program elsewhere', async () => {
  const place = await preparedPlace('postgres');
  const [a, b] = [await enterMachine(), await enterMachine()];
  const store: SessionStore = place.open({ foldSessionSummary });
  const surroundings = a.room.surroundings(a.home);
  await mkdir(surroundings.cwd, { recursive: true });
  let id = '';
  const options = {
    cwd: surroundings.cwd,
    env: cleanEnvironment(surroundings),
    pathToClaudeCodeExecutable: executableOf('new'),
    sessionStore: store,
    sessionStoreFlush: 'eager' as const,
  };
  for await (const message of query({ prompt: first, options })) {
    if ('session_id' in message && typeof message.session_id === 'string') id = message.session_id;
    expect(message).not.toMatchObject({ subtype: 'mirror_error' });
  }
  const listed = await listSessions({ dir: surroundings.cwd, sessionStore: store });
  expect(listed.map(({ sessionId }) => sessionId)).toEqual([id]);
  const onB = { ...b.options, projectKeys: { [a.key]: b.key } };
  expect(await exportFromStore(place.open(), onB)).toMatchObject({ ok: true, problems: [] });
  const resumed = await runClaude(['-p', '--resume', id, second], b.room.surroundings(b.home));
  expect(resumed).toEqual(answered(replyTo(1)));
  expectLastRequestToCarry(b.room, [first, replyTo(1), second]);

  // And the SDK on A goes on from the store with what the program said on B.
  expect(await syncToStore(place.open(), onB)).toMatchObject({ ok: true });
  for await (const message of query({ prompt: third, options: { ...options, resume: id } })) {
    expect(message).not.toMatchObject({ subtype: 'mirror_error' });
  }
  expectLastRequestToCarry(a.room, [first, replyTo(1), second, replyTo(1), third]);
  expect(
    (await readdir(a.room.path('tmp'))).filter((name) => name.startsWith('claude-resume')),
  ).toEqual([]);
});
