import { join } from 'node:path';
import { relaunchSessions, type RelaunchOptions } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import type { Launch } from '../support/fake-terminal.ts';
import { refusalOf } from '../support/migrating.ts';
import { ONE, setStage, type Stage, THREE, told, writeTranscript } from '../support/swapping.ts';
import { inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

async function relaunch(stage: Stage, more: Partial<RelaunchOptions> = {}) {
  const { options, to, from } = stage;
  const [session] = stage.sessions;
  if (session === undefined) throw new Error('no session');
  const accountHomes = [to, from];
  return await relaunchSessions([session], { ...options, targetHome: to, accountHomes, ...more });
}

/** One session of which an id is saved, and its transcript is there. */
function stopped(world: World, launch: Launch = 'resumes', text = '$'): Stage {
  const stage = setStage(world);
  stage.terminal.open('api', { launch, text });
  save(stage, `${ONE}\n`);
  const [session] = stage.sessions;
  if (session !== undefined) writeTranscript(stage, ONE, session);
  return stage;
}

function save({ world, stateDirectory }: Stage, content: string): void {
  makeFile(world, join(stateDirectory, 'api', 'resume-id.txt'), content);
}

const limitEnd = '2026-11-29T16:00:07.000Z';
/** What the program writes when it has hit a limit, and waits for its end. */
const limited = [
  {
    type: 'assistant',
    uuid: 'limit',
    parentUuid: ONE,
    timestamp: '2026-03-01T12:00:01Z',
    isApiErrorMessage: true,
    error: 'rate_limit',
    quotaLimits: { resetsAt: Date.parse(limitEnd) / 1000 },
    message: { role: 'assistant', content: [{ type: 'text', text: 'Limit' }] },
  },
  {
    type: 'system',
    uuid: 'notice',
    parentUuid: 'limit',
    timestamp: '2026-03-01T12:00:02Z',
    subtype: 'informational',
    content: 'Usage limit reached · set to continue automatically at 4pm',
  },
];

/** The session that is saved for one terminal, and before that, in the given spelling, for another one. */
async function relaunchTwice(world: World, spelled: string) {
  const stage = stopped(world);
  const [api, web] = stage.sessions;
  if (api === undefined || web === undefined) throw new Error('no sessions');
  makeFile(world, join(stage.stateDirectory, 'web', 'resume-id.txt'), spelled);
  const both = [{ ...web, cwd: api.cwd }, api];
  const { sessions } = await relaunchSessions(both, { ...stage.options, targetHome: stage.to });
  return { sessions, entered: stage.terminal.entered };
}

describe.each(worldKinds)('relaunchSessions (%s)', (kind) => {
  test('types one resume command for the target home, and sees it resume', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const { ok, sessions } = await relaunch(stage);
      expect([ok, told(sessions)]).toEqual([true, { api: 'resumed' }]);
      expect(stage.terminal.entered).toHaveLength(1);
      expect(stage.terminal.runningIn('api')).toEqual({ id: ONE, accountHome: stage.to });
    }));

  test.each([
    ['nothing is saved', undefined, 'resume-id-unusable'],
    ['what is saved is no id', 'half of an id: 0b8e5c1a-2f6d', 'resume-id-unusable'],
    ['the id is one without a transcript', `${THREE}\n`, 'transcript-missing'],
  ])('leaves the terminal at its shell where %s', (_, content, code) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      if (content !== undefined) save(stage, content);
      const { ok, sessions } = await relaunch(stage);
      expect(ok).toBe(false);
      expect(sessions[0]?.outcome).toBe('skipped');
      expect(sessions[0]?.problems.map((it) => it.code)).toContain(code);
      expect(stage.terminal.entered).toEqual([]);
    }),
  );

  test.each<readonly [what: string, launch: Launch, outcome: string]>([
    ['the program ends instead', 'fails', 'failed resume-failed'],
    ['the program asks about trust', 'asks', 'awaiting-input resume-awaiting-input'],
    ['the program shows nothing for as long as it is given', 'hangs', 'unknown resume-failed'],
  ])('tells where %s', (_, launch, outcome) =>
    inWorld(kind, async (world) => {
      const stage = stopped(world, launch);
      expect(told((await relaunch(stage)).sessions)).toEqual({ api: outcome });
      // Nothing is answered: not even Enter is pressed a second time.
      expect(stage.terminal.entered).toHaveLength(1);
    }),
  );

  test.each([
    ['runs a hook of cd', (command: string) => `$ ${command}\nFound .nvmrc\n`],
    ['has not read the command yet', (command: string) => `${command}\n$ ${command}\n$`],
  ])('waits for the program where the shell %s', (what, show) =>
    inWorld(kind, async (world) => {
      const stage = stopped(world, 'waits');
      const { terminal } = stage;
      let looks = 0;
      const sleep = () => {
        looks += 1;
        const command = terminal.entered[0]?.[1] ?? '';
        if (command !== '') terminal.show('api', show(command));
        if (looks === (what.includes('hook') ? 100 : 10)) terminal.start('api', ONE, stage.to);
        return Promise.resolve();
      };
      expect(told((await relaunch(stage, { sleep })).sessions)).toEqual({ api: 'resumed' });
    }),
  );

  test('does not take a question for one that stands in the history of the session', () =>
    inWorld(kind, async (world) => {
      const text = '❯ No, exit\n  Yes, I trust this folder\n$';
      const stage = stopped(world, 'resumes', text);
      expect(told((await relaunch(stage)).sessions)).toEqual({ api: 'resumed' });
    }));

  test('types nothing where the session runs already under the target home', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const pid = stage.terminal.start('api', ONE, stage.to);
      const { sessions } = await relaunch(stage);
      expect(sessions[0]).toMatchObject({ outcome: 'already-running', pid });
      expect(stage.terminal.entered).toEqual([]);
    }));

  test('types nothing into a terminal in which something else runs', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      stage.terminal.startOther('api');
      expect(told((await relaunch(stage)).sessions)).toEqual({ api: 'skipped terminal-busy' });
      stage.terminal.open('api');
      stage.terminal.start('api', THREE, stage.to);
      const [session] = (await relaunch(stage)).sessions;
      expect(session?.outcome).toBe('skipped');
      expect(session?.problems).toMatchObject([
        { code: 'terminal-busy', reason: 'other-session', live: { sessionId: THREE } },
      ]);
      expect(stage.terminal.entered).toEqual([]);
    }));

  test.each([
    ['after the look at it', ['isAtShell'], 0],
    ['while the line is cleared', ['isAtShell', 'isAtShell', 'press', 'press'], 2],
  ])('types nothing into what somebody starts %s', (_, first, keys) =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const { terminal } = stage;
      const calls: string[] = [];
      terminal.onCall = (call) => {
        if (calls.length === first.length) terminal.startOther('api');
        if (call === 'isAtShell' || call === 'press') calls.push(call);
      };
      expect(told((await relaunch(stage)).sessions)).toEqual({ api: 'skipped terminal-busy' });
      expect(calls.slice(0, first.length)).toEqual(first);
      expect(calls.filter((call) => call === 'press')).toHaveLength(keys);
      expect(terminal.entered).toEqual([]);
    }),
  );

  test('leaves a session alone that waits in another terminal, and says until when', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const [session] = stage.sessions;
      if (session !== undefined) writeTranscript(stage, ONE, session, limited);
      stage.terminal.start('web', ONE, stage.from);
      const { sessions } = await relaunch(stage);
      expect(sessions[0]?.outcome).toBe('skipped');
      expect(sessions[0]?.problems).toContainEqual(
        expect.objectContaining({ code: 'session-running', continuesAt: limitEnd }),
      );
      expect(stage.terminal.entered).toEqual([]);
    }));

  test('starts a session once, though it is saved for two terminals', () =>
    inWorld(kind, async (world) => {
      const { sessions, entered } = await relaunchTwice(world, ONE);
      expect(sessions.map(({ outcome }) => outcome).toSorted()).toEqual(['resumed', 'skipped']);
      const problems = sessions.flatMap((session) => session.problems);
      expect(problems).toContainEqual(
        expect.objectContaining({ code: 'resume-id-unusable', reason: 'shared' }),
      );
      expect(entered).toHaveLength(1);
    }));

  test('starts it where it was saved as spelled, whichever terminal comes first', () =>
    inWorld(kind, async (world) => {
      const { sessions, entered } = await relaunchTwice(world, ONE.toUpperCase());
      expect(sessions.map(({ outcome }) => outcome)).toEqual(['skipped', 'resumed']);
      expect(entered).toHaveLength(1);
    }));

  test('begins the line anew where somebody has begun to type', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      await stage.terminal.type('api', 'rm -rf ');
      await relaunch(stage);
      expect(stage.terminal.entered[0]?.[1]).toMatch(/^cd /);
    }));

  test('stops waiting at the signal', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world, 'hangs');
      const stopping = new AbortController();
      const sleep = () => Promise.resolve(stopping.abort());
      const { sessions } = await relaunch(stage, { sleep, signal: stopping.signal });
      expect(told(sessions)).toEqual({ api: 'unknown aborted' });
    }));

  test('types nothing where the signal was given before', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const { sessions } = await relaunch(stage, { signal: AbortSignal.abort() });
      expect(told(sessions)).toEqual({ api: 'skipped aborted' });
      expect(stage.terminal.entered).toEqual([]);
    }));

  test('waits by the clock where it is told of no other way', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const { sessions } = await relaunch(stage, { sleep: undefined, pollMs: 1 });
      expect(told(sessions)).toEqual({ api: 'resumed' });
    }));

  test('tells what a terminal says that fails without an error', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const { terminal } = stage.options;
      const mute = {
        capture: () => terminal.capture('api'),
        type: () => Promise.resolve(),
        press: () => Promise.resolve(),
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- somebody else's may
        processIds: () => Promise.reject('the line is dead'),
        isAtShell: () => terminal.isAtShell('api'),
        signal: () => Promise.resolve(),
      };
      const { sessions } = await relaunch(stage, { terminal: mute });
      expect(sessions[0]?.problems[0]).toMatchObject({
        code: 'terminal-failed',
        reason: 'the line is dead',
      });
    }));

  test('waits for no lock, and takes over that of a process that has ended', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const lock = join(stage.stateDirectory, '.lock');
      world.fs.symlinkSync('7.1.abc.test', lock, 'junction');
      expect(told((await relaunch(stage)).sessions)).toEqual({ api: 'resumed' });
      world.fs.symlinkSync('not by this library', lock, 'junction');
      const { problems } = await relaunch(stage);
      expect(problems.map(({ code }) => code)).toEqual(['locked-by-other']);
    }));

  test('hands on how the program is started, for all sessions or for one', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      await relaunch(stage, {
        launch: { program: '/opt/claude', prompt: 'Go on.' },
        resumeTimeoutMs: 1,
      });
      expect(stage.terminal.entered[0]?.[1]).toMatch(/ \/opt\/claude --resume \S+ -- 'Go on\.'$/);
    }));

  test('starts a session as is said for that one, not as for all', () =>
    inWorld(kind, async (world) => {
      const stage = stopped(world);
      const [session] = stage.sessions;
      if (session === undefined) throw new Error('no session');
      const own = { ...session, launch: { program: '/opt/own' } };
      const { options, to, from } = stage;
      await relaunchSessions([own], {
        ...options,
        targetHome: to,
        accountHomes: [to, from],
        launch: { program: '/opt/claude' },
      });
      expect(stage.terminal.entered[0]?.[1]).toMatch(/ \/opt\/own --resume \S+$/);
    }));
});

