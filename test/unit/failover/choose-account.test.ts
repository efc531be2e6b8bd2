import { isSharedStateError } from 'claude-shared-state';
import { type AccountCandidate, chooseAccount, stepQuotaGate } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { steps } from '../support/quota-steps.ts';

const HOUR = 3_600_000;
const now = new Date('2026-11-29T13:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * HOUR);

interface Limit {
  readonly account: string;
  readonly scope?: 'seat' | 'organization' | 'model';
  /** In hours from now. */
  readonly until: number;
}

/** A state in which accounts have hit limits. */
function stateWith(limits: readonly Limit[], account?: string): unknown {
  const told = limits.map(({ scope = 'seat', until, ...limit }) => {
    return { ...limit, scope, until: later(until).getTime() };
  });
  return { version: 1, limits: told, ...(account === undefined ? {} : { account }) };
}

const abc: readonly AccountCandidate[] = [{ account: 'a' }, { account: 'b' }, { account: 'c' }];
const acme = (account: string) => ({ account, organization: 'acme' });

describe('the account is', () => {
  test.each<[string, unknown, readonly AccountCandidate[], string]>([
    ['the first, where nothing is known', undefined, abc, 'a'],
    ['the next after the one in use', stateWith([], 'b'), abc, 'c'],
    ['the first after the last one', stateWith([], 'c'), abc, 'a'],
    ['none that is exhausted', stateWith([{ account: 'a', until: 1 }]), abc, 'b'],
    ['one whose limit has been reset', stateWith([{ account: 'a', until: 0 }]), abc, 'a'],
    [
      'the one with the most left',
      undefined,
      [{ account: 'a' }, { account: 'b', remaining: 0.2 }, { account: 'c', remaining: 0.7 }],
      'c',
    ],
    [
      'none that is exhausted, whatever is left of it',
      stateWith([{ account: 'c', until: 1 }]),
      [{ account: 'a' }, { account: 'b', remaining: 0.2 }, { account: 'c', remaining: 1 }],
      'b',
    ],
    [
      'none of an organization that is exhausted',
      stateWith([{ account: 'a', scope: 'organization', until: 1 }], 'a'),
      [acme('a'), acme('b'), { account: 'c', organization: 'other' }],
      'c',
    ],
    [
      'another seat of an organization whose limit was that of a seat',
      stateWith([{ account: 'a', until: 1 }], 'a'),
      [acme('a'), acme('b'), { account: 'c' }],
      'b',
    ],
    [
      'one of which no organization is known, whatever the limit was',
      stateWith([{ account: 'a', scope: 'organization', until: 1 }]),
      [{ account: 'a' }, { account: 'b' }],
      'b',
    ],
    [
      'one of which only a model is exhausted, rather than wait',
      stateWith([
        { account: 'a', scope: 'model', until: 9 },
        { account: 'b', until: 1 },
      ]),
      [acme('a'), acme('b')],
      'a',
    ],
    [
      'one that can use every model, rather than one of which a model is exhausted',
      stateWith([{ account: 'a', scope: 'model', until: 9 }]),
      [
        { account: 'a', remaining: 1 },
        { account: 'b', remaining: 0 },
      ],
      'b',
    ],
  ])('%s', (_, state, accounts, account) => {
    expect(chooseAccount(state, accounts, now)).toEqual({ account, waitUntil: undefined });
  });
});

describe('where all are exhausted, it waits for', () => {
  test.each<[string, readonly Limit[], readonly AccountCandidate[], string, number]>([
    [
      'the first reset',
      [
        { account: 'a', until: 3 },
        { account: 'b', until: 2 },
        { account: 'c', until: 9 },
      ],
      abc,
      'b',
      2,
    ],
    ['the only one', [{ account: 'a', until: 3 }], [{ account: 'a' }], 'a', 3],
    [
      "the organization's reset where that is later",
      [
        { account: 'a', scope: 'organization', until: 5 },
        { account: 'b', until: 1 },
        { account: 'c', until: 4 },
      ],
      [acme('a'), acme('b'), { account: 'c' }],
      'c',
      4,
    ],
  ])('%s', (_, limits, accounts, account, hours) => {
    const waitUntil = later(hours).toISOString();
    expect(chooseAccount(stateWith(limits), accounts, now)).toEqual({ account, waitUntil });
    expect(chooseAccount(stateWith(limits), accounts, later(hours))).toEqual({
      account,
      waitUntil: undefined,
    });
  });
});

/** The state after accounts hit limits one after the other, each under the one before. */
function story(...hits: readonly (readonly [account: string, words: string])[]): unknown {
  let state: unknown;
  let time = now.getTime();
  for (const [index, [account, words]] of hits.entries()) {
    const from = hits[index - 1]?.[0];
    const at = new Date((time += HOUR / 10));
    if (from !== undefined) {
      state = stepQuotaGate(state, { kind: 'swapped', from, to: account, at }).state;
    }
    ({ state } = stepQuotaGate(state, { ...hit('api', words), account, at }, { cooldownMs: 0 }));
  }
  return JSON.parse(JSON.stringify(state));
}

const session = (time: string) => `You've hit your session limit · resets ${time} (UTC)`;

test('Three accounts that are exhausted one after the other end in a wait for the first of them', () => {
  const one = story(['a', session('4pm')]);
  expect(chooseAccount(one, abc, now).account).toBe('b');
  const two = story(['a', session('4pm')], ['b', session('3pm')]);
  expect(chooseAccount(two, abc, now).account).toBe('c');
  const three = story(['a', session('4pm')], ['b', session('3pm')], ['c', session('5pm')]);
  const waitUntil = '2026-11-29T15:00:00.000Z';
  expect(chooseAccount(three, abc, now)).toEqual({ account: 'b', waitUntil });
});

function hit(session: string, words: string) {
  const failed = { hook_event_name: 'StopFailure', error: 'rate_limit' };
  const input = { ...failed, last_assistant_message: words };
  return { kind: 'hook', session, account: 'a', at: now, input } as const;
}

describe('of several limits of one account,', () => {
  const week = "You've hit your weekly limit · resets Dec 4, 5am (UTC)";
  const organization =
    "You've hit your org's monthly spend limit · ask your admin for a higher limit";
  const opus = "You've hit your Opus limit · resets Dec 9, 5am (UTC)";

  test.each<[string, readonly string[], string]>([
    ['the last to end counts', [week, session('4pm')], '2026-12-04T05:00:00.000Z'],
    ['in whatever order they came', [session('4pm'), week], '2026-12-04T05:00:00.000Z'],
    [
      "a seat's does not end that of its organization",
      [organization, session('4pm')],
      later(24).toISOString(),
    ],
    ['none of a model makes it wait', [opus, session('4pm'), opus], '2026-11-29T16:00:00.000Z'],
    [
      'one that says when it ends is worth more than one that does not',
      ["You've hit your monthly spend limit", session('4pm')],
      '2026-11-29T16:00:00.000Z',
    ],
    [
      'one that does not say when it ends adds nothing',
      [session('4pm'), "You've hit your monthly spend limit"],
      '2026-11-29T16:00:00.000Z',
    ],
  ])('%s', (_, words, waitUntil) => {
    const observations = words.map((text, index) => hit(String(index), text));
    const state = steps(observations).at(-1)?.state;
    expect(chooseAccount(state, [acme('a')], now).waitUntil).toBe(waitUntil);
    expect(chooseAccount(state, [acme('b'), acme('a')], now)).toEqual(
      words.includes(organization)
        ? { account: 'b', waitUntil }
        : { account: 'b', waitUntil: undefined },
    );
  });
});

test.each([
  ["You've hit your session limit", 5 + 1 / 6],
  ["You've hit your monthly spend limit", 24],
])('%s, without an end, lasts a while, no longer each time it is seen', (words, hours) => {
  const first = story(['a', words]);
  const until = later(0.1 + hours).toISOString();
  const alone = [{ account: 'a' }];
  expect(chooseAccount(first, alone, now)).toEqual({ account: 'a', waitUntil: until });
  const at = later(2);
  const again = stepQuotaGate(first, {
    kind: 'transcript',
    session: 'api',
    account: 'a',
    at,
    rows: [],
  });
  expect(chooseAccount(again.state, alone, at)).toEqual({ account: 'a', waitUntil: until });
});

test('An account that a swap moved to is taken for one that can be used', () => {
  const state = stepQuotaGate(story(['a', session('4pm')]), {
    kind: 'swapped',
    from: 'b',
    to: 'a',
    at: now,
  }).state;
  expect(chooseAccount(state, [{ account: 'a' }], now).waitUntil).toBeUndefined();
});

/** The arguments that the call refuses, as only JavaScript can make it. */
function refusedBy(accounts: unknown, time: unknown): readonly string[] {
  try {
    Reflect.apply(chooseAccount, undefined, [undefined, accounts, time]);
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    return error.problems.map((each) => ('argument' in each ? each.argument : ''));
  }
  return [];
}

test.each<[string, readonly string[], unknown, unknown]>([
  ['no accounts', ['accounts'], [], now],
  ['an account without a name', ['accounts[0].account'], [{ account: '' }], now],
  ['more than all that is left', ['accounts[0].remaining'], [{ account: 'a', remaining: 2 }], now],
  ['an option that is unknown', ['accounts[0].left'], [{ account: 'a', left: 1 }], now],
  ['no time', ['now'], [{ account: 'a' }], 0],
])('%s is refused', (_, expected, accounts, time) => {
  expect(refusedBy(accounts, time)).toEqual(expected);
});
