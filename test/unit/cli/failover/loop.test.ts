import type { FailoverProblem, RelaunchedSession } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { failoverProblem } from '../../../../src/failover/problems.ts';
import {
  adopt,
  afterRelaunch,
  afterSwap,
  beginning,
  type Look,
  type LoopCall,
  type LoopRules,
  type LoopState,
  MAX_FAILURES,
  type SessionState,
  type Sighting,
  step,
} from '../../../../src/cli/failover/loop.ts';

const initialState: LoopState = { sessions: {}, avoided: {} };
const START = Date.parse('2026-11-29T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const rulesFor = (names: string, more: Partial<LoopRules> = {}): LoopRules => ({
  accounts: names.split('').map((account) => ({ account })),
  next: 'round-robin',
  pollMs: 15_000,
  cooldownMs: 5 * MINUTE,
  whenExhausted: 'wait',
  isDiscovering: false,
  ...more,
});
const rules = rulesFor('ab');

const hit = (at: number, resetsAt: number, text = 'session limit') => ({
  type: 'assistant',
  timestamp: new Date(at).toISOString(),
  isApiErrorMessage: true,
  error: 'rate_limit',
  quotaLimits: [],
  message: {
    content: [{ type: 'text', text: `You've hit your ${text} · resets ${clock(resetsAt)} (UTC)` }],
  },
});
const clock = (at: number) => {
  const date = new Date(at);
  const day = date.toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const time = date.toLocaleTimeString('en-US', {
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  return `${day}, ${time.replace(' ', '').toLowerCase()}`;
};

const running = (name: string, accountHome = 'a', more: Partial<Sighting> = {}): Sighting => ({
  name,
  cwd: `/work/${name}`,
  state: 'running',
  accountHome,
  sessionId: name,
  text: '❯ ',
  ...more,
});
const down = (name: string, state: SessionState, more: Partial<Sighting> = {}): Sighting => ({
  name,
  cwd: `/work/${name}`,
  state,
  sessionId: name,
  ...more,
});
const severalPanes = failoverProblem('terminal-busy', {
  path: '/state/api/resume-id.txt',
  session: 'api',
  reason: 'several-panes',
  detail: '%1, %2',
});
const look = (sightings: readonly Sighting[], minutes = 0, isSameServer = true): Look => ({
  at: new Date(START + minutes * MINUTE),
  isSameServer,
  sightings,
});

/** The state after these sightings were seen, each a poll after the one before. */
function stateAfter(looks: readonly (readonly Sighting[])[], given = rules): LoopState {
  return looks.reduce(
    (state, sightings, index) => step(state, look(sightings, index - looks.length), given).state,
    initialState,
  );
}

const limited = (name: string, accountHome = 'a', minutes = 0) =>
  running(name, accountHome, { rows: [hit(START + minutes * MINUTE, START + 3 * HOUR)] });

const screenOf = (message: string) => {
  const line = '─'.repeat(40);
  return `❯ go on\n  ⎿  ${message}\n\n${line}\n❯ \n${line}\n  ? for shortcuts`;
};

describe('after a look, the loop', () => {
  const both = [running('api'), running('web')];
  const pending = { ...beginning, from: 'a', to: 'b', names: ['api', 'web'] };
  // As it was written down before the swap began.
  const moving = step(stateAfter([both]), look([limited('api'), running('web')], -1), rules).state;
  const killed = stateAfter([both]);

  const table: readonly (readonly [
    title: string,
    state: LoopState,
    seen: Look,
    events: readonly string[],
    call: LoopCall | undefined,
  ])[] = [
    ['does nothing while all sessions work', stateAfter([both]), look(both), [], undefined],
    [
      'swaps for a row in a transcript at once, and moves every session',
      stateAfter([both]),
      look([limited('api'), running('web')]),
      ['limit-reached'],
      { kind: 'swap', from: 'a', to: 'b', names: ['api', 'web'], open: [] },
    ],
    [
      'polls the sessions behind the one that asks for a swap, too',
      stateAfter([both]),
      look([limited('api'), limited('web')]),
      ['limit-reached', 'limit-reached'],
      { kind: 'swap', from: 'a', to: 'b', names: ['api', 'web'], open: [] },
    ],
    [
      'does not swap for the limit of one model',
      stateAfter([both]),
      look([
        running('api', 'a', { rows: [hit(START, START + HOUR, 'Opus limit')] }),
        running('web'),
      ]),
      ['model-limit'],
      undefined,
    ],
    [
      'continues a swap with what is left, also after a restart in its middle',
      moving,
      look([running('api', 'b'), down('web', 'ended')]),
      [],
      { kind: 'swap', from: 'a', to: 'b', names: ['web'], open: [] },
    ],
    [
      'moves what runs under a third account from there',
      moving,
      look([running('api', 'c'), running('web', 'b')]),
      [],
      { kind: 'swap', from: 'c', to: 'b', names: ['api'], open: [] },
    ],
    [
      'ends a swap of which nothing is left',
      moving,
      look([running('api', 'b'), running('web', 'b')]),
      [],
      undefined,
    ],
    [
      'waits until it is time to try the rest again',
      { ...moving, swap: { ...pending, failures: 1, retryAt: START + 1 } },
      look([running('api', 'b'), running('web')]),
      [],
      undefined,
    ],
    [
      'does not wait for a time that was set before the clock was set back',
      { ...moving, swap: { ...pending, failures: 1, retryAt: START + 3 * HOUR } },
      look([running('api', 'b'), running('web')]),
      [],
      { kind: 'swap', from: 'a', to: 'b', names: ['web'], open: [] },
    ],
    [
      'drops a swap to an account that it was not given any more',
      { ...killed, sessions: moving.sessions, swap: { ...pending, to: 'c' } },
      look([running('api'), down('web', 'ended')]),
      [],
      { kind: 'relaunch', account: 'a', names: ['web'], open: [] },
    ],
    [
      'moves a session that met the limit of another account than the one in use',
      stateAfter([[running('api'), running('web', 'b')]]),
      look([running('api'), limited('web', 'b')]),
      ['limit-reached'],
      { kind: 'swap', from: 'b', to: 'a', names: ['web'], open: [] },
    ],
    [
      'makes terminals again for the sessions of a swap that lost them',
      moving,
      look([down('api', 'missing'), down('web', 'missing')], 0, false),
      ['session-lost', 'session-lost'],
      { kind: 'swap', from: 'a', to: 'b', names: ['api', 'web'], open: ['api', 'web'] },
    ],
    [
      'relaunches a session that was killed',
      killed,
      look([down('api', 'killed'), running('web')]),
      ['session-killed'],
      { kind: 'relaunch', account: 'a', names: ['api'], open: [] },
    ],
    [
      'relaunches all sessions of a dead tmux server, in new terminals',
      killed,
      look([down('api', 'missing'), down('web', 'missing')], 0, false),
      ['session-lost', 'session-lost'],
      { kind: 'relaunch', account: 'a', names: ['api', 'web'], open: ['api', 'web'] },
    ],
    [
      'leaves a session alone that ended by itself',
      killed,
      look([down('api', 'ended'), running('web')]),
      ['session-ended'],
      undefined,
    ],
    [
      'leaves a terminal alone in which no session ever ran',
      initialState,
      look([down('docs', 'missing', { sessionId: undefined }), down('api', 'busy')]),
      ['session-found', 'session-found'],
      undefined,
    ],
    [
      'says once that a session runs in one of several panes, and which they are',
      initialState,
      look([down('api', 'busy', { problems: [severalPanes] })]),
      ['session-found', 'session-busy'],
      undefined,
    ],
    [
      'does not say again why a session cannot be watched',
      stateAfter([[down('api', 'busy', { problems: [severalPanes] })]]),
      look([down('api', 'busy', { problems: [severalPanes] })]),
      [],
      undefined,
    ],
    [
      'brings a named session back of which only the id is known',
      initialState,
      look([down('api', 'missing')]),
      ['session-found', 'session-lost'],
      { kind: 'relaunch', account: 'a', names: ['api'], open: ['api'] },
    ],
    [
      'follows sessions that somebody else has moved',
      stateAfter([both]),
      look([running('api', 'b'), running('web', 'b')]),
      ['account-changed'],
      undefined,
    ],
    [
      'stays with its account as long as one session runs under it',
      stateAfter([both]),
      look([running('api', 'a'), running('web', 'b')]),
      [],
      undefined,
    ],
  ];

  test.each(table)('%s', (_, state, seen, events, call) => {
    const found = step(state, seen, rules);
    expect(found.events.map(({ event }) => event)).toEqual(events);
    expect(found.call).toEqual(call);
  });

  test('takes the account in use from the sessions, not from the order of homes', () => {
    const { state } = step(initialState, look([running('api', 'b')]), rules);
    expect(state.account).toBe('b');
  });

  test('takes no account for the one in use before a session runs', () => {
    const { state } = step(initialState, look([down('api', 'ended')]), rules);
    const { state: later, events } = step(state, look([running('api', 'b')], 1), rules);
    expect([state.account, later.account, events]).toEqual([undefined, 'b', []]);
  });

  test('forgets a session that had ended when the tmux server died', () => {
    const discovering = rulesFor('ab', { isDiscovering: true });
    const ended = [down('api', 'ended'), running('web')];
    const { state, call } = step(
      stateAfter([both, ended], discovering),
      look([down('api', 'missing'), down('web', 'missing')], 0, false),
      discovering,
    );
    expect(Object.keys(state.sessions)).toEqual(['web']);
    expect(call).toMatchObject({ kind: 'relaunch', names: ['web'] });
  });

  test('does not take the old limit on a screen for one of the account in use', () => {
    const before = stateAfter([[running('api'), running('web', 'b')]]);
    const { state, call } = step(before, look([running('api'), limited('web', 'b')]), rules);
    if (call?.kind !== 'swap') throw new Error('no swap');
    const report = { outcome: 'done', sessions: [up('web')], problems: [] } as const;
    let after = afterSwap(state, call, report, look([], 1).at, rules).state;
    const text = screenOf(
      `You've hit your session limit · resets ${clock(START + 3 * HOUR)} (UTC)`,
    );
    for (const minutes of [10, 11, 12]) {
      const seen = step(
        after,
        look([running('api'), running('web', 'a', { text })], minutes),
        rules,
      );
      expect([seen.events, seen.call]).toEqual([[], undefined]);
      after = seen.state;
    }
  });

  test('brings back what the tmux server took along, also if another one runs by now', () => {
    const discovering = rulesFor('ab', { isDiscovering: true });
    const { events, call } = step(
      stateAfter([both], discovering),
      look([down('api', 'missing'), down('web', 'missing')], 0, false),
      discovering,
    );
    expect(events.map(({ event }) => event)).toEqual(['session-lost', 'session-lost']);
    expect(call).toMatchObject({ kind: 'relaunch', names: ['api', 'web'] });
  });

  test('says of a session called __proto__ once that it was found', () => {
    const seen = [running('__proto__')];
    const { state, events } = step(stateAfter([seen]), look(seen), rules);
    expect([Object.keys(state.sessions), events]).toEqual([['__proto__'], []]);
  });

  test('continues a swap and what it has stopped from the note of somebody else', () => {
    const note = { ...pending, cwds: { api: '/work/api', web: '/work/web' }, panes: {} };
    const ended = step(killed, look([running('api', 'b'), down('web', 'ended')], -1), rules).state;
    for (const state of [initialState, ended]) {
      const seen = look([running('api', 'b'), down('web', 'ended')]);
      const { call } = step(adopt(state, note), seen, rules);
      expect(call).toMatchObject({ kind: 'swap', from: 'a', to: 'b', names: ['web'] });
    }
  });

  test('forgets a session that was found and whose terminal somebody closed', () => {
    const discovering = rulesFor('ab', { isDiscovering: true });
    const { state, events, call } = step(
      stateAfter([both], discovering),
      look([down('api', 'missing'), running('web')]),
      discovering,
    );
    expect(events.map(({ event }) => event)).toEqual(['session-closed']);
    expect([Object.keys(state.sessions), call]).toEqual([['web'], undefined]);
  });

  test.each([
    ['UTC', '2026-11-29T16:00:00.000Z'],
    ['Europe/Paris', '2026-11-29T15:00:00.000Z'],
  ])('reads a time without a zone as one of the machine, such as %s', (timeZone, until) => {
    const alone = rulesFor('a', { timeZone });
    const text = `❯ go on\n\n● Usage limit reached · limit resets 4pm\n\n${'─'.repeat(40)}\n❯ \n${'─'.repeat(40)}`;
    const seen = [running('api', 'a', { text })];
    const first = step(stateAfter([[running('api')]], alone), look(seen), alone);
    expect(step(first.state, look(seen, 1), alone).state.waitUntil).toBe(until);
  });

  test('says of a limit on a screen once that it is suspected, and once reached', () => {
    const text = screenOf("You've hit your session limit · resets 4pm (UTC)");
    const seen = [running('api', 'a', { text })];
    const said: string[] = [];
    let state = stateAfter([[running('api')]], rulesFor('a'));
    for (const minutes of [0, 1, 2, 3]) {
      const next = step(state, look(seen, minutes), rulesFor('a'));
      state = next.state;
      said.push(...next.events.map(({ event }) => event));
    }
    expect(said).toEqual(['limit-suspected', 'limit-reached', 'all-exhausted']);
  });
});

const up = (name: string): RelaunchedSession => ({
  name,
  outcome: 'resumed',
  sessionId: undefined,
  pid: 1,
  problems: [],
});
const problem = (remedy: FailoverProblem['remedy']): FailoverProblem => ({
  code: 'terminal-failed',
  severity: 'error',
  remedy,
  message: 'It failed.',
  session: 'api',
  path: '/state',
  reason: 'x',
});
const not = (name: string, remedy: FailoverProblem['remedy'] = 'manual'): RelaunchedSession => ({
  ...up(name),
  outcome: 'skipped',
  problems: [problem(remedy)],
});

const cannotMove = not('api');
const locked: FailoverProblem = {
  code: 'locked-by-other',
  severity: 'error',
  remedy: 'retry',
  message: 'It is locked.',
  path: '/state/.lock',
  pid: 7,
};

test('A limit of the new account that comes while the swap runs counts after the cool-down', () => {
  const abc = rulesFor('abc');
  const both = [running('api'), running('web')];
  const { state, call } = step(
    stateAfter([both], abc),
    look([limited('api'), running('web')]),
    abc,
  );
  if (call?.kind !== 'swap') throw new Error('no swap');
  const sessions = call.names.map(up);
  const report = { outcome: 'done', sessions, problems: [] } as const;
  const after = afterSwap(state, call, report, look([], 2).at, abc).state;
  const startedAt = new Date(START + MINUTE / 2);
  // In the words in which the first account hit its own.
  const web = { ...limited('web', 'b', 1), startedAt };
  const seen = step(after, look([running('api', 'b'), web], 2.5), abc);
  expect(seen.call).toBeUndefined();
  const later = step(seen.state, look([running('api', 'b'), running('web', 'b')], 8), abc);
  expect(later.call).toMatchObject({ kind: 'swap', from: 'b', to: 'c' });
});

describe('after a swap, the loop', () => {
  const call = { kind: 'swap', from: 'a', to: 'b', names: ['api', 'web'], open: [] } as const;
  const swap = { ...beginning, from: 'a', to: 'b', names: ['api', 'web'] };
  const state = { ...stateAfter([[running('api'), running('web')]]), swap };
  const at = new Date(START);

  const table = [
    [
      'is done if all were moved',
      'done',
      [up('api'), up('web')],
      [],
      'b',
      undefined,
      [],
      ['swap-done'],
    ],
    [
      'tries what was left again, later',
      'done',
      [up('api'), not('web')],
      [],
      'b',
      { names: ['web'], failures: 1, hasMoved: true },
      [],
      ['swap-done'],
    ],
    [
      'does not try a session again of which nobody knows the id',
      'done',
      [up('api'), not('web', 'choose-session')],
      [],
      'b',
      undefined,
      [],
      ['swap-done'],
    ],
    [
      'stays with its account if nothing could be moved',
      'done',
      [not('api'), not('web')],
      [],
      'a',
      { names: ['api', 'web'], failures: 1 },
      [],
      ['swap-failed'],
    ],
    [
      'avoids an account that is not ready',
      'refused',
      [],
      [problem('manual')],
      'a',
      undefined,
      ['b'],
      ['swap-refused'],
    ],
    [
      'tries again if only somebody else was at work',
      'refused',
      [],
      [problem('retry')],
      'a',
      { names: ['api', 'web'], failures: 1 },
      [],
      ['swap-refused'],
    ],
    [
      'says nothing while another call moves the sessions',
      'refused',
      [],
      [locked],
      'a',
      { names: ['api', 'web'], failures: 1 },
      [],
      [],
    ],
    [
      'does not take a session that can not be moved for a fault of the account',
      'refused',
      [cannotMove],
      cannotMove.problems,
      'a',
      { names: ['api', 'web'], failures: 1 },
      [],
      ['swap-refused'],
    ],
    [
      'avoids an account under which the first session did not go on',
      'canary-failed',
      [not('api'), not('web')],
      [],
      'a',
      undefined,
      ['b'],
      ['canary-failed'],
    ],
    [
      'keeps a swap that was interrupted',
      'stopped',
      [not('api'), not('web')],
      [],
      'a',
      swap,
      [],
      [],
    ],
  ] as const;

  test.each(table)('%s', (_, outcome, sessions, problems, account, left, avoided, events) => {
    const after = afterSwap(state, call, { outcome, sessions, problems }, at, rules);
    expect(after.state.account).toBe(account);
    expect(after.state.swap).toEqual(left && { ...swap, retryAt: START + 15_000, ...left });
    expect(Object.keys(after.state.avoided)).toEqual(avoided);
    expect(after.events.map(({ event }) => event)).toEqual(events);
  });

  test('gives up after so many failures, and says which sessions are left', () => {
    const tired = {
      ...state,
      account: 'b',
      swap: { ...swap, failures: MAX_FAILURES, hasMoved: true },
    };
    const report = { outcome: 'done', sessions: [up('api'), not('web')], problems: [] } as const;
    const after = afterSwap(tired, call, report, at, rules);
    expect(after.state.swap).toBeUndefined();
    expect(after.events.map(({ event, left }) => [event, left])).toEqual([
      ['swap-done', ['web']],
      ['gave-up', ['web']],
    ]);
  });
});

test('a relaunch that fails is tried again ever later, and then no more', () => {
  let state = step(stateAfter([[running('api')]]), look([down('api', 'killed')]), rules).state;
  const delays: number[] = [];
  let [time, gaveUp] = [START, 0];
  for (let tries = 0; tries < 20; tries += 1) {
    const { call, state: next } = step(
      state,
      { ...look([down('api', 'killed')]), at: new Date(time) },
      rules,
    );
    if (call?.kind === 'relaunch') {
      const after = afterRelaunch(next, { sessions: [not('api')] }, new Date(time), rules);
      gaveUp += after.events.filter(({ event }) => event === 'gave-up').length;
      state = after.state;
      const { retryAt = time } = state.sessions['api'] ?? {};
      delays.push((retryAt - time) / 1000);
      time = retryAt;
    }
  }
  expect(delays).toEqual([15, 30, 60, 120, 240, 480, 600, 600, 600]);
  expect(gaveUp).toBe(1);
});

/** Accounts whose limits are hit, and sessions that always go where they are moved. */
function story(names: string, more: Partial<LoopRules> = {}) {
  const given = rulesFor(names, more);
  const until = new Map<string, number>();
  const where = new Map([
    ['api', names.charAt(0)],
    ['web', names.charAt(0)],
  ]);
  const told = new Map<string, string>();
  const said: string[] = [];
  let state: LoopState = initialState;
  let now = START;
  const sighting = (name: string, account: string): Sighting => {
    const resetsAt = until.get(account) ?? 0;
    const key = `${account} ${resetsAt}`;
    const isNews = resetsAt > now && told.get(name) !== key;
    if (isNews) told.set(name, key);
    const isOver = resetsAt <= now;
    const goesOn = {
      type: 'user',
      timestamp: new Date(now).toISOString(),
      message: { content: 'go' },
    };
    return running(name, account, {
      rows: isNews ? [hit(now, resetsAt)] : isOver ? [goesOn] : [],
    });
  };
  return {
    said,
    where: () => [...where.values()].join(''),
    limit: (account: string, hours: number) => until.set(account, START + hours * HOUR),
    /** Polls for some minutes. */
    pass: (minutes: number) => {
      for (const end = now + minutes * MINUTE; now < end; now += MINUTE) {
        const at = new Date(now);
        const seen = [...where].map(([name, account]) => sighting(name, account));
        const found = step(state, { at, isSameServer: true, sightings: seen }, given);
        state = found.state;
        said.push(...found.events.map(({ event, account = '' }) => `${event} ${account}`.trim()));
        if (found.call?.kind !== 'swap') continue;
        for (const name of found.call.names) where.set(name, found.call.to);
        const sessions = found.call.names.map(up);
        const report = { outcome: 'done', sessions, problems: [] } as const;
        state = afterSwap(state, found.call, report, at, given).state;
        said.push(`to ${found.call.to}`);
      }
    },
    swaps: () => said.filter((each) => each.startsWith('to ')),
  };
}

describe('in a story', () => {
  test('of two accounts, the sessions go to the second, and back when that is exhausted, too', () => {
    const { pass, limit, where, swaps } = story('ab');
    pass(3);
    limit('a', 1);
    pass(30);
    expect(where()).toBe('bb');
    pass(40);
    limit('b', 5);
    pass(10);
    expect([where(), swaps()]).toEqual(['aa', ['to b', 'to a']]);
  });

  test('of three accounts, each is used before any is waited for', () => {
    const { pass, limit, where, swaps } = story('abc');
    limit('a', 5);
    pass(10);
    limit('b', 5);
    pass(10);
    expect([where(), swaps()]).toEqual(['cc', ['to b', 'to c']]);
  });

  test('in order, the first account is used again as soon as it can be', () => {
    const { pass, limit, swaps } = story('abc', { next: 'in-order' });
    limit('a', 1);
    pass(90);
    limit('b', 5);
    pass(10);
    expect(swaps()).toEqual(['to b', 'to a']);
  });

  test('all are exhausted: the daemon says so once, waits for the first reset, and goes on', () => {
    const { pass, limit, where, said, swaps } = story('abc');
    limit('a', 4);
    pass(10);
    limit('b', 2);
    pass(10);
    limit('c', 5);
    pass(60);
    expect([where(), swaps()]).toEqual(['cc', ['to b', 'to c']]);
    expect(said.filter((each) => each.startsWith('all-exhausted'))).toEqual(['all-exhausted b']);
    pass(60);
    expect([where(), swaps()]).toEqual(['bb', ['to b', 'to c', 'to b']]);
    pass(120);
    expect(swaps()).toHaveLength(3);
  });

  test('the account in use is the first that resets: the sessions stay, and go on by themselves', () => {
    const { pass, limit, where, said, swaps } = story('ab');
    limit('a', 5);
    pass(10);
    limit('b', 1);
    pass(90);
    expect([where(), swaps()]).toEqual(['bb', ['to b']]);
    expect(said.filter((each) => /^(all-exhausted|limit-over)/.test(each))).toEqual([
      'all-exhausted b',
      'limit-over b',
    ]);
  });

  test('the next account is the one after that in use, also if another daemon began', () => {
    const given = rulesFor('abc');
    const { call } = step(
      stateAfter([[running('api', 'b')]], given),
      look([limited('api', 'b')]),
      given,
    );
    expect(call).toMatchObject({ from: 'b', to: 'c' });
  });

  test('two accounts of one organization are not swapped for each other when its limit is hit', () => {
    const accounts = ['a', 'b', 'c'].map((account) => ({
      account,
      organization: account === 'c' ? 'other' : 'acme',
    }));
    const given = { ...rules, accounts };
    const row = hit(START, START + HOUR, "org's monthly spend limit");
    const { call } = step(
      stateAfter([[running('api')]], given),
      look([running('api', 'a', { rows: [row] })]),
      given,
    );
    expect(call).toMatchObject({ kind: 'swap', to: 'c' });
  });

  test('an account that is only avoided for a while is not said to be exhausted', () => {
    const given = rulesFor('ab', { whenExhausted: 'stop' });
    const state = { ...stateAfter([[running('api')]], given), avoided: { b: START + MINUTE } };
    const found = step(state, look([limited('api')]), given);
    expect(found.events.map(({ event }) => event)).toEqual(['limit-reached']);
    expect([found.call, found.blocked]).toEqual([undefined, expect.stringContaining('a is exh')]);
    const later = step(found.state, look([running('api')], 2), given);
    expect(later.blocked).toBeUndefined();
    expect(later.call).toMatchObject({ kind: 'swap', to: 'b' });
  });

  test('an account is not avoided for longer because the clock was set back', () => {
    const state = { ...stateAfter([[running('api')]]), avoided: { b: START + 3 * HOUR } };
    expect(step(state, look([limited('api')]), rules).call).toMatchObject({ to: 'b' });
  });

  test('with --when-exhausted stop the daemon stops when no account is left', () => {
    const given = rulesFor('a', { whenExhausted: 'stop' });
    const { call, events } = step(
      stateAfter([[running('api')]], given),
      look([limited('api')]),
      given,
    );
    expect([call, events.at(-1)?.event]).toEqual([{ kind: 'stop' }, 'all-exhausted']);
  });
});