test.each([
  ['a prompt of two lines', { launch: { prompt: 'one\ntwo' } }, 'invalid-argument'],
  ['a relative home', { targetHome: 'home' }, 'invalid-argument'],
  ['no time to wait', { resumeTimeoutMs: 0 }, 'invalid-argument'],
])('refuses %s before anything is touched', (_, more, code) =>
  inWorld('memory', async (world) => {
    const stage = stopped(world);
    const { problems } = await refusalOf(relaunch(stage, more));
    expect(problems.map((it) => it.code)).toEqual([code]);
    expect(stage.terminal.calls).toBe(0);
  }),
);

test('a home with spaces, quotes and $ is typed so that a shell reads it as it is', () =>
  inWorld('memory', async (world) => {
    const stage = stopped(world);
    const targetHome = join(world.root, `it's "$HOME" (2)`);
    makeFile(world, join(targetHome, '.claude.json'), '{}');
    world.fs.symlinkSync(
      join(world.root, 'shared/.claude-projects-shared'),
      join(targetHome, 'projects'),
      'junction',
    );
    await relaunch(stage, { targetHome, resumeTimeoutMs: 1 });
    expect(stage.terminal.entered[0]?.[1]).toContain(
      String.raw` CLAUDE_CONFIG_DIR='${world.root}/it'\''s "$HOME" (2)' `,
    );
  }));
