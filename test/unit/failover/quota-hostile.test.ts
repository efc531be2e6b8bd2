import {
  DefaultQuotaPatterns,
  DefaultQuotaVetoes,
  type QuotaObservation,
  stepQuotaGate,
} from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { inPane } from '../support/quota-texts.ts';

const at = new Date('2026-11-21T20:00:00Z');
const limit = "  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)";

function pane(text: string, session = 'build'): QuotaObservation {
  return { kind: 'pane', session, account: 'a', at, text };
}

const escape = '\u{1b}';
const million = 1_000_000;

describe('a pane', () => {
  test('that has been scrolling for 10 MB is judged by its end', () => {
    const scrolled = `${'some output\n'.repeat(million)}${inPane(limit)}`;
    expect(stepQuotaGate(undefined, pane(scrolled)).verdict).toBe('suspected');
  });

  test('with colors, carriage returns and titles is read as without them', () => {
    const colored = inPane(`${escape}[31m${limit}${escape}[0m${escape}]0;title\u{7}\r`)
      .replaceAll('\n', '\r\n')
      .replace('continue', `${escape}(Bcontinue`);
    expect(stepQuotaGate(undefined, pane(colored)).verdict).toBe('suspected');
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['white space', ' '.repeat(10 * million)],
    ['line breaks', '\n'.repeat(10 * million)],
    ['one long line', 'x'.repeat(10 * million)],
    ['rules', `${'─'.repeat(100)}\n`.repeat(100_000)],
    ['input boxes', `${'─'.repeat(10)}\n> \n${'─'.repeat(10)}\n`.repeat(100_000)],
    ['prompts', '> /status\n'.repeat(million)],
    ['marks', '  ⎿  \n'.repeat(million)],
    ['calls', inPane('● A('.repeat(million))],
    ['open sequences', `${escape}[`.repeat(million)],
    ['open titles', `${escape}]`.repeat(million)],
    ['numbers in a sequence', `${escape}[${'1;'.repeat(million)}`],
    ['times', inPane(`  ⎿  You've hit your limit · resets ${'at 3pm, '.repeat(million)}`)],
    ['dots', inPane(`  ⎿  You've hit your limit${' · x'.repeat(million)}`)],
    ['spaces in the words', inPane(`  ⎿  You've hit your${' '.repeat(million)}limit!`)],
    ['half a character', inPane('  ⎿  \u{FFFD}\u{D83D} limit')],
    ['a half character at the cut', `\u{DE00}${'\u{1F600}'.repeat(100_000)}`],
    ['control characters', inPane(`  ⎿  ${'\u{0}\u{8}\u{9b}'.repeat(million)}`)],
  ];
  test.each(hostile)('of %s is no limit', (_name, text) => {
    expect(stepQuotaGate(undefined, pane(text)).verdict).toBe('none');
  });
});

describe('a state', () => {
  test.each(
    inWords<unknown>([
      null,
      'torn',
      [],
      { version: 2, pending: 'other' },
      { version: 1 },
      {
        version: 1,
        pending: {},
        exhaustedAccounts: 7,
        seenMessages: null,
        cooldown: { since: 'x', until: {} },
      },
      { version: 1, pending: [{ session: 'build', account: 'a', polls: 1e9, at: 0 }] },
      {
        version: 1,
        pending: [null, 3, { session: 'build' }],
        exhaustedAccounts: [null],
        seenMessages: [{}],
      },
      { version: 1, cooldown: { since: Number.NaN, until: Number.POSITIVE_INFINITY } },
      JSON.parse('{"__proto__":{"version":1,"pending":[]},"constructor":{}}'),
      new Map([['version', 1]]),
    ]),
  )('like %s begins anew', (_, state: unknown) => {
    const step = stepQuotaGate(state, pane(inPane(limit)));
    expect(step).toMatchObject({ verdict: 'suspected', polls: 1 });
    expect(step.state.pending).toHaveLength(1);
  });

  test('is not changed, and holds sessions of any name', () => {
    const names = ['__proto__', 'constructor', 'a b', '../x', '\u{D83D}'];
    let state: unknown;
    for (const name of names) {
      const step = stepQuotaGate(state, pane(inPane(limit), name));
      expect(step).toMatchObject({ verdict: 'suspected', polls: 1 });
      state = deepFreeze(JSON.parse(JSON.stringify(step.state)));
    }
    const later = { ...pane(inPane(limit), '__proto__'), at: new Date(at.getTime() + 1) };
    expect(stepQuotaGate(state, later).verdict).toBe('swap');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test('does not grow without end', () => {
    // As after 995 sessions and swaps: what the next ones add is what counts.
    const before = Array.from({ length: 995 }, (_, index) => `before-${index}`);
    const { pending, onScreen, ...first } = stepQuotaGate(undefined, pane(inPane(limit))).state;
    let state: unknown = {
      ...first,
      pending: before.flatMap((session) => pending.map((it) => ({ ...it, session }))),
      onScreen: before.flatMap((session) => onScreen.map((it) => ({ ...it, session }))),
      exhaustedAccounts: before,
    };
    for (let index = 0; index < 20; index += 1) {
      state = stepQuotaGate(state, pane(inPane(limit), `session-${index}`)).state;
    }
    expect(JSON.stringify(state).length).toBeLessThan(300_000);
    const swapped = { kind: 'swapped', at } as const;
    for (let index = 0; index < 20; index += 1) {
      state = stepQuotaGate(state, { ...swapped, from: `a${index}`, to: `a${index + 1}` }).state;
    }
    expect(JSON.stringify(state).length).toBeLessThan(300_000);
  });
});

describe('messages', () => {
  test.each(
    inWords<unknown>([
      undefined,
      null,
      7,
      'You have hit your limit',
      [],
      { type: 'result', is_error: true, result: { toString: 7 } },
      { type: 'result', is_error: true, api_error_status: '429' },
      { type: 'assistant', error: 'rate_limit', message: { content: [null, { text: 7 }] } },
      { type: 'assistant', error: 'rate_limit', message: { content: {} } },
      { type: 'rate_limit_event', rate_limit_info: [] },
      JSON.parse('{"__proto__":{"type":"result","is_error":true}}'),
    ]),
  )('like %s are no limit', (_, message: unknown) => {
    const seen = { kind: 'message', session: 'build', account: 'a', at, message } as const;
    expect(stepQuotaGate(undefined, seen).verdict).toBe('none');
  });

  test('with a time beyond all times tell the limit without its end', () => {
    const info = { status: 'rejected', rateLimitType: 'new_kind', resetsAt: 1e300 };
    const message = { type: 'rate_limit_event', rate_limit_info: info };
    const seen = { kind: 'message', session: 'build', account: 'a', at, message } as const;
    const step = stepQuotaGate(undefined, seen);
    expect(step).toMatchObject({ verdict: 'suspected', evidence: { limit: 'other' } });
    expect(step).not.toHaveProperty('evidence.resets');
  });
});

test('The default texts cannot be changed', () => {
  for (const list of [DefaultQuotaPatterns, DefaultQuotaVetoes]) {
    expect(Object.isFrozen(list)).toBe(true);
    expect(list.every((entry) => Object.isFrozen(entry))).toBe(true);
  }
});

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
