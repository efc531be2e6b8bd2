import { DefaultQuotaPatterns, DefaultQuotaVetoes } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import {
  wasSeen,
  seenAfterSwap,
  seenAfterWork,
  messageOf,
} from '../../../src/failover/quota/state.ts';
import { noReading } from '../../../src/failover/quota/evidence.ts';
import { readPane } from '../../../src/failover/quota/pane.ts';
import type { SeenMessage, QuotaGateState } from '../../../src/failover/quota/state.ts';
import { inPane } from '../support/quota-texts.ts';

const now = Date.parse('2026-11-21T20:00:00Z');
const evidence = {
  limit: 'model',
  scope: 'model',
  model: 'Opus',
  text: 'the text',
  pattern: 'x',
} as const;
const resets = { text: '9pm (UTC)', at: '2026-11-21T21:00:00.000Z' };
const at = Date.parse(resets.at);

function stateWith(...seenMessages: readonly SeenMessage[]): QuotaGateState {
  return {
    version: 1,
    pending: [],
    exhaustedAccounts: [],
    limits: [],
    onScreen: [],
    seenMessages,
  };
}

/** What a session showed, with an end or without one. */
function shown(session: string, resetsAt?: number): SeenMessage {
  const text = 'limit';
  return { session, text, prompt: '> go', ...(resetsAt === undefined ? {} : { resetsAt }) };
}

const identity = { session: 'build', prompt: '> go' };

/** The end of a message whose session showed other words, or the same, before. */
function endAfter(text: string, resetsAt?: number, was = '> go', is = '> go') {
  const end = resetsAt === undefined ? {} : { resetsAt };
  const message = { ...identity, text, prompt: was, ...end };
  return messageOf('build', { ...evidence, resets }, is, [message]).resetsAt;
}

describe('what identifies a message', () => {
  test('is its text where no end is told', () => {
    expect(messageOf('build', evidence, '> go', [])).toStrictEqual({
      ...identity,
      text: 'the text',
    });
  });

  test('is the end as it is printed, without its zone, however the limit is told', () => {
    expect(messageOf('build', { ...evidence, resets }, '> go', [])).toStrictEqual({
      ...identity,
      text: '9pm',
      resetsAt: at,
    });
    const { model: _, ...other } = evidence;
    expect(messageOf('build', { ...other, resets: { text: '9pm' } }, '> go', [])).toStrictEqual({
      ...identity,
      text: '9pm',
    });
  });

  test('keeps the end that was read first, as long as the words are the same', () => {
    expect(endAfter('9pm', 7)).toBe(7);
    expect(endAfter('9pm')).toBe(at);
    expect(endAfter('10pm', 7)).toBe(at);
  });

  test('keeps the end below the same prompt only, or one that has scrolled away', () => {
    expect(endAfter('9pm', 7, '> go', '> on')).toBe(at);
    expect(endAfter('9pm', 7, '', '> on')).toBe(7);
    expect(endAfter('9pm', 7, '> go', '')).toBe(7);
  });
});

describe('a message is known', () => {
  test.each([
    ['in any session, as long as its end is to come', shown('build', now + 1), 'docs', '> x', true],
    ['not elsewhere from its end on', shown('build', now), 'docs', '> go', false],
    ['not elsewhere without an end', shown('build'), 'docs', '> go', false],
    ['in its session by its prompt', shown('build'), 'build', '> go', true],
    ['in its session by its prompt after its end', shown('build', now), 'build', '> go', true],
    ['not at another prompt', shown('build'), 'build', '> x', false],
  ] as const)('%s', (_, known, session, prompt, is) => {
    const message = { session, text: 'limit', prompt };
    expect(wasSeen(stateWith(shown('x', 1), known), message, now)).toBe(is);
    expect(wasSeen(stateWith(known), { ...message, text: 'other' }, now)).toBe(false);
    expect(wasSeen(stateWith(), message, now)).toBe(false);
  });
});

test('After work in a session the same words would be news there, but for an end to come', () => {
  const state = stateWith(
    shown('build'),
    shown('build', now),
    shown('build', now + 1),
    shown('docs'),
    shown('docs', now),
  );
  expect(seenAfterWork(state, 'build', now)).toStrictEqual([
    // In no session any more.
    shown('', now + 1),
    shown('docs'),
    shown('docs', now),
  ]);
});

test('After a swap is known what was known, unless it has ended, and what is suspected', () => {
  const state: QuotaGateState = {
    ...stateWith(shown('a'), shown('b', now), shown('c', now + 1)),
    pending: [
      { session: 'd', account: 'x', polls: 2, at: now, message: shown('d', now) },
      { session: 'e', account: 'x', polls: 2, at: now, message: shown('e') },
    ],
  };
  expect(seenAfterSwap(state, now)).toStrictEqual([
    shown('a'),
    shown('c', now + 1),
    shown('d', now),
    shown('e'),
  ]);
});

describe('a pane', () => {
  const rules = { patterns: DefaultQuotaPatterns, vetoes: DefaultQuotaVetoes, now };

  test('without an input box is a poll in which nothing is seen', () => {
    expect(readPane('$', rules)).toStrictEqual({ ...noReading, poll: true });
  });

  test('tells the limit that is told below the box, where the last word above it is none', () => {
    const below = '  ⚠ Usage limit reached · limit resets 9pm (UTC)';
    const text = inPane('  ⎿  Interrupted').replace('  ? for shortcuts', below);
    expect(readPane(text, rules)).toMatchObject({
      evidence: { pattern: 'waiting', resets },
      poll: true,
      prompt: '> continue',
    });
  });
});
