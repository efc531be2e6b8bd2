import { join } from 'node:path';
import { type FailoverProblem, planSwap, type SwapOptions } from 'claude-shared-state/failover';
import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import {
  addAnswer,
  ONE,
  setStage,
  type Stage,
  startBoth,
  swap,
  told,
  TWO,
} from '../support/swapping.ts';
import {
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  snapshot,
  worldKinds,
} from '../support/world.ts';

async function plan(stage: Stage, more: Partial<SwapOptions> = {}) {
  const { from, to, options } = stage;
  return await planSwap({ ...options, from, to, sessions: stage.sessions.slice(0, 2), ...more });
}

/** Changes what `.claude.json` of the target says. */
function configure({ world, to }: Stage, members: object): void {
  const path = join(to, '.claude.json');
  const before: unknown = JSON.parse(String(world.fs.readFileSync(path, 'utf8')));
  makeFile(world, path, JSON.stringify(Object.assign({}, before, members)));
}

const bypassed = { launch: { dangerouslySkipPermissions: true } } as const;

/** What keeps a target from taking any session, with how the swap is asked for. */
const unready: readonly (readonly [
  what: string,
  prepare: (stage: Stage) => void,
  more: Partial<SwapOptions>,
  found: object,
])[] = [
  [
    'nobody is logged in there',
    (stage) => configure(stage, { oauthAccount: undefined }),
    {},
    { code: 'target-not-ready', reason: 'not-logged-in' },
  ],
  [
    'its token is gone and logins are kept in files',
    ({ world, from }) =>
      makeFile(world, join(from, '.credentials.json'), '{"claudeAiOauth":{"accessToken":"a"}}'),
    {},
    { code: 'target-not-ready', reason: 'not-logged-in' },
  ],
  [
    'it is logged in to the account that is to be left',
    (stage) =>
      configure(stage, {
        oauthAccount: { accountUuid: `user-of-${stage.from}`, organizationUuid: 'one' },
      }),
    {},
    { code: 'target-not-ready', reason: 'same-account' },
  ],
  [
    'it does not trust a working directory',
    (stage) => configure(stage, { projects: {} }),
    {},
    { code: 'directory-not-trusted' },
  ],
  [
    'it has not accepted that permissions are bypassed',
    () => {},
    bypassed,
    { code: 'target-not-ready', reason: 'bypass-not-accepted' },
  ],
  [
    'the program is not there',
    () => {},
    { launch: { program: '/nowhere/claude' } },
    { code: 'target-not-ready', reason: 'program-missing', detail: '/nowhere/claude' },
  ],
];

describe.each(worldKinds)('planSwap (%s)', (kind) => {
  test('says what would be moved, and changes nothing', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const before = snapshot(world);
      const { ok, sessions, problems } = await plan(stage);
      expect([ok, problems]).toEqual([true, []]);
      expect(sessions.map(({ name, action, sessionId }) => [name, action, sessionId])).toEqual([
        ['api', 'move', ONE],
        ['web', 'move', TWO],
      ]);
      expect(snapshot(world)).toEqual(before);
      expect([stage.terminal.signals, stage.terminal.entered]).toEqual([[], []]);
    }));

  test.each(unready)('and the swap refuse and stop nothing if %s', (_, prepare, more, found) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      prepare(stage);
      const planned = await plan(stage, more);
      expect(planned.ok).toBe(false);
      expect(planned.problems).toContainEqual(expect.objectContaining(found));

      const { outcome, problems } = await swap(stage, more);
      expect(outcome).toBe('refused');
      expect(problems).toContainEqual(expect.objectContaining(found));
      expect(stage.terminal.signals).toEqual([]);
      expect(stage.terminal.runningIn('api')?.accountHome).toBe(stage.from);
    }),
  );

  test.each(['from', 'to'] as const)('accepts that what is shared is in the home %s', (side) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      const { [side]: pool, sessions, terminal, options } = stage;
      const required = (options.required ?? []).map(({ name }) => ({
        name,
        target: join(pool, name),
      }));
      for (const { name, target } of required) {
        for (const home of [stage.from, stage.to]) world.fs.unlinkSync(join(home, name));
        makeDirectory(world, target);
        const other = pool === stage.from ? stage.to : stage.from;
        makeLink(world, join(other, name), target);
      }
      const [api] = sessions;
      if (api === undefined) throw new Error('no session');
      const message = { role: 'user', content: 'Hello' };
      const row = {
        type: 'user',
        uuid: ONE,
        sessionId: ONE,
        timestamp: '2026-03-01T12:00:00Z',
        message,
      };
      makeFile(
        world,
        join(pool, 'projects', projectKey(api.cwd), `${ONE}.jsonl`),
        `${JSON.stringify(row)}\n`,
      );
      terminal.start('api', ONE, stage.from);

      const more = { required, sessions: [api] };
      expect(await plan(stage, more)).toMatchObject({ ok: true, problems: [] });
      expect(told((await swap(stage, more)).sessions)).toEqual({ api: 'resumed' });
    }),
  );

  test.each([
    ['as it ran', undefined, ['launch-argument-omitted']],
    ['as the caller says', { program: 'claude' }, []],
  ] as const)('warns of lost arguments without /proc if a session runs %s', (_, launch, codes) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const { ok, sessions } = await plan(stage, { launch });
      expect(ok).toBe(true);
      const own = sessions[0]?.problems.map(({ code }) => code);
      expect(own?.filter((code) => code !== 'session-running')).toEqual(codes);
    }),
  );

  test('skips a session that is at its shell and runs elsewhere', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const [api] = stage.sessions;
      if (api === undefined) throw new Error('no session');
      const elsewhere = join(world.root, 'c');
      makeFile(world, join(stage.stateDirectory, 'api', 'resume-id.txt'), `${ONE}\n`);
      stage.terminal.open('api');
      stage.terminal.open('outside');
      stage.terminal.start('outside', ONE, elsewhere);
      const more = { sessions: [api], accountHomes: [elsewhere] };
      const { ok, sessions } = await plan(stage, more);
      expect([ok, sessions]).toMatchObject([false, [{ action: 'skip', sessionId: ONE }]]);
    }));

  test('accepts a bypass of permissions that the target has accepted', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const settings = '{"skipDangerousModePermissionPrompt":true}';
      makeFile(world, join(stage.to, 'settings.json'), settings);
      expect((await plan(stage, bypassed)).ok).toBe(true);
    }));

  test('says which session is at work, has a draft, and runs shells', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.setStatus('api', 'busy');
      stage.terminal.setStatus('web', 'shell');
      const rule = '─'.repeat(40);
      stage.terminal.show('web', `${rule}\n❯ half a thought\n${rule}\n  ? for shortcuts`);
      const { sessions } = await plan(stage);
      expect(sessions.map(({ isBusy }) => isBusy)).toEqual([true, false]);
      expect(sessions.map(({ problems }) => reasonsOf(problems))).toEqual([
        ['busy'],
        ['draft', 'background-shells'],
      ]);
    }));

  test('takes a session whose turn a limit has ended for one that was at work', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      const [api, web] = stage.sessions;
      if (api === undefined || web === undefined) throw new Error('no sessions');
      addAnswer(stage, ONE, api, { error: 'rate_limit', text: "You've hit your limit" });
      addAnswer(stage, TWO, web);
      const { sessions } = await plan(stage);
      expect(sessions.map(({ isBusy }) => isBusy)).toEqual([true, false]);
    }));
});

