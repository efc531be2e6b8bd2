import { join } from 'node:path';
import { saveResumeUUIDs, type SwapEvent } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../support/migrating.ts';
import { inWorld, makeFile, worldKinds } from '../support/world.ts';
import {
  ONE,
  savedFor,
  setStage,
  startBoth,
  swap,
  THREE,
  told,
  TWO,
  writeTranscript,
} from '../support/swapping.ts';

/** A system that says whether a process is there, and not since when. */
const withoutStart = {
  status: () => Promise.resolve({ state: 'running', start: undefined } as const),
};

describe.each(worldKinds)('swapAccounts (%s)', (kind) => {
  test('carries every running session to the other account, and leaves the rest at its shell', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { outcome, ok, sessions } = await swap(stage);
      expect([outcome, ok]).toEqual(['done', false]);
      expect(told(sessions)).toEqual({
        api: 'resumed',
        web: 'resumed',
        docs: 'skipped',
      });
      const { terminal, to } = stage;
      expect(terminal.runningIn('api')).toEqual({ id: ONE, accountHome: to });
      expect(terminal.runningIn('web')).toEqual({ id: TWO, accountHome: to });
      expect(terminal.runningIn('docs')).toBeUndefined();
      expect(terminal.entered.map(([session]) => session).toSorted()).toEqual(['api', 'web']);
      expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
    }));

  test('tells of every step: all are saved first, then one is moved, then the others', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const events: SwapEvent[] = [];
      await swap(stage, { onEvent: (event) => void events.push(event) });
      const kinds = events.map(({ kind }) => kind);
      expect(kinds.slice(0, 3)).toEqual(['started', 'validated', 'saved']);
      expect(kinds.slice(3, 5)).toEqual(['stopped', 'relaunched']);
      expect(kinds.slice(5, 7).toSorted()).toEqual(['skipped', 'stopped']);
      expect(kinds.slice(7)).toEqual(['relaunched', 'relaunched', 'finished']);
    }));

  test('is done with nothing to do where it is made again', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      await swap(stage);
      const { entered, signals } = stage.terminal;
      const [commands, ends] = [entered.length, signals.length];
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'already-running', web: 'already-running' });
      expect([entered.length, signals.length]).toEqual([commands, ends]);
    }));

  test('is refused, and not done, where no process can be told from a later one', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      makeFile(world, join(stage.stateDirectory, 'api', 'resume-id.txt'), `${THREE}\n`);
      const { outcome, ok, problems } = await swap(stage, { processInspector: withoutStart });
      expect([outcome, ok]).toEqual(['refused', false]);
      const busy = problems.filter(({ code }) => code === 'terminal-busy');
      const unidentified = { reason: 'unidentified', live: { sessionId: ONE } };
      expect(busy).toEqual([
        expect.objectContaining({
          session: 'api',
          ...unidentified,
          live: expect.objectContaining(unidentified.live) as unknown,
        }),
        expect.objectContaining({ session: 'web', reason: 'unidentified' }),
      ]);
      expect(stage.terminal.signals).toEqual([]);
      const saved = await saveResumeUUIDs(stage.sessions.slice(0, 1), {
        terminal: stage.terminal,
        stateDirectory: stage.stateDirectory,
        accountHomes: [stage.from],
        processInspector: withoutStart,
        fs: world.fs,
      });
      expect([saved.ok, saved.sessions[0]?.outcome]).toEqual([false, 'kept']);
    }));

  test('takes the session that runs now, not the one that was saved before', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      makeFile(world, join(stage.stateDirectory, 'api', 'resume-id.txt'), `${THREE}\n`);
      await swap(stage);
      expect(stage.terminal.runningIn('api')?.id).toBe(ONE);
    }));

  test('carries over the session that runs, though another was saved', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      for (const session of stage.sessions) writeTranscript(stage, THREE, session);
      const onEvent = ({ kind: what }: SwapEvent) => {
        if (what === 'saved') stage.terminal.clear('api', THREE);
      };
      const { sessions } = await swap(stage, { onEvent });
      expect(told(sessions)).toMatchObject({ api: 'resumed', web: 'resumed' });
      expect(stage.terminal.runningIn('api')).toEqual({ id: THREE, accountHome: stage.to });
      expect(savedFor(stage, 'api')).toBe(`${THREE}\n`);
    }));

  test('refuses, and touches nothing, where a home does not lead to the shared state', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      world.fs.unlinkSync(join(stage.to, 'projects'));
      makeFile(world, join(stage.to, 'projects', 'x'), 'the only copy');
      const { outcome, problems } = await swap(stage);
      expect(outcome).toBe('refused');
      expect(problems.map(({ code }) => code)).toContain('not-a-symlink');
      expect(stage.terminal.calls).toBe(0);
    }));

  test('refuses a home that is not there, instead of making one in which nobody is logged in', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const to = join(world.root, 'typo');
      const { outcome, problems } = await swap(stage, { to });
      expect(outcome).toBe('refused');
      expect(problems.map(({ code }) => code)).toEqual(['target-not-ready']);
      expect(world.fs.existsSync(to)).toBe(false);
      expect(stage.terminal.calls).toBe(0);
    }));

  test.each([
    ['the homes are', ''],
    ['their records are', 'sessions'],
  ])('refuses where %s one directory: no telling which account pays', (_, name) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const to = name === '' ? join(world.root, 'link') : stage.to;
      world.fs.symlinkSync(join(stage.from, name), join(to, name), 'junction');
      const { outcome, problems } = await swap(stage, { to });
      expect(outcome).toBe('refused');
      expect(problems.map(({ code }) => code)).toEqual(['accounts-overlap']);
      expect(stage.terminal.calls).toBe(0);
    }),
  );

  test('kills a program that does not end when it is asked to', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const pid = stage.terminal.start('api', ONE, stage.from, ['SIGTERM']);
      const { sessions } = await swap(stage);
      expect(stage.terminal.signals).toContainEqual([pid, 'SIGKILL']);
      expect(told(sessions)).toMatchObject({ api: 'resumed' });
    }));

  test('does not start a session anew whose program does not end at all', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.start('api', ONE, stage.from, ['SIGTERM', 'SIGKILL']);
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({
        api: 'skipped stop-timeout',
        web: 'skipped canary-failed',
      });
      expect(stage.terminal.runningIn('api')?.accountHome).toBe(stage.from);
    }));

  test('does not stop a session that could not be resumed under the other account', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      // Nothing has been said in it since /clear, so it has no transcript.
      stage.terminal.clear('api', THREE);
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ api: 'skipped transcript-missing', web: 'resumed' });
      expect(stage.terminal.runningIn('api')).toEqual({ id: THREE, accountHome: stage.from });
    }));

  test('never touches what keeps no session record', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.startOther('docs');
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({ docs: 'skipped terminal-busy' });
      expect(stage.terminal.signals.map(([, signal]) => signal)).toEqual(['SIGTERM', 'SIGTERM']);
    }));

  test('does not stop a session whose id could not be saved', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      makeFile(world, join(stage.stateDirectory, 'api'), 'in the way');
      const { sessions } = await swap(stage);
      expect(told(sessions)).toMatchObject({
        api: 'skipped io-error',
        web: 'resumed',
      });
      expect(stage.terminal.runningIn('api')?.accountHome).toBe(stage.from);
    }));

  test('tells of a session without a terminal, and goes on with the others', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const cwd = join(world.root, 'work');
      const { sessions } = await swap(stage, {
        sessions: [...stage.sessions, { name: 'gone', cwd }],
      });
      expect(told(sessions)).toMatchObject({ gone: 'skipped terminal-missing', api: 'resumed' });
    }));

  test('stops at the signal, and the same call goes on', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const stopping = new AbortController();
      const onEvent = ({ kind }: SwapEvent) => {
        if (kind === 'saved') stopping.abort();
      };
      const { outcome, sessions } = await swap(stage, { onEvent, signal: stopping.signal });
      expect(outcome).toBe('stopped');
      expect(told(sessions)).toMatchObject({ api: 'skipped aborted' });
      expect(stage.terminal.runningIn('api')?.accountHome).toBe(stage.from);
      expect(told((await swap(stage)).sessions)).toMatchObject({ api: 'resumed', web: 'resumed' });
    }));

  test('does not start a session that runs under a third account, outside of its terminal', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const elsewhere = join(world.root, 'c');
      stage.terminal.open('outside');
      stage.terminal.start('outside', THREE, elsewhere);
      const [, , docs] = stage.sessions;
      if (docs === undefined) throw new Error('no session');
      writeTranscript(stage, THREE, docs);
      makeFile(world, join(stage.stateDirectory, 'docs', 'resume-id.txt'), `${THREE}\n`);
      const accountHomes = [stage.from, stage.to, elsewhere];
      const { sessions } = await swap(stage, { accountHomes });
      expect(told(sessions)).toMatchObject({ api: 'resumed', docs: 'skipped' });
      expect(sessions[2]?.problems).toContainEqual(
        expect.objectContaining({ code: 'session-running', accountHome: elsewhere }),
      );
      expect(stage.terminal.entered.map(([name]) => name).toSorted()).toEqual(['api', 'web']);
    }));

  test('goes on with the others where the first one runs under the target by now', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const onEvent = (event: SwapEvent) => {
        if (event.kind !== 'stopped' || event.session !== 'api') return;
        stage.terminal.start('api', ONE, stage.to);
      };
      const { outcome, sessions } = await swap(stage, { onEvent, canary: 'api' });
      expect([outcome, told(sessions)]).toMatchObject([
        'done',
        { api: 'already-running', web: 'resumed' },
      ]);
    }));

  test('leaves a session alone whose directory nobody can type, and moves the others', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const [api, web] = stage.sessions;
      if (api === undefined || web === undefined) throw new Error('no sessions');
      const odd = { ...web, cwd: `${web.cwd}/a\tb` };
      const { outcome, sessions } = await swap(stage, { sessions: [odd, api] });
      expect([outcome, told(sessions)]).toEqual([
        'done',
        { api: 'resumed', web: 'skipped invalid-argument' },
      ]);
      expect(stage.terminal.runningIn('web')?.accountHome).toBe(stage.from);
    }));

  test('leaves a session to whoever carries it over already', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      let meanwhile: ReturnType<typeof swap> | undefined;
      const onEvent = ({ kind }: SwapEvent) => {
        if (kind === 'validated') meanwhile = swap(stage);
      };
      expect(told((await swap(stage, { onEvent })).sessions)).toMatchObject({ api: 'resumed' });
      const other = await meanwhile;
      expect(other?.outcome).toBe('refused');
      expect(other?.problems.map(({ code }) => code)).toEqual(['locked-by-other']);
    }));
});

test.each(['capture', 'processIds', 'isAtShell'] as const)(
  'a terminal whose %s gives nonsense is told, and nothing is typed into it',
  (call) =>
    inWorld('memory', async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const terminal = Object.assign(stage.terminal, { [call]: () => Promise.resolve({}) });
      const { sessions } = await swap(stage, { terminal });
      expect(told(sessions)).toMatchObject({ docs: 'skipped terminal-failed' });
    }),
);

test.each([
  ['a version that is none', { programVersion: 'latest' }],
  ['a default home that nobody could type', { defaultAccountHome: '/home/a\nb/.claude' }],
  ['a target home that nobody could type', { to: '/home/a\nb' }],
])('refuses %s before anything is stopped', (_, more) =>
  inWorld('memory', async (world) => {
    const stage = setStage(world);
    startBoth(stage);
    const { problems } = await refusalOf(swap(stage, more));
    expect(problems.map(({ code }) => code)).toEqual(['invalid-argument']);
    expect(stage.terminal.calls).toBe(0);
  }),
);
