import { DefaultQuotaPatterns, DefaultQuotaVetoes } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { noReading as nothing } from '../../../src/failover/quota/evidence.ts';
import { readMessage } from '../../../src/failover/quota/message.ts';
import { inWords } from '../support/in-words.ts';

const now = Date.parse('2026-11-21T20:00:00Z');
const rules = { patterns: DefaultQuotaPatterns, vetoes: DefaultQuotaVetoes, now };
const words = "You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)";
const weekly = {
  limit: 'weekly',
  scope: 'seat',
  resets: {
    text: 'Nov 25, 4:50am (Europe/Paris)',
    at: '2026-11-25T03:50:00.000Z',
    zone: 'Europe/Paris',
  },
  text: words,
  pattern: 'hit-weekly',
};
const poll = { ...nothing, poll: true };

describe('a result', () => {
  const refusal = { type: 'result', is_error: true, api_error_status: 429, result: words };

  test.each([
    ['was refused', refusal],
    ['tells no status, as before 2.1', { ...refusal, api_error_status: undefined }],
    ['tells none that is a number', { ...refusal, api_error_status: null }],
    ['names the limit, too', { ...refusal, api_error: 'usage_limit_reached' }],
  ])('that %s is a poll with its limit', (_, message) => {
    expect(readMessage(message, rules)).toStrictEqual({ ...poll, evidence: weekly });
  });

  test.each([
    ['went well', { ...refusal, is_error: false }],
    ['does not say how it went', { type: 'result', result: words }],
    ['was refused for another reason', { ...refusal, api_error_status: 400 }],
    ['has other words', { ...refusal, result: 'Nothing of that' }],
    ['has no words', { ...refusal, result: undefined }],
    ['has words that are no text', { ...refusal, result: [words] }],
    ['names another error', { ...refusal, result: 'x', api_error: 'overloaded' }],
    [
      'names a limit beside another status',
      { ...refusal, result: 'x', api_error_status: 500, api_error: 'usage_limit_reached' },
    ],
  ])('that %s is a poll without a limit', (_, message) => {
    expect(readMessage(message, rules)).toStrictEqual(poll);
  });

  test('in words that no pattern knows is a limit where the program names it', () => {
    const result = `In ${'x'.repeat(400)}`;
    const named = { ...refusal, api_error: 'usage_limit_reached' };
    const text = result.slice(0, 300);
    const evidence = { limit: 'other', scope: 'seat', text, pattern: 'api_error' };
    expect(readMessage({ ...named, result }, rules)).toStrictEqual({ ...poll, evidence });
    expect(readMessage({ ...named, result: undefined }, rules).evidence?.text).toBe('');
  });

  test('of an overload is a poll with a veto', () => {
    const result = 'API Error: 529 Overloaded';
    expect(readMessage({ ...refusal, api_error_status: 529, result }, rules)).toStrictEqual({
      ...poll,
      veto: { name: 'server-error', text: result },
    });
  });
});

function answer(content: unknown, error: unknown = 'rate_limit') {
  return { type: 'assistant', error, message: { content } };
}

describe('an answer', () => {
  test.each([
    ['in one piece', [{ type: 'text', text: words }]],
    ['in two', [{ text: words.slice(0, 10) }, { text: words.slice(11) }]],
    ['beside what is no text', [{ type: 'image' }, { text: words }, null]],
  ])('of the program itself tells a limit, %s, and is no poll', (_, content) => {
    expect(readMessage(answer(content), rules)).toStrictEqual({ ...nothing, evidence: weekly });
  });

  test.each([
    ['of the model', answer([{ text: words }], null)],
    ['about another error', answer([{ text: words }], 'overloaded')],
    ['whose content is no list', answer({ text: words })],
    ['whose content is a text', answer(words)],
    ['without content', { type: 'assistant', error: 'rate_limit' }],
    ['with other words', answer([{ text: `He said: ${words}` }])],
  ])('%s tells none', (_, message) => {
    expect(readMessage(message, rules)).toStrictEqual(nothing);
  });
});

function event(info: unknown) {
  return { type: 'rate_limit_event', rate_limit_info: info };
}

describe('an event', () => {
  const rejected = { status: 'rejected', resetsAt: 1_795_297_800, overageResetsAt: 1_795_300_000 };
  const resets = { text: '1795297800', at: '2026-11-21T21:50:00.000Z' };

  test.each([
    ['five_hour', 'session'],
    ['seven_day', 'weekly'],
    ['seven_day_opus', 'model'],
    ['seven_day_sonnet', 'model'],
    ['seven_day_overage_included', 'model'],
    ['overage', 'spend'],
    ['fortnight', 'other'],
  ])('of %s tells the limit %s with its end, and is no poll', (rateLimitType, limit) => {
    const told = {
      limit,
      scope: limit === 'model' ? 'model' : 'seat',
      resets,
      text: `rate_limit_event: ${rateLimitType}`,
      pattern: 'rate_limit_event',
    };
    for (const more of [{}, { overageStatus: 'rejected' }, { isUsingOverage: false }]) {
      const message = event({ ...rejected, rateLimitType, ...more });
      expect(readMessage(message, rules)).toStrictEqual({ ...nothing, evidence: told });
    }
  });

  test('of used up credits alone tells them, with their own end', () => {
    const message = event({ ...rejected, overageStatus: 'rejected' });
    expect(readMessage(message, rules)).toStrictEqual({
      ...nothing,
      evidence: {
        limit: 'spend',
        scope: 'seat',
        resets: { text: '1795300000', at: '2026-11-21T22:26:40.000Z' },
        text: 'rate_limit_event: overage',
        pattern: 'rate_limit_event',
      },
    });
  });

  test.each(inWords([undefined, '1795297800', Number.NaN, 1e300]))(
    'tells no end from %s',
    (_, resetsAt) => {
      const { evidence } = readMessage(event({ ...rejected, rateLimitType: 'x', resetsAt }), rules);
      expect(evidence).toStrictEqual({
        limit: 'other',
        scope: 'seat',
        text: 'rate_limit_event: x',
        pattern: 'rate_limit_event',
      });
    },
  );

  test('shows no more than 300 characters of a kind', () => {
    const { evidence } = readMessage(event({ ...rejected, rateLimitType: 'x'.repeat(999) }), rules);
    expect(evidence?.text).toHaveLength(300);
  });

  test.each([
    ['of nothing', undefined],
    [
      'of a request that was allowed',
      { ...rejected, status: 'allowed', rateLimitType: 'five_hour' },
    ],
    ['of credits in use', { ...rejected, rateLimitType: 'five_hour', isUsingOverage: true }],
    ['of credits that are left', { ...rejected, rateLimitType: 'x', overageStatus: 'allowed' }],
    ['of credits that are left alone', { ...rejected, overageStatus: 'allowed' }],
    ['of no kind', rejected],
    ['of a kind that is none', { ...rejected, rateLimitType: 7 }],
  ])('%s tells no limit', (_, info) => {
    expect(readMessage(event(info), rules)).toStrictEqual(nothing);
  });
});

test.each(inWords([undefined, 'result', {}, { type: 'system' }, { type: 'user', result: words }]))(
  'A message like %s tells nothing',
  (_, message: unknown) => {
    expect(readMessage(message, rules)).toStrictEqual(nothing);
  },
);
