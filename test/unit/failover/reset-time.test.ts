import { describe, expect, test } from 'vitest';
import { readResetTime } from '../../../src/failover/quota/reset-time.ts';
import { inWords } from '../support/in-words.ts';

const HOUR = 3_600_000;

function at(
  text: string,
  seen: string,
  more: { timeZone?: string; within?: number; age?: number } = {},
) {
  return readResetTime(text, { now: Date.parse(seen), ...more }).at;
}

describe('a reset time', () => {
  test.each([
    ['10:40pm (Europe/Paris)', '2026-11-21T19:51:00Z', '2026-11-21T21:40:00.000Z'],
    ['1am (Europe/Paris)', '2026-11-21T21:30:00Z', '2026-11-22T00:00:00.000Z'],
    ['12am (UTC)', '2026-11-21T19:51:00Z', '2026-11-22T00:00:00.000Z'],
    ['12pm (UTC)', '2026-11-21T09:00:00Z', '2026-11-21T12:00:00.000Z'],
    ['3:45 PM (UTC)', '2026-11-21T09:00:00Z', '2026-11-21T15:45:00.000Z'],
    ['3:30am (Asia/Kolkata)', '2026-11-21T20:00:00Z', '2026-11-21T22:00:00.000Z'],
    ['Nov 25, 4:50am (Europe/Paris)', '2026-11-21T20:00:00Z', '2026-11-25T03:50:00.000Z'],
    ['Jul 27 at 4:30am (Asia/Calcutta)', '2026-07-24T12:00:00Z', '2026-07-26T23:00:00.000Z'],
    ['Jan 20, 2027, 9pm (Europe/Paris)', '2026-11-21T20:00:00Z', '2027-01-20T20:00:00.000Z'],
    ['Jan 2, 9am (UTC)', '2026-12-30T20:00:00Z', '2027-01-02T09:00:00.000Z'],
    ['Dec 31, 9am (UTC)', '2027-01-01T20:00:00Z', '2026-12-31T09:00:00.000Z'],
    ['October 24 (UTC)', '2026-10-21T20:00:00Z', '2026-10-24T00:00:00.000Z'],
    ['Thursday 3pm (UTC)', '2026-11-21T20:00:00Z', '2026-11-26T15:00:00.000Z'],
    ['Sat 3pm (UTC)', '2026-11-21T20:00:00Z', '2026-11-28T15:00:00.000Z'],
    ['Mon, 12:00am (America/New_York)', '2026-11-21T20:00:00Z', '2026-11-23T05:00:00.000Z'],
    ['Sun 3pm (UTC)', '2026-11-21T20:00:00Z', '2026-11-22T15:00:00.000Z'],
    ['Thursday  3pm (UTC)', '2026-11-21T20:00:00Z', '2026-11-26T15:00:00.000Z'],
    ['Jan 20, 2029, 9pm (UTC)', '2026-11-21T20:00:00Z', '2029-01-20T21:00:00.000Z'],
    ['3:59pm (UTC)', '2026-11-21T09:00:00Z', '2026-11-21T15:59:00.000Z'],
    [' in 2 hours ', '2026-11-21T20:00:00Z', '2026-11-21T22:00:00.000Z'],
    ['in 2 hours', '2026-11-21T20:00:00Z', '2026-11-21T22:00:00.000Z'],
    ['in 1d 3h', '2026-11-21T20:00:00Z', '2026-11-22T23:00:00.000Z'],
    ['in 2d', '2026-11-21T20:00:00Z', '2026-11-23T20:00:00.000Z'],
    ['in 45m', '2026-11-21T20:00:00Z', '2026-11-21T20:45:00.000Z'],
    ['in 2h 5m', '2026-11-21T20:00:00Z', '2026-11-21T22:05:00.000Z'],
    ['1748800000', '2026-11-21T20:00:00Z', '2025-06-01T17:46:40.000Z'],
    ['1748800000123', '2026-11-21T20:00:00Z', '2025-06-01T17:46:40.123Z'],
    // Days on which the clocks are changed: one has 23 hours, one 25.
    ['4am (Europe/Paris)', '2026-03-28T23:30:00Z', '2026-03-29T02:00:00.000Z'],
    ['4am (Europe/Paris)', '2026-10-24T23:30:00Z', '2026-10-25T03:00:00.000Z'],
    ['2:30am (Europe/Paris)', '2026-03-28T23:30:00Z', '2026-03-29T01:30:00.000Z'],
    ['2:30am (Europe/Paris)', '2026-10-24T22:30:00Z', '2026-10-25T01:30:00.000Z'],
    ['4am (America/New_York)', '2027-03-14T05:00:00Z', '2027-03-14T08:00:00.000Z'],
    ['2:30am (America/New_York)', '2027-03-14T05:00:00Z', '2027-03-14T07:30:00.000Z'],
    ['1:30am (America/New_York)', '2026-11-01T04:00:00Z', '2026-11-01T06:30:00.000Z'],
    ['4am (America/New_York)', '2026-11-01T04:00:00Z', '2026-11-01T09:00:00.000Z'],
  ])('%s at %s is %s', (text, seen, moment) => {
    expect(at(text, seen)).toBe(moment);
  });

  test('keeps its text, and names its zone', () => {
    const read = readResetTime('9pm (Europe/Paris)', { now: 0 });
    expect(read).toEqual({
      text: '9pm (Europe/Paris)',
      at: '1970-01-01T20:00:00.000Z',
      zone: 'Europe/Paris',
    });
  });

  test('has passed already where it would be too far ahead', () => {
    const within = 5 * HOUR;
    expect(at('3:45pm (UTC)', '2026-11-21T15:50:00Z', { within })).toBe('2026-11-21T15:45:00.000Z');
    expect(at('3:45pm (UTC)', '2026-11-21T11:00:00Z', { within })).toBe('2026-11-21T15:45:00.000Z');
    expect(at('11:50pm (UTC)', '2026-11-22T00:10:00Z', { within })).toBe(
      '2026-11-21T23:50:00.000Z',
    );
  });

  test.each([
    ['3am (UTC)', '2026-11-30T03:59:00Z', '2026-11-30T03:00:00.000Z'],
    ['3am (UTC)', '2026-11-30T04:00:00Z', '2026-12-01T03:00:00.000Z'],
    ['11:50pm (UTC)', '2026-11-30T00:10:00Z', '2026-11-29T23:50:00.000Z'],
    ['Mon 3am (UTC)', '2026-11-30T03:05:00Z', '2026-11-30T03:00:00.000Z'],
    ['Mon 3am (UTC)', '2026-11-30T04:00:00Z', '2026-12-07T03:00:00.000Z'],
    ['Sun 11:50pm (UTC)', '2026-11-30T00:10:00Z', '2026-11-29T23:50:00.000Z'],
  ])('%s up to an hour before %s is %s', (text, seen, moment) => {
    expect(at(text, seen, { age: HOUR })).toBe(moment);
  });

  test('as far ahead as can be is not too far, however old the text', () => {
    const more = { within: 5 * HOUR, age: HOUR };
    expect(at('3pm (UTC)', '2026-11-21T10:00:00Z', more)).toBe('2026-11-21T15:00:00.000Z');
    expect(at('3pm (UTC)', '2026-11-21T15:30:00Z', more)).toBe('2026-11-21T15:00:00.000Z');
  });

  test('of this very moment is that of the next day', () => {
    expect(at('3pm (UTC)', '2026-11-21T15:00:00Z')).toBe('2026-11-22T15:00:00.000Z');
  });

  test('as far ahead as can be is not too far', () => {
    const within = 5 * HOUR;
    expect(at('3pm (UTC)', '2026-11-21T10:00:00Z', { within })).toBe('2026-11-21T15:00:00.000Z');
    expect(at('3pm (UTC)', '2026-11-21T09:59:00Z', { within })).toBe('2026-11-20T15:00:00.000Z');
  });

  test('without a zone is read in the one that is given, or not at all', () => {
    expect(at('9pm', '2026-11-21T15:00:00Z', { timeZone: 'Asia/Tokyo' })).toBe(
      '2026-11-22T12:00:00.000Z',
    );
    expect(readResetTime('9pm', { now: 0 })).toStrictEqual({ text: '9pm' });
  });

  test.each(
    inWords([
      '',
      'in',
      '(UTC)',
      'soon',
      '25pm (UTC)',
      '0am (UTC)',
      '3:99pm (UTC)',
      '9pm (Nowhere/Land)',
      'Foo 3, 9pm (UTC)',
      'Foo 9pm (UTC)',
      '9pm () (UTC)',
      '22:50 (UTC)',
    ]),
  )('with text %s gives only the text', (_, text) => {
    expect(readResetTime(text, { now: Date.parse('2026-11-21T20:00:00Z') }).at).toBeUndefined();
  });
});
