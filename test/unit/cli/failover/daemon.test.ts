import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DaemonSetup, runDaemon } from '../../../../src/cli/failover/daemon.ts';
import type { DaemonEvent } from '../../../../src/cli/failover/events.ts';
import { hooked } from '../../support/hooked.ts';
import { failWith } from '../../support/posix-error.ts';
import {
  addAnswer,
  ONE,
  savedFor,
  setStage,
  type Stage,
  startBoth,
  THREE,
  TWO,
} from '../../support/swapping.ts';
import { inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const LIMIT = { error: 'rate_limit', text: "You've hit your session limit · resets 4pm (UTC)" };

/** Lets a daemon poll once, then once more after each of these, and stops it. */
async function watch(
  stage: Stage,
  between: readonly (() => void)[],
  more: Partial<DaemonSetup> = {},
): Promise<{ readonly events: readonly DaemonEvent[]; readonly isDone: boolean }> {
  const { world, from, to, sessions, options } = stage;
  const events: DaemonEvent[] = [];
  const stopping = new AbortController();
  let polls = 0;
  const { stateDirectory, required = [], processInspector, sleep, pid = 1 } = options;
  const isDone = await runDaemon({
    homes: [from, to],
    accounts: [from, to].map((account) => ({ account })),
    named: sessions,
    isDiscovering: false,
    tools: {
      terminal: stage.terminal,
      stateDirectory,
      required,
      fs: world.fs,
      processInspector,
      sleep,
      defaultAccountHome: '/home/me/.claude',
    },
    pid,
    readFile: async (path) =>
      world.fs.existsSync(path) ? String(world.fs.readFileSync(path, 'utf8')) : undefined,
    replaceFile: async (path, text) => void makeFile(world, path, text),
    pollMs: 15_000,
    cooldownMs: 300_000,
    next: 'round-robin',
    whenExhausted: 'wait',
    isDryRun: false,
    isOnce: false,
    signal: stopping.signal,
    now: () => new Date(START + polls * 15_000),
    rest: async () => {
      const next = between[polls];
      polls += 1;
      if (next === undefined) stopping.abort();
      else next();
    },
    onStatus: () => undefined,
    ...more,
    onEvent: (event, at) => {
      events.push(event);
      more.onEvent?.(event, at);
    },
  });
  return { events, isDone };
}

const names = (events: readonly DaemonEvent[]) => events.map(({ event }) => event);
const homeOf = ({ terminal }: Stage, name: string) => terminal.runningIn(name)?.accountHome;

function begin(world: World): Stage {
  const stage = setStage(world);
  startBoth(stage);
  return stage;
}

const hitLimit = (stage: Stage) => () => {
  const [api] = stage.sessions;
  if (api !== undefined) addAnswer(stage, ONE, api, LIMIT);
};

/** Lets the record of the first session say where it runs. */
function recordDirectory(stage: Stage): void {
  const { world, from, sessions } = stage;
  const pid = pidOf(stage, ONE);
  const record = { pid, sessionId: ONE, procStart: '1', status: 'idle', cwd: sessions[0]?.cwd };
  makeFile(world, join(from, 'sessions', `${pid}.json`), JSON.stringify(record));
}

describe.each(worldKinds)('the daemon (%s)', (kind) => {
  const on = (story: (stage: Stage) => Promise<void>) => () =>
    inWorld(kind, (world) => story(begin(world)));

  test(
    'saves the ids at every poll, and moves all sessions when one reaches a limit',
    on(async (stage) => {
      const { events, isDone } = await watch(stage, [hitLimit(stage), () => undefined]);
      expect(isDone).toBe(true);
      expect(names(events)).toEqual([
        'started',
        'session-found',
        'session-found',
        'session-found',
        'limit-reached',
        'swap-started',
        'session-stopped',
        'session-moved',
        'session-stopped',
        'session-moved',
        'swap-done',
        'stopped',
      ]);
      expect([homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([stage.to, stage.to]);
      expect([savedFor(stage, 'api'), savedFor(stage, 'web')]).toEqual([`${ONE}\n`, `${TWO}\n`]);
      // No session ever ran in it.
      expect(stage.terminal.entered.map(([name]) => name).toSorted()).toEqual(['api', 'web']);
    }),
  );

  test('says once that no session runs, and waits for one', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      const start = () => {
        startBoth(stage);
        recordDirectory(stage);
      };
      const between = [() => undefined, start];
      const { events } = await watch(stage, between, { named: [], isDiscovering: true });
      expect(names(events)).toEqual(['started', 'no-session', 'session-found', 'stopped']);
    }));

  /** Whether the swap was over before so many events. */
  const killedAt = (last: number) =>
    inWorld(kind, async (world) => {
      const stage = begin(world);
      await watch(stage, [], { isOnce: true });
      hitLimit(stage)();
      let count = 0;
      const onEvent = () => {
        count += 1;
        if (count >= last) throw new Error('killed');
      };
      const isOver = await watch(stage, [() => undefined], { onEvent }).then(
        () => true,
        () => false,
      );
      await watch(stage, [() => undefined]);
      expect([last, homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([
        last,
        stage.to,
        stage.to,
      ]);
      return isOver;
    });

  test('killed at any event, completes the swap when it is started again', async () => {
    let last = 2;
    while (!(await killedAt(last))) last += 1;
    expect(last).toBeGreaterThan(8);
  });

  test(
    'makes the terminals again after the tmux server has died, and brings the sessions back',
    on(async (stage) => {
      const { terminal, from, sessions } = stage;
      const { events } = await watch(stage, [() => terminal.closeAll(), () => undefined]);
      expect(terminal.created).toEqual(sessions.slice(0, 2).map(({ name, cwd }) => [name, cwd]));
      expect(names(events).filter((name) => name.startsWith('session-'))).toEqual([
        'session-found',
        'session-found',
        'session-found',
        'session-lost',
        'session-lost',
        'session-relaunched',
        'session-relaunched',
      ]);
      expect([homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([from, from]);
    }),
  );

  test(
    'brings the sessions back although another tmux server runs by now, with other terminals',
    on(async (stage) => {
      const { terminal, from } = stage;
      recordDirectory(stage);
      const restart = () => {
        terminal.closeAll();
        terminal.serverId += 1;
        terminal.open('notes');
      };
      const more = { named: [], isDiscovering: true };
      const { events } = await watch(stage, [restart, () => undefined], more);
      expect(names(events)).toContain('session-relaunched');
      expect(homeOf(stage, 'api')).toBe(from);
    }),
  );

  test(
    'watches a session under its new name, also if it differs by upper and lower case only',
    on(async (stage) => {
      const { terminal, from, to } = stage;
      recordDirectory(stage);
      const rename = () => {
        terminal.close('api');
        terminal.open('API');
        terminal.start('API', ONE, from);
        recordDirectory(stage);
      };
      const more = { named: [], isDiscovering: true };
      const { events } = await watch(stage, [rename, hitLimit(stage), () => undefined], more);
      expect(names(events)).not.toContain('poll-failed');
      expect(homeOf(stage, 'API')).toBe(to);
    }),
  );

  test(
    'brings a session back that was killed, and none that ended by itself',
    on(async (stage) => {
      const { terminal, from } = stage;
      const { events } = await watch(stage, [
        () => {
          void terminal.signal('api', pidOf(stage, ONE), 'SIGKILL');
          void terminal.signal('web', pidOf(stage, TWO), 'SIGTERM');
        },
        () => undefined,
      ]);
      expect(names(events)).toContain('session-killed');
      expect(names(events)).toContain('session-ended');
      expect([homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([from, undefined]);
    }),
  );

  test(
    'begins nothing while the disk is full, says so once, and goes on when there is room',
    on(async (stage) => {
      const { world, terminal, to } = stage;
      let isFull = false;
      let signalsWhileFull = -1;
      const { events } = await watch(
        stage,
        [
          () => {
            isFull = true;
            hitLimit(stage)();
          },
          () => undefined,
          () => {
            signalsWhileFull = terminal.signals.length;
            isFull = false;
          },
          () => undefined,
        ],
        {
          replaceFile: async (path, text) => {
            if (isFull) throw new Error('ENOSPC: no space left on device');
            makeFile(world, path, text);
          },
        },
      );
      expect(signalsWhileFull).toBe(0);
      expect(names(events).filter((name) => name === 'not-saved')).toHaveLength(1);
      expect([homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([to, to]);
    }),
  );

  test(
    'with a canary moves that session first, and then the others',
    on(async (stage) => {
      const { events } = await watch(stage, [hitLimit(stage)], { canary: 'web' });
      const stopped = events.filter(({ event }) => event === 'session-stopped');
      expect(stopped.map(({ session }) => session)).toEqual(['web', 'api']);
    }),
  );

  test(
    'leaves the others where they are if the canary does not go on, and brings that one back',
    on(async (stage) => {
      const { terminal, from } = stage;
      terminal.setLaunch('web', 'fails');
      const { events } = await watch(
        stage,
        [hitLimit(stage), () => terminal.setLaunch('web', 'resumes')],
        { canary: 'web' },
      );
      expect(names(events)).toContain('canary-failed');
      expect([homeOf(stage, 'api'), homeOf(stage, 'web')]).toEqual([from, from]);
    }),
  );

  test(
    'stops when all accounts are exhausted, if it was told to',
    on(async (stage) => {
      const { events, isDone } = await watch(stage, [hitLimit(stage), () => undefined], {
        accounts: [{ account: stage.from }],
        whenExhausted: 'stop',
      });
      expect([isDone, names(events).slice(-2)]).toEqual([false, ['all-exhausted', 'stopped']]);
    }),
  );

  test(
    'in a dry run says once what it would do, and stops and types nothing',
    on(async (stage) => {
      const { terminal } = stage;
      const { events } = await watch(stage, [hitLimit(stage), () => undefined, () => undefined], {
        isDryRun: true,
      });
      const said = events.filter(({ event }) => event === 'would-act');
      expect(said.map(({ sessions }) => sessions)).toEqual([['api', 'web']]);
      expect([terminal.signals, terminal.entered]).toEqual([[], []]);
    }),
  );

  test(
    'in a dry run says which sessions it would relaunch',
    on(async (stage) => {
      const end = () => void stage.terminal.signal('api', pidOf(stage, ONE), 'SIGKILL');
      const { events } = await watch(stage, [end, () => undefined], { isDryRun: true });
      const said = events.filter(({ event }) => event === 'would-act');
      expect(said.map(({ text }) => text)).toEqual(['relaunch api']);
    }),
  );

  test(
    'asked to look once, does what is due then, with what it remembers of the looks before',
    on(async (stage) => {
      await watch(stage, [], { isOnce: true });
      hitLimit(stage)();
      const { isDone } = await watch(stage, [], { isOnce: true });
      expect([isDone, homeOf(stage, 'api')]).toEqual([true, stage.to]);
    }),
  );

  test(
    'asked to look once, says that nothing could be done about a limit',
    on(async (stage) => {
      const { terminal } = stage;
      const once = () => watch(stage, [], { isOnce: true, canary: 'web' });
      expect((await once()).isDone).toBe(true);
      hitLimit(stage)();
      terminal.setLaunch('web', 'fails');
      const failed = await once();
      expect([failed.isDone, names(failed.events)]).toEqual([
        false,
        expect.arrayContaining(['canary-failed']),
      ]);
      terminal.setLaunch('web', 'resumes');
      const left = await once();
      expect([left.isDone, names(left.events)]).toEqual([
        false,
        expect.arrayContaining(['session-relaunched', 'no-account']),
      ]);
    }),
  );

  test(
    'says once that a transcript cannot be read, and not at every poll',
    on(async (stage) => {
      const { world, terminal, stateDirectory, options } = stage;
      const { required = [], processInspector, sleep } = options;
      const { events } = await watch(stage, [() => undefined, () => undefined], {
        tools: {
          terminal,
          stateDirectory,
          required,
          fs: hooked(world, {
            before: (call, path) => {
              if (call === 'open' && path.endsWith(`${ONE}.jsonl`)) failWith('EACCES');
            },
          }),
          processInspector,
          sleep,
        },
      });
      const told = events.filter(({ event }) => event === 'transcript-unreadable');
      expect(told.map(({ text }) => text)).toEqual([expect.stringContaining(`${ONE}.jsonl`)]);
    }),
  );

  test(
    'makes the terminal of a session again whose pane was named, and whose server has died',
    on(async (stage) => {
      const { terminal, from, sessions } = stage;
      const [api] = sessions;
      if (api === undefined) throw new Error('no such session');
      terminal.close('api');
      for (const pane of ['api:%1', 'api:%2']) terminal.open(pane);
      terminal.start('api:%1', THREE, from);
      terminal.start('api:%2', ONE, from);
      const more = { named: [{ ...api, pane: '%2' }] };
      const { events } = await watch(stage, [() => terminal.closeAll(), () => undefined], more);
      expect(names(events)).toContain('session-relaunched');
      expect(homeOf(stage, 'api')).toBe(from);
      expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
    }),
  );

  test(
    'finds the sessions that run in terminals by itself, with their directories',
    on(async (stage) => {
      recordDirectory(stage);
      const { events } = await watch(stage, [() => stage.terminal.close('web')], {
        named: [],
        isDiscovering: true,
      });
      // The record of the other one does not say where it runs.
      const found = events.filter(({ event }) => event === 'session-found');
      expect(found.map(({ session }) => session)).toEqual(['api']);
    }),
  );

  test(
    'goes on after a poll that failed, and forgets a damaged file',
    on(async (stage) => {
      const { world, stateDirectory, terminal } = stage;
      makeFile(world, join(stateDirectory, 'daemon.json'), '{"version":1,"swap":');
      let isBroken = true;
      const sessions = terminal.sessions.bind(terminal);
      terminal.sessions = () => (isBroken ? Promise.reject(new Error('tmux hangs')) : sessions());
      const { events } = await watch(stage, [
        () => undefined,
        () => {
          isBroken = false;
        },
        hitLimit(stage),
      ]);
      expect(names(events).filter((name) => name === 'poll-failed')).toHaveLength(1);
      expect(homeOf(stage, 'api')).toBe(stage.to);
    }),
  );
});

/** The process of a session that runs under the first account. */
function pidOf({ world, from }: Stage, id: string): number {
  const directory = join(from, 'sessions');
  const files = world.fs.readdirSync(directory).map(String);
  const file = files.find((name) =>
    String(world.fs.readFileSync(join(directory, name), 'utf8')).includes(id),
  );
  return Number.parseInt(file ?? '', 10);
}
