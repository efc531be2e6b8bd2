import type { Terminal } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import type { FakeTerminal } from '../support/fake-terminal.ts';
import {
  savedFor,
  setStage,
  startBoth,
  swap,
  THREE,
  told,
  writeTranscript,
} from '../support/swapping.ts';
import { inWorld, worldKinds } from '../support/world.ts';

/** The same terminals, some calls of which answer in another way. */
function behaving(terminal: FakeTerminal, otherwise: Partial<Terminal>): Terminal {
  return {
    capture: (name) => terminal.capture(name),
    type: (name, text) => terminal.type(name, text),
    press: (name, key) => terminal.press(name, key),
    processIds: (name) => terminal.processIds(name),
    isAtShell: (name) => terminal.isAtShell(name),
    signal: (name, pid, signal) => terminal.signal(name, pid, signal),
    ...otherwise,
  };
}

describe.each(worldKinds)('a swap (%s)', (kind) => {
  test('ends no program that is the first one of its terminal: nothing could be typed there', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const processIds = async (name: string) => (await stage.terminal.processIds(name)).slice(-1);
      const { sessions } = await swap(stage, {
        terminal: behaving(stage.terminal, { processIds }),
      });
      expect(told(sessions)).toMatchObject({
        api: 'skipped terminal-busy',
        web: 'skipped terminal-busy',
      });
      const problems = sessions.flatMap((session) => session.problems);
      expect(problems.filter(({ code }) => code === 'terminal-busy')).toMatchObject([
        { reason: 'no-shell' },
        { reason: 'no-shell' },
      ]);
      expect(stage.terminal.signals).toEqual([]);
    }));

  test('types nothing where no shell comes back below the program that has ended', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { sessions } = await swap(stage, {
        terminal: behaving(stage.terminal, { isAtShell: () => Promise.resolve(false) }),
      });
      expect(told(sessions)).toMatchObject({
        api: 'skipped terminal-busy',
        web: 'skipped canary-failed',
      });
      expect(stage.terminal.signals).toHaveLength(1);
      expect(stage.terminal.entered).toEqual([]);
    }));

  test('leaves a session alone whose shell does not know the command, and says which shell', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const [shell = 0, pid = 0] = await stage.terminal.processIds('api');
      const executable = '/usr/bin/nu';
      stage.terminal.launches.set(shell, { executable, args: [], env: {} });
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'skipped terminal-busy', web: 'resumed' });
      const busy = { code: 'terminal-busy', reason: 'other-shell', detail: 'nu' };
      expect(sessions[0]?.problems).toMatchObject([busy]);
      await stage.terminal.signal('api', pid, 'SIGKILL');
      expect(told((await swap(stage)).sessions)).toMatchObject({ api: 'skipped terminal-busy' });
      expect(stage.terminal.entered.map(([name]) => name)).toEqual(['web']);
    }));

  test('resumes the session that was begun by /clear while the one before was looked at', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { terminal, sessions: all } = stage;
      const [api] = all;
      if (api === undefined) throw new Error('no such session');
      writeTranscript(stage, THREE, api);
      // Looked at first for the plan, then before it is stopped.
      let looks = 0;
      terminal.onCall = (call, name) => {
        if (call !== 'capture' || name !== 'api') return;
        looks += 1;
        if (looks === 2) terminal.clear('api', THREE);
      };
      const { sessions } = await swap(stage);
      expect(sessions[0]).toMatchObject({ outcome: 'resumed', sessionId: THREE });
      expect(savedFor(stage, 'api')).toBe(`${THREE}\n`);
      expect(terminal.runningIn('api')).toEqual({ id: THREE, accountHome: stage.to });
    }));

  test('leaves alone what somebody has started since the ids were saved', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { sessions } = await swap(stage, {
        onEvent: (event) => {
          if (event.kind === 'saved') stage.terminal.startOther('api');
        },
      });
      expect(told(sessions)).toMatchObject({ api: 'skipped terminal-busy', web: 'resumed' });
      expect(stage.terminal.signals).toHaveLength(1);
    }));
});
