import { isSharedStateError } from 'claude-shared-state';
import { type QuotaGateOptions, stepQuotaGate } from 'claude-shared-state/failover';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { inPane } from '../support/quota-texts.ts';

const at = new Date('2026-11-21T20:00:00Z');
const pane = { kind: 'pane', session: 'build', account: 'a', at, text: '' } as const;
const message = { kind: 'message', session: 'build', account: 'a', at, message: {} } as const;
const swapped = { kind: 'swapped', from: 'a', to: 'b', at } as const;
const limit = "  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)";

/** The arguments that a call refuses, as only JavaScript can make it. */
function refusedBy(observation: unknown, options: unknown = {}): readonly string[] {
  try {
    Reflect.apply(stepQuotaGate, undefined, [undefined, observation, options]);
  } catch (error) {
    if (!isSharedStateError(error) || error.operation !== 'stepQuotaGate') throw error;
    return error.problems.map((problem) => ('argument' in problem ? problem.argument : ''));
  }
  return [];
}

const rule = { name: 'x', limit: 'spend', pattern: /x/ };

describe('an option', () => {
  test.each<readonly [string, unknown]>([
    ['options.patterns', { patterns: 'x' }],
    ['options.patterns', { patterns: null }],
    ['options.patterns', { patterns: { 0: rule, length: 1 } }],
    ['options.patterns[1].name', { patterns: [rule, { ...rule, name: 7 }] }],
    ['options.patterns[0].limit', { patterns: [{ ...rule, limit: 'daily' }, rule] }],
    ['options.patterns[0].limit', { patterns: [{ ...rule, limit: undefined }] }],
    ['options.patterns[0].pattern', { patterns: [{ ...rule, pattern: 'x' }] }],
    ['options.patterns[0].pattern', { patterns: [{ ...rule, pattern: { flags: '' } }] }],
    ['options.patterns[0].pattern', { patterns: [{ ...rule, pattern: /x/g }] }],
    ['options.patterns[0].pattern', { patterns: [{ ...rule, pattern: /x/y }] }],
    ['options.patterns[0]', { patterns: [undefined] }],
    ['options.vetoes', { vetoes: 'x' }],
    ['options.vetoes[1].pattern', { vetoes: [{ name: 'x', pattern: /x/ }, { name: 'x' }] }],
    ['options.vetoes[0].name', { vetoes: [{ pattern: /x/ }] }],
    ['options.vetoes[0].pattern', { vetoes: [{ name: 'x', pattern: /x/iy }] }],
    ['options.confirmPolls', { confirmPolls: 0 }],
    ['options.confirmPolls', { confirmPolls: 1.5 }],
    ['options.cooldownMs', { cooldownMs: -1 }],
    ['options.cooldownMs', { cooldownMs: 0.5 }],
    ['options.timeZone', { timeZone: 'Nowhere/Land' }],
    ['options.timeZone', { timeZone: '' }],
    ['options.cooldown', { cooldown: 1 }],
    ['options', []],
    ['options', null],
  ])('%s is refused if it is invalid', (argument, options) => {
    expect(refusedBy(pane, options)).toEqual([argument]);
  });

  test('does not hide another invalid one, nor an invalid observation', () => {
    const options = { patterns: 1, vetoes: 1, confirmPolls: -1, cooldownMs: -1, timeZone: 'x' };
    expect(refusedBy({ ...pane, session: '' }, options)).toEqual([
      'options.patterns',
      'options.vetoes',
      'options.confirmPolls',
      'options.cooldownMs',
      'options.timeZone',
      'observation.session',
    ]);
  });

  test.each(
    inWords<QuotaGateOptions>([
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
    ]),
  )('like those of %s is taken', (_, options) => {
    expect(refusedBy(pane, options)).toEqual([]);
  });

  test('may hold a regular expression of another realm', () => {
    const pattern: unknown = runInNewContext('/x/');
    expect(refusedBy(pane, { vetoes: [{ name: 'x', pattern }] })).toEqual([]);
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
    ['nothing', undefined, ['observation.kind', 'observation.at']],
    ['none', {}, ['observation.kind', 'observation.at']],
    ['of another kind', { ...pane, kind: 'screen' }, ['observation.kind']],
    [
      'of a kind that is inherited',
      Object.create({ kind: 'pane' }),
      ['observation.kind', 'observation.at'],
    ],
    ['of a session without a name', { ...pane, session: '' }, ['observation.session']],
    ['of a session whose name is none', { ...message, session: 7 }, ['observation.session']],
    ['of no account', { ...message, account: undefined }, ['observation.account']],
    ['of nobody', { kind: 'message', at }, ['observation.session', 'observation.account']],
    ['without a text', { ...pane, text: undefined }, ['observation.text']],
    ['with another text', { ...pane, text: 7 }, ['observation.text']],
    ['without a time', { ...pane, at: undefined }, ['observation.at']],
    ['with no real time', { ...message, at: new Date(Number.NaN) }, ['observation.at']],
    ['with a number for a time', { ...swapped, at: 0 }, ['observation.at']],
    ['from nowhere', { ...swapped, from: '' }, ['observation.from']],
    ['to nowhere', { ...swapped, to: undefined }, ['observation.to']],
  ])('%s is refused', (_, observation, expected) => {
    expect(refusedBy(observation)).toEqual(expected);
  });

  test.each(inWords([pane, message, swapped, { ...message, text: 7 }]))(
    'like %s needs no more than belongs to it',
    (_, observation) => {
      expect(refusedBy(observation)).toEqual([]);
    },
  );
});