function reasonsOf(problems: readonly FailoverProblem[]) {
  return problems.flatMap((each) => (each.code === 'work-interrupted' ? each.reason : []));
}

describe.each(worldKinds)('a canary (%s)', (kind) => {
  test('that does not go on leaves the others where they are', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.setLaunch('api', 'asks');
      const { outcome, ok, sessions } = await swap(stage);
      expect([outcome, ok]).toEqual(['canary-failed', false]);
      expect(told(sessions)).toMatchObject({
        api: 'awaiting-input resume-awaiting-input',
        web: 'skipped canary-failed',
      });
      expect(stage.terminal.signals).toHaveLength(1);
      expect(stage.terminal.runningIn('web')).toEqual({ id: TWO, accountHome: stage.from });

      // Nobody has answered yet.
      const again = await swap(stage);
      expect(again.outcome).toBe('refused');
      expect(stage.terminal.signals).toHaveLength(1);
    }));

  test.each([
    ['is answered', undefined, 'idle', 'done', 'resumed'],
    [
      'is refused by the API',
      { error: 'authentication_failed', text: 'Please run /login · API Error: 401' },
      'idle',
      'canary-failed',
      'refused resume-failed',
    ],
    [
      'asks at once what to do about its limit',
      { error: 'rate_limit', text: "You've hit your session limit" },
      'waiting',
      'canary-failed',
      'refused resume-failed',
    ],
    [
      'asks about its work',
      undefined,
      'waiting',
      'canary-failed',
      'awaiting-input resume-awaiting-input',
    ],
  ])('with work to continue goes first, and %s', (_, refusal, status, outcome, canary) =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.setStatus('web', 'busy');
      stage.terminal.onResume = (name, id, command) => {
        const session = stage.sessions.find((each) => each.name === name);
        if (session !== undefined && command.includes("-- 'Go on.'")) {
          addAnswer(stage, id, session, refusal);
          stage.terminal.setStatus(name, status);
        }
      };
      const report = await swap(stage, { continuePrompt: 'Go on.' });
      expect(report.outcome).toBe(outcome);
      expect(told(report.sessions)).toMatchObject({ web: canary });
      const [first, second] = stage.terminal.entered;
      expect(first).toEqual(['web', expect.stringContaining("-- 'Go on.'")]);
      expect(second?.[1].includes('Go on.') ?? false).toBe(false);
    }),
  );

  test('that is never answered is not taken for one that goes on', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.setStatus('api', 'busy');
      const { outcome, sessions } = await swap(stage, { continuePrompt: 'Go on.' });
      expect(outcome).toBe('canary-failed');
      expect(told(sessions)).toMatchObject({ api: 'unknown resume-failed' });
    }));

  test('that comes back under another account is told by it', () =>
    inWorld(kind, async (world) => {
      const stage = setStage(world);
      startBoth(stage);
      stage.terminal.onResume = (name, id) => void stage.terminal.start(name, id, stage.from);
      const { outcome, sessions } = await swap(stage);
      expect(outcome).toBe('canary-failed');
      expect(told(sessions)).toMatchObject({ api: 'unknown resume-failed' });
    }));
});
