import { join } from 'node:path';
import { relaunchSessions, type RelaunchOptions } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../../src/core/json.ts';
import { COPY } from '../support/fake-terminal.ts';
import {
  ONE,
  savedFor,
  setStage,
  type Stage,
  startBoth,
  swap,
  told,
  writeTranscript,
} from '../support/swapping.ts';
import { inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

const accountOf = (letter: string) => ({
  accountUuid: `${letter.repeat(8)}-0000-4000-8000-000000000001`,
  emailAddress: `${letter}@example.com`,
  organizationUuid: `${letter.repeat(8)}-0000-4000-8000-000000000002`,
  organizationName: letter.toUpperCase(),
});
const owner = { type: 'session-owner', ...accountOf('a') };

/** The first session belongs to account A; account B is logged in under the target. */
function setOwned(world: World, flag = true): Stage {
  const stage = setStage(world);
  const [session] = stage.sessions;
  if (session === undefined) throw new Error('no session');
  const { terminal } = stage;
  terminal.open('api', { launch: 'asks-owner' });
  const config = join(stage.to, '.claude.json');
  const before: unknown = JSON.parse(String(world.fs.readFileSync(config, 'utf8')));
  makeFile(
    world,
    config,
    JSON.stringify({
      ...(isObject(before) ? before : {}),
      oauthAccount: accountOf('b'),
      cachedGrowthBookFeatures: { tengu_ticklish_moon: flag },
    }),
  );
  writeTranscript(stage, ONE, session, [owner]);
  makeFile(world, join(stage.stateDirectory, 'api', 'resume-id.txt'), `${ONE}\n`);
  terminal.onCopy = (original, copy) =>
    writeTranscript(stage, copy, session, [
      { ...owner, ...accountOf('b') },
      {
        type: 'assistant',
        timestamp: '2026-03-01T12:00:01Z',
        message: { content: [] },
        forkedFrom: { sessionId: original },
      },
    ]);
  return stage;
}

async function relaunch(stage: Stage, more: Partial<RelaunchOptions> = {}) {
  const { options, to, from, sessions } = stage;
  const accountHomes = [to, from];
  const all = { ...options, targetHome: to, accountHomes, ...more };
  return await relaunchSessions(sessions.slice(0, 1), all);
}

const copying = { onOwnedByAnother: 'copy' } as const;
const copied = { outcome: 'resumed', sessionId: COPY, copiedFrom: ONE };

describe.each(worldKinds)('a session of another account (%s)', (kind) => {
  test('is not started by relaunchSessions if the target home would ask', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world);
      const { ok, sessions } = await relaunch(stage);
      expect([ok, told(sessions)]).toEqual([false, { api: 'skipped owned-by-another-account' }]);
      expect(stage.terminal.entered).toEqual([]);
    }));

  test('is not stopped by swapAccounts if the target home would ask about it', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world);
      startBoth(stage);
      const [session] = stage.sessions;
      if (session !== undefined) writeTranscript(stage, ONE, session, [owner]);
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({
        api: 'skipped owned-by-another-account',
        web: 'resumed',
      });
      expect(stage.terminal.runningIn('api')).toEqual({ id: ONE, accountHome: stage.from });
    }));

  test('is reported, and gets no answer, if the question comes unexpectedly', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world, false);
      const asked = { ok: false, sessions: [{ outcome: 'awaiting-input', sessionId: ONE }] };
      expect(await relaunch(stage)).toMatchObject(asked);
      // The same call finds the question still there.
      expect(await relaunch(stage)).toMatchObject(asked);
      expect(stage.terminal.answers).toEqual([]);
      expect(stage.terminal.entered).toHaveLength(1);
    }));

  test('is copied on request, and the id of the copy is saved', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world);
      const { ok, sessions } = await relaunch(stage, copying);
      expect([ok, sessions]).toMatchObject([true, [copied]]);
      expect(stage.terminal.answers).toEqual(['Down', 'Down', 'Enter', 'Up', 'Enter']);
      expect(savedFor(stage, 'api')).toBe(`${COPY}\n`);
      const again = await relaunch(stage, copying);
      expect(again.sessions).toMatchObject([{ outcome: 'already-running', sessionId: COPY }]);
    }));

  test('is carried over as a copy by swapAccounts on request', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world);
      startBoth(stage);
      const [session] = stage.sessions;
      if (session !== undefined) writeTranscript(stage, ONE, session, [owner]);
      const { sessions } = await swap(stage, copying);
      expect(sessions).toMatchObject([copied, { outcome: 'resumed' }, {}]);
    }));

  test('is never copied if its organization restricts it', () =>
    inWorld(kind, async (world) => {
      const stage = setOwned(world);
      const [session] = stage.sessions;
      if (session === undefined) throw new Error('no session');
      writeTranscript(stage, ONE, session, [{ ...owner, restricted: ['ldr'] }]);
      const { sessions } = await relaunch(stage, copying);
      expect(told(sessions)).toEqual({ api: 'skipped owned-by-another-account' });
    }));

  test('is found as one or the other after a call was killed at any moment', async () => {
    for (let call = 1; await isKilledAt(kind, call); call += 1) expect(call).toBeLessThan(500);
  });
});

/** Kills a call at a call of the terminal, repeats it, and checks what came of that; says whether it came so far. */
async function isKilledAt(kind: World['kind'], call: number): Promise<boolean> {
  return await inWorld(kind, async (world) => {
    const stage = setOwned(world);
    const { terminal } = stage;
    terminal.onCall = () => {
      if (terminal.calls >= call) throw new Error('killed');
    };
    await relaunch(stage, copying);
    const wasKilled = terminal.calls >= call;
    terminal.onCall = undefined;
    const { ok, sessions } = await relaunch(stage, copying);
    expect([ok, sessions[0]?.sessionId]).toEqual([true, COPY]);
    expect(terminal.runningIn('api')).toEqual({ id: COPY, accountHome: stage.to });
    expect(savedFor(stage, 'api')).toBe(`${COPY}\n`);
    expect(terminal.entered).toHaveLength(1);
    return wasKilled;
  });
}
