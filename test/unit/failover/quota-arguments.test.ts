import { isSharedStateError } from 'claude-shared-state';
import { type QuotaGateOptions, stepQuotaGate } from 'claude-shared-state/failover';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { inPane } from '../support/quota-texts.ts';

const at = new Date('2026-11-21T20:00:00Z');
const pane = { kind: 'pane', session: 'build', account: 'a', at, text: '' } as const;
const message = { kind: 'message', session: 'build', account: 'a', at, message: {} } as const;
const swapped = { kind: 'swapped', from: 'a', to: 'b', at } as const;
const limit = "  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)";

/** What is refused of a call as only JavaScript can make it: the arguments, and what they must be. */
function refusalsOf(observation: unknown, options: unknown = {}): readonly string[] {
  try {
    Reflect.apply(stepQuotaGate, undefined, [undefined, observation, options]);
  } catch (error) {
    if (!isSharedStateError(error) || error.operation !== 'stepQuotaGate') throw error;
    return error.problems.map((it) =>
      it.code === 'invalid-argument' ? `${it.argument}: ${it.expected}` : it.code,
    );
  }
  return [];
}

const PATTERNS =
  'options.patterns: an array of { name, limit, pattern }, whose pattern is a regular expression without the flags g and y';
const VETOES =
  'options.vetoes: an array of { name, pattern }, whose pattern is a regular expression without the flags g and y';
const POLLS = 'options.confirmPolls: a whole number from 1 on';
const COOLDOWN = 'options.cooldownMs: a whole number of milliseconds from 0 on';
const ZONE = 'options.timeZone: the name of a time zone, such as Europe/Paris';
const KIND = "observation.kind: 'pane', 'message' or 'swapped'";
const TEXT = 'observation.text: the text of a pane';
const TIME = 'observation.at: a Date with a valid time';
const named = (member: string) => `observation.${member}: a text that is not empty`;

const rule = { name: 'x', limit: 'spend', pattern: /x/ };

describe('an option', () => {
  test.each<readonly [string, unknown]>([
    [PATTERNS, { patterns: 'x' }],
    [PATTERNS, { patterns: null }],
    [PATTERNS, { patterns: { 0: rule, length: 1 } }],
    [PATTERNS, { patterns: [rule, { ...rule, name: 7 }] }],
    [PATTERNS, { patterns: [{ ...rule, limit: 'daily' }, rule] }],
    [PATTERNS, { patterns: [{ ...rule, limit: undefined }] }],
    [PATTERNS, { patterns: [{ ...rule, pattern: 'x' }] }],
    [PATTERNS, { patterns: [{ ...rule, pattern: { flags: '', exec: () => null } }] }],
    [PATTERNS, { patterns: [{ ...rule, pattern: /x/g }] }],
    [PATTERNS, { patterns: [{ ...rule, pattern: /x/y }] }],
    [PATTERNS, { patterns: [undefined] }],
    // A hole is a pattern that is missing.
    [PATTERNS, { patterns: Array.from({ length: 2 }).with(0, rule) }],
    [VETOES, { vetoes: 'x' }],
    [VETOES, { vetoes: [rule, { name: 'x' }] }],
    [VETOES, { vetoes: [{ pattern: /x/ }] }],
    [VETOES, { vetoes: [{ name: 'x', pattern: /x/iy }] }],
    [POLLS, { confirmPolls: 0 }],
    [POLLS, { confirmPolls: 1.5 }],
    [POLLS, { confirmPolls: '2' }],
    [POLLS, { confirmPolls: Number.POSITIVE_INFINITY }],
    [COOLDOWN, { cooldownMs: -1 }],
    [COOLDOWN, { cooldownMs: 0.5 }],
    [COOLDOWN, { cooldownMs: null }],
    [ZONE, { timeZone: 'Nowhere/Land' }],
    [ZONE, { timeZone: '' }],
    ['unknown-option', { cooldown: 1 }],
    ['invalid-argument', []],
    ['invalid-argument', null],
  ])('is refused, and told what it must be: %s', (expected, options) => {
    expect(refusalsOf(pane, options)).toEqual([expected]);
  });

  test('that is wrong does not hide another one, nor a wrong observation', () => {
    const options = { patterns: 1, vetoes: 1, confirmPolls: -1, cooldownMs: -1, timeZone: 'x' };
    expect(refusalsOf({ ...pane, session: '' }, options)).toEqual([
      PATTERNS,
      VETOES,
      POLLS,
      COOLDOWN,
      ZONE,
      named('session'),
    ]);
  });

  test.each<QuotaGateOptions>([
    {},
    { patterns: [], vetoes: [], confirmPolls: 1, cooldownMs: 0, timeZone: 'Asia/Kolkata' },
    {
      patterns: undefined,
      vetoes: undefined,
      confirmPolls: undefined,
      cooldownMs: undefined,
      timeZone: undefined,
    },
    {
      patterns: (['session', 'weekly', 'model', 'spend', 'other'] as const).map((kind) => ({
        name: '',
        limit: kind,
        pattern: /x/imsu,
      })),
    },
  ])('like those of #%$ is taken', (options) => {
    expect(refusalsOf(pane, options)).toEqual([]);
  });

  test('may hold a regular expression of another realm', () => {
    const pattern: unknown = runInNewContext('/x/');
    expect(refusalsOf(pane, { vetoes: [{ name: 'x', pattern }] })).toEqual([]);
  });
});

