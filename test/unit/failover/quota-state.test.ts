import { stepQuotaGate } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { readState } from '../../../src/failover/quota/state.ts';
import { inWords } from '../support/in-words.ts';
import { inPane } from '../support/quota-texts.ts';

const LAST = 8.64e15;
const empty = {
  version: 1,
  pending: [],
  exhaustedAccounts: [],
  limits: [],
  onScreen: [],
  seenMessages: [],
};
const message = { session: 'build', text: 'limit', prompt: '> go', resetsAt: 5 };
const suspicion = { session: 'build', account: 'a', polls: 1, at: 7, message };
const row = { limit: 'session', scope: 'seat', text: 'limit', pattern: 'x' };
const whole = {
  version: 1,
  pending: [suspicion, { ...suspicion, row: { ...row, resets: { text: '4pm' } } }],
  account: 'b',
  exhaustedAccounts: ['a', ''],
  limits: [{ account: 'a', scope: 'organization', until: LAST }],
  onScreen: [message],
  seenMessages: [message, { session: '', text: '', prompt: '' }],
  swappedAt: 9,
  cooldown: { since: -LAST, until: LAST },
};

/** One member another. */
const but = (value: object, more: object) => ({ ...value, ...more });

test('A state that was written is read as it was, and nothing else that was with it', () => {
  expect(readState(JSON.parse(JSON.stringify(whole)))).toStrictEqual(whole);
  expect(readState({ ...whole, more: 1 })).toStrictEqual(whole);
  expect(readState({ version: 1 })).toStrictEqual(empty);
});

test.each(
  inWords([
    undefined,
    null,
    1,
    'x',
    [],
    {},
    but(whole, { version: 2 }),
    but(whole, { version: '1' }),
  ]),
)('A state like %s begins anew', (_, state: unknown) => {
  expect(readState(state)).toStrictEqual(empty);
});

describe('one wrong member is left out alone:', () => {
  const { account: _account, cooldown: _cooldown, ...others } = whole;

  test.each(inWords([undefined, 7, null, {}]))('an account like %s', (_, account) => {
    expect(readState(but(whole, { account }))).toStrictEqual(
      but(others, { cooldown: whole.cooldown }),
    );
  });

  test.each(
    inWords([
      undefined,
      null,
      7,
      {},
      { since: 1 },
      { until: 1 },
      { since: '1', until: 1 },
      { since: 1, until: null },
      { since: 1, until: LAST + 1 },
      { since: -LAST - 1, until: 1 },
      { since: Number.NaN, until: 1 },
    ]),
  )('a cool-down like %s', (_, cooldown) => {
    expect(readState(but(whole, { cooldown }))).toStrictEqual(but(others, { account: 'b' }));
  });

  test.each(
    inWords([
      null,
      'x',
      { session: 7 },
      { session: undefined },
      { account: null },
      { polls: 0 },
      { polls: -1 },
      { polls: 1.5 },
      { polls: '1' },
      { at: '7' },
      { at: LAST + 1 },
      { message: undefined },
      { message: but(message, { text: 7 }) },
      { row: null },
      { row: but(row, { scope: 'world' }) },
      { row: but(row, { text: 7 }) },
      { row: but(row, { resets: {} }) },
    ]),
  )('a suspicion like %s', (_, wrong) => {
    const other = but(suspicion, { session: 'docs', polls: 2 });
    const one = typeof wrong === 'object' && wrong !== null ? but(suspicion, wrong) : wrong;
    expect(readState(but(whole, { pending: [one, other] }))).toStrictEqual(
      but(whole, { pending: [other] }),
    );
  });

  test.each(
    inWords([
      null,
      'x',
      { session: 7 },
      { text: undefined },
      { prompt: null },
      { resetsAt: null },
      { resetsAt: '5' },
      { resetsAt: LAST + 1 },
    ]),
  )('a message like %s', (_, wrong) => {
    const one = typeof wrong === 'object' && wrong !== null ? but(message, wrong) : wrong;
    expect(readState(but(whole, { seenMessages: [one, message] }))).toStrictEqual(
      but(whole, { seenMessages: [message] }),
    );
  });

  test('an account that was left', () => {
    expect(readState(but(whole, { exhaustedAccounts: ['a', 7, null, ['b'], 'c'] }))).toStrictEqual(
      but(whole, { exhaustedAccounts: ['a', 'c'] }),
    );
  });

  test.each(
    inWords([
      null,
      { account: 7, scope: 'seat', until: 1 },
      { account: 'a', scope: 'x', until: 1 },
      { account: 'a', scope: 'seat', until: LAST + 1 },
    ]),
  )('a limit like %s', (_, wrong) => {
    const limits = [wrong, ...whole.limits];
    expect(readState(but(whole, { limits }))).toStrictEqual(whole);
  });

  test.each(['pending', 'exhaustedAccounts', 'limits', 'onScreen', 'seenMessages'])(
    '%s that are no list',
    (name) => {
      for (const value of [undefined, null, 'x', { length: 1, 0: suspicion }]) {
        expect(readState(but(whole, { [name]: value }))).toStrictEqual(but(whole, { [name]: [] }));
      }
    },
  );
});

const at = new Date('2026-11-21T20:00:00Z');

const knownIn = (session: string) => ({ session, text: `limit of ${session}`, prompt: '> go' });

test('Of a state, the newest thousand of each kind are kept', () => {
  const counted = Array.from({ length: 1000 }, (_, index) => String(index));
  const full = {
    version: 1,
    pending: counted.map((session) => ({
      session,
      account: 'a',
      polls: 1,
      at: at.getTime(),
      message: knownIn(session),
    })),
    exhaustedAccounts: counted,
    seenMessages: counted.map((session) => knownIn(`known ${session}`)),
  };
  const text = inPane("  ⎿  You've hit your weekly limit");
  const pane = { kind: 'pane', session: 'new', account: 'a', at, text } as const;
  const polled = stepQuotaGate(full, pane).state;
  expect(polled.pending.map(({ session }) => session)).toEqual([...counted.slice(1), 'new']);
  const swapped = stepQuotaGate(full, { kind: 'swapped', from: 'b', to: 'c', at }).state;
  expect(swapped.exhaustedAccounts).toEqual([...counted.slice(1), 'b']);
  expect(swapped.seenMessages).toEqual(counted.map(knownIn));
});
