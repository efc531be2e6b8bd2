import {
  DefaultQuotaPatterns,
  DefaultQuotaVetoes,
  type QuotaPattern,
} from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { evidenceIn, vetoIn } from '../../../src/failover/quota/evidence.ts';

const now = Date.parse('2026-11-21T20:00:00Z');
const rules = { patterns: DefaultQuotaPatterns, vetoes: DefaultQuotaVetoes, now };

function withPattern(pattern: RegExp, limit: QuotaPattern['limit'] = 'other') {
  return { ...rules, patterns: [{ name: 'mine', limit, pattern }] };
}

/** When a limit ends that is told with a time in UTC. */
function ends(limit: QuotaPattern['limit'], time: string) {
  const named = withPattern(/^until (?<reset>.+)$/, limit);
  return evidenceIn(`until ${time} (UTC)`, named)?.resets?.at;
}

describe('evidence', () => {
  test('has what the pattern names, and no more', () => {
    expect(evidenceIn('out', withPattern(/^out$/))).toStrictEqual({
      limit: 'other',
      scope: 'seat',
      text: 'out',
      pattern: 'mine',
    });
    const named = withPattern(/^(?<model>\w+) until (?<reset>.+)$/);
    expect(evidenceIn('Opus until 9pm (UTC)', named)).toStrictEqual({
      limit: 'other',
      scope: 'seat',
      model: 'Opus',
      resets: { text: '9pm (UTC)', at: '2026-11-21T21:00:00.000Z', zone: 'UTC' },
      text: 'Opus until 9pm (UTC)',
      pattern: 'mine',
    });
  });

  test('is that of the first pattern that matches', () => {
    const patterns = ['a', 'b', 'c'].map((name): QuotaPattern => ({
      name,
      limit: 'other',
      scope: 'seat',
      pattern: name === 'a' ? /x/ : /limit/,
    }));
    expect(evidenceIn('limit', { ...rules, patterns })?.pattern).toBe('b');
    expect(evidenceIn('else', { ...rules, patterns })).toBeUndefined();
  });

  test('is found in one line, and shows 300 characters of it', () => {
    const said = `the\n  limit • ${'x'.repeat(400)} end`;
    const found = evidenceIn(said, withPattern(/^the limit · x+ end$/));
    expect(found?.text).toBe(`the limit · ${'x'.repeat(288)}`);
  });

  test('reads times that name no zone in the one that is given', () => {
    const named = withPattern(/^until (?<reset>.+)$/);
    expect(evidenceIn('until 9pm', named)?.resets).toStrictEqual({ text: '9pm' });
    expect(evidenceIn('until 9pm', { ...named, timeZone: 'Asia/Tokyo' })?.resets?.at).toBe(
      '2026-11-22T12:00:00.000Z',
    );
  });

  test('of a session limit ends within five hours and ten minutes, or has ended', () => {
    expect(ends('session', '1:10am')).toBe('2026-11-22T01:10:00.000Z');
    expect(ends('session', '1:11am')).toBe('2026-11-21T01:11:00.000Z');
    expect(ends('weekly', '1:11am')).toBe('2026-11-22T01:11:00.000Z');
  });
});

describe('a veto', () => {
  test('is the first remark that is one, in one line, cut at 300 characters', () => {
    const long = `API Error:\n  529 ${'x'.repeat(400)}`;
    expect(vetoIn(['Done.', long, 'API Error: 500'], rules)).toStrictEqual({
      name: 'server-error',
      text: `API Error: 529 ${'x'.repeat(285)}`,
    });
  });

  test('is none where no remark is one', () => {
    expect(vetoIn([], rules)).toBeUndefined();
    expect(vetoIn(['Done.', 'It said: API Error: 529'], rules)).toBeUndefined();
  });
});
