import { relaunchSessions, saveResumeUUIDs, type SwapEvent } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import {
  ONE,
  setStage,
  type Stage,
  startBoth,
  swap,
  told,
  TWO,
  writeTranscript,
} from '../support/swapping.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

/** Two sessions that run in panes of one terminal, which has a third one. */
function setPanes(world: World): Stage {
  const stage = setStage(world);
  for (const [index, id] of [ONE, TWO].entries()) {
    const session = stage.sessions[index];
    if (session !== undefined) writeTranscript(stage, id, session);
  }
  for (const pane of ['api:%1', 'api:%2', 'api:%3']) stage.terminal.open(pane);
  return stage;
}

function dieWhenStopped({ kind }: SwapEvent): void {
  if (kind === 'stopped') throw new Error('killed');
}

describe.each(worldKinds)('a terminal of several panes (%s)', (kind) => {
  test('is used where its session runs', () =>
    inWorld(kind, async (world) => {
      const stage = setPanes(world);
      stage.terminal.start('api:%2', ONE, stage.from);
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'resumed' });
      expect(stage.terminal.entered.map(([name]) => name)).toContain('api:%2');
      expect(stage.terminal.runningIn('api:%2')).toEqual({ id: ONE, accountHome: stage.to });
    }));

  test('is left alone if several run a session, unless one is named', () =>
    inWorld(kind, async (world) => {
      const stage = setPanes(world);
      stage.terminal.start('api:%2', ONE, stage.from);
      stage.terminal.start('api:%3', TWO, stage.from);
      const [api] = stage.sessions;
      if (api === undefined) throw new Error('no session');
      const { sessions } = await swap(stage, { sessions: [api] });
      expect(sessions[0]?.problems).toMatchObject([
        { code: 'terminal-busy', reason: 'several-panes', detail: '%2, %3' },
      ]);
      expect(stage.terminal.signals).toEqual([]);

      const named = await swap(stage, { sessions: [{ ...api, pane: '%2' }] });
      expect(told(named.sessions)).toEqual({ api: 'resumed' });
      expect(stage.terminal.runningIn('api:%3')?.accountHome).toBe(stage.from);
    }));

  test('is used where its session was killed, next to another shell', () =>
    inWorld(kind, async (world) => {
      const stage = setPanes(world);
      const { terminal, stateDirectory, from, to, options } = stage;
      const [api] = stage.sessions;
      if (api === undefined) throw new Error('no session');
      const pid = terminal.start('api:%2', ONE, from);
      const { fs, processInspector } = options;
      const saving = { terminal, stateDirectory, fs, processInspector, accountHomes: [from, to] };
      expect(await saveResumeUUIDs([api], saving)).toMatchObject({ ok: true });
      await terminal.signal('api:%2', pid, 'SIGKILL');

      const { sessions: saved } = await saveResumeUUIDs([api], saving);
      expect(saved[0]?.problems.map(({ code }) => code)).toEqual(['no-resume-hint']);
      const { sessions } = await relaunchSessions([api], { ...options, targetHome: from });
      expect(told(sessions)).toEqual({ api: 'resumed' });
      expect(terminal.runningIn('api:%2')).toEqual({ id: ONE, accountHome: from });
    }));

  test('is used again if the last call was killed once it had stopped it', () =>
    inWorld(kind, async (world) => {
      const stage = setPanes(world);
      const [api] = stage.sessions;
      if (api === undefined) throw new Error('no session');
      stage.terminal.start('api:%2', ONE, stage.from);
      const killed = swap(stage, { sessions: [api], onEvent: dieWhenStopped });
      await expect(killed).rejects.toThrow('killed');
      expect(stage.terminal.runningIn('api:%2')).toBeUndefined();
      const { outcome, sessions } = await swap(stage, { sessions: [api] });
      expect([outcome, told(sessions)]).toEqual(['done', { api: 'resumed' }]);
      expect(stage.terminal.runningIn('api:%2')).toEqual({ id: ONE, accountHome: stage.to });
    }));

  test('in which the program shows nothing is told to be too small', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.size = { columns: 25, rows: 24 };
      stage.terminal.setLaunch('api', 'hangs');
      const { sessions } = await swap(stage);
      expect(sessions[0]?.problems).toMatchObject([
        { code: 'resume-failed', reason: 'too-small', output: '25 columns, 24 rows' },
      ]);
    }));
});