function seen(seconds: number, account = 'a') {
  return { ...pane, account, at: new Date(at.getTime() + seconds * 1000), text: inPane(limit) };
}

describe('options that are left out', () => {
  test('mean that two polls must agree', () => {
    const first = stepQuotaGate(undefined, seen(0));
    expect(first).toMatchObject({ verdict: 'suspected', polls: 1, needed: 2 });
    expect(stepQuotaGate(first.state, seen(1)).verdict).toBe('swap');
  });

  test('mean a cool-down of five minutes', () => {
    const step = stepQuotaGate(undefined, swapped);
    expect(step).toMatchObject({ verdict: 'cooling-down', until: '2026-11-21T20:05:00.000Z' });
    expect(stepQuotaGate(step.state, seen(299, 'b')).verdict).toBe('cooling-down');
    expect(stepQuotaGate(step.state, seen(300, 'b')).verdict).toBe('suspected');
  });
});

describe('an observation', () => {
  test.each([
    ['nothing', undefined, [KIND, TIME]],
    ['none', {}, [KIND, TIME]],
    ['of another kind', { ...pane, kind: 'screen' }, [KIND]],
    ['of a kind that is inherited', Object.create({ kind: 'pane' }), [KIND, TIME]],
    ['of a session without a name', { ...pane, session: '' }, [named('session')]],
    ['of a session whose name is none', { ...message, session: 7 }, [named('session')]],
    ['of no account', { ...message, account: undefined }, [named('account')]],
    ['of nobody', { kind: 'message', at }, [named('session'), named('account')]],
    ['without a text', { ...pane, text: undefined }, [TEXT]],
    ['with another text', { ...pane, text: 7 }, [TEXT]],
    ['without a time', { ...pane, at: undefined }, [TIME]],
    ['with no real time', { ...message, at: new Date(Number.NaN) }, [TIME]],
    ['with a number for a time', { ...swapped, at: 0 }, [TIME]],
    ['from nowhere', { ...swapped, from: '' }, [named('from')]],
    ['to nowhere', { ...swapped, to: undefined }, [named('to')]],
  ])('%s is refused, and told what it must be', (_, observation, expected) => {
    expect(refusalsOf(observation)).toEqual(expected);
  });

  test.each([pane, message, swapped, { ...message, text: 7 }])(
    'like #%$ needs no more than belongs to it',
    (observation) => {
      expect(refusalsOf(observation)).toEqual([]);
    },
  );
});
