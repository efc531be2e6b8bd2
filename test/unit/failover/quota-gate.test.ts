import {
  type QuotaGateOptions,
  type QuotaObservation,
  stepQuotaGate,
} from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { steps, verdicts } from '../support/quota-steps.ts';
import { inPane, resumed } from '../support/quota-texts.ts';

const MINUTE = 60_000;
const start = Date.parse('2026-11-21T20:00:00Z');
const limit = "  ⎿  You've hit your session limit · resets 10:50pm (Europe/Paris)";
const overload = '  ⎿  API Error: 529 Overloaded. This is a server-side issue, usually temporary';
const spend = "  ⎿  You've hit your monthly spend limit · raise it at claude.ai/settings/usage";
const calm = '\n● Done.';

interface Seen {
  readonly session?: string;
  readonly account?: string;
  readonly prompt?: string;
}

/** What a pane shows a number of minutes after the start. */
function pane(minutes: number, excerpt: string, seen: Seen = {}): QuotaObservation {
  const { session = 'build', account = 'a', prompt } = seen;
  const at = new Date(start + minutes * MINUTE);
  return { kind: 'pane', session, account, at, text: inPane(excerpt, prompt) };
}

function result(minutes: number, message: unknown): QuotaObservation {
  const at = new Date(start + minutes * MINUTE);
  return { kind: 'message', session: 'build', account: 'a', at, message };
}

function swap(minutes: number, from = 'a', to = 'b'): QuotaObservation {
  return { kind: 'swapped', from, to, at: new Date(start + minutes * MINUTE) };
}

describe('agreement', () => {
  test('takes two polls in a row, over a death of the daemon, and goes on until the swap', () => {
    expect(verdicts([pane(0, limit), pane(1, limit), pane(2, limit)])).toEqual([
      'suspected',
      'swap',
      'swap',
    ]);
  });

  test('is counted for each session', () => {
    const other = { session: 'docs' };
    expect(verdicts([pane(0, limit), pane(1, limit, other), pane(2, limit)])).toEqual([
      'suspected',
      'suspected',
      'swap',
    ]);
  });

  test('is lost by a poll without the message', () => {
    expect(verdicts([pane(0, limit), pane(1, calm), pane(2, limit)])).toEqual([
      'suspected',
      'none',
      'suspected',
    ]);
  });

  test('is not made by polls of the same time', () => {
    expect(verdicts([pane(0, limit), pane(0, limit), pane(0, limit)])).toEqual([
      'suspected',
      'suspected',
      'suspected',
    ]);
  });

  test('is not lost by a poll of the same time', () => {
    const seen = steps(
      [0, 1, 1].map((minutes) => pane(minutes, limit)),
      { confirmPolls: 3 },
    );
    expect(seen.map((step) => 'polls' in step && step.polls)).toEqual([1, 2, 2]);
  });

  test('begins again when the clock is set back', () => {
    expect(verdicts([pane(10, limit), pane(-50, limit), pane(-49, limit)])).toEqual([
      'suspected',
      'suspected',
      'swap',
    ]);
  });

  test('begins again for another account', () => {
    expect(verdicts([pane(0, limit), pane(1, limit, { account: 'c' })])).toEqual([
      'suspected',
      'suspected',
    ]);
  });

  test('takes as many polls as are wanted', () => {
    const polls = [0, 1, 2].map((minutes) => pane(minutes, limit));
    expect(verdicts(polls, { confirmPolls: 3 })).toEqual(['suspected', 'suspected', 'swap']);
    expect(verdicts(polls, { confirmPolls: 1 })).toEqual(['swap', 'swap', 'swap']);
  });
});

describe('a veto', () => {
  test('takes the count back, with the words of both', () => {
    const seen = steps([
      pane(0, limit),
      pane(1, `${overload}\n${limit}`),
      pane(2, limit),
      pane(3, limit),
    ]);
    expect(seen.map(({ verdict }) => verdict)).toEqual([
      'suspected',
      'vetoed',
      'suspected',
      'swap',
    ]);
    expect(seen[1]).toMatchObject({
      evidence: { limit: 'session' },
      veto: { name: 'server-error', text: overload.replace('  ⎿  ', '') },
    });
  });

  test.each(
    inWords([
      '  ⎿  API Error (529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})',
      '● API Error: 500 Internal server error.',
      '● API Error: 503 Service unavailable.',
      '● API Error: Repeated 529 Overloaded errors',
      '✻ 529 Overloaded · retrying in 10s · attempt 5/10',
      '✻ API error · Retrying in 9s · attempt 5/10',
      '● API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited',
    ]),
  )('is vetoed (%s)', (_, trouble) => {
    expect(verdicts([pane(0, `\n${trouble}\n\n  Ran 1 shell command\n${limit}`)])).toEqual([
      'vetoed',
    ]);
  });

  test('is not made by an overload in the output of a tool, or before the prompt', () => {
    const tool = `\n● Bash(tail app.log)\n  ⎿  API Error: 529 Overloaded\n${limit}`;
    const earlier = `${overload}\n\n> continue\n${limit}`;
    expect(verdicts([pane(0, tool), pane(1, earlier)])).toEqual(['suspected', 'swap']);
  });
});

describe('a cool-down', () => {
  test('follows a swap, and then two polls must agree again', () => {
    const mine = { account: 'b', prompt: '> go' };
    const later = limit.replace('10:50pm', '1am');
    const observations = [
      swap(0),
      pane(1, later, mine),
      pane(4, later, mine),
      pane(5, later, mine),
    ];
    const seen = steps([...observations, pane(6, later, mine)]);
    expect(seen.map(({ verdict }) => verdict)).toEqual([
      'cooling-down',
      'cooling-down',
      'cooling-down',
      'suspected',
      'swap',
    ]);
    expect(seen[1]).toMatchObject({ until: '2026-11-21T20:05:00.000Z' });
  });

  test('does not get longer when the clock is set back, nor by a state that was tampered with', () => {
    const mine = { account: 'b' };
    const back = [swap(600), pane(0, limit, mine), pane(5, limit, mine), pane(6, limit, mine)];
    expect(verdicts(back)).toEqual(['cooling-down', 'cooling-down', 'suspected', 'swap']);

    const { state } = stepQuotaGate(undefined, swap(0));
    const endless = { ...state, cooldown: { since: start, until: 8.64e15 } };
    expect(stepQuotaGate(endless, pane(5, limit, mine)).verdict).toBe('suspected');
  });

  test('lasts for ever, if that is wanted', () => {
    const options = { cooldownMs: Number.MAX_SAFE_INTEGER };
    const [, step] = steps([swap(0), pane(100, limit, { account: 'b' })], options);
    expect(step).toMatchObject({ verdict: 'cooling-down', until: new Date(8.64e15).toISOString() });
  });

  test('lasts as long as is wanted', () => {
    const mine = { account: 'b' };
    const options = { cooldownMs: 30 * MINUTE };
    expect(verdicts([swap(0), pane(29, limit, mine), pane(30, limit, mine)], options)).toEqual([
      'cooling-down',
      'cooling-down',
      'suspected',
    ]);
    expect(verdicts([swap(0), pane(0, limit, mine)], { cooldownMs: 0 })[1]).toBe('suspected');
  });
});

describe('after a swap', () => {
  test('the account that was left does not count, until it is in use again', () => {
    const seen = steps([swap(0), pane(10, limit), pane(11, limit), swap(20, 'b', 'a')]);
    expect(seen[1]).toMatchObject({ verdict: 'none', reason: 'exhausted-account' });
    expect(seen[2]).toMatchObject({ verdict: 'none', reason: 'exhausted-account' });
    const again = steps([swap(0), swap(20, 'b', 'a'), pane(30, limit), pane(31, limit)]);
    expect(again.at(-1)?.verdict).toBe('swap');
  });

  test('an account that is in use again is not one that was left, wherever the next swap begins', () => {
    const seen = steps([swap(0), swap(20, 'b', 'a'), swap(40, 'c', 'd'), pane(60, limit)]);
    expect(seen.map(({ state }) => state.exhaustedAccounts)).toEqual([
      ['a'],
      ['b'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
    expect(seen.at(-1)?.verdict).toBe('suspected');
  });

  test('every account that was left stays so, and is noted once', () => {
    const seen = steps([swap(0), swap(20, 'b', 'c'), swap(40, 'a', 'd'), pane(60, limit)]);
    expect(seen.map(({ state }) => state.exhaustedAccounts)).toEqual([
      ['a'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'a'],
    ]);
    expect(seen.at(-1)).toMatchObject({ verdict: 'none', reason: 'exhausted-account' });
  });

  test('an account that was swapped for itself, with a new login say, is still in use', () => {
    expect(verdicts([swap(0, 'a', 'a'), pane(10, limit), pane(11, limit)])).toEqual([
      'cooling-down',
      'suspected',
      'swap',
    ]);
  });

  test('nothing is counted any more, and what was shown is known', () => {
    const text = '10:50pm';
    const resetsAt = Date.parse('2026-11-21T21:50:00Z');
    expect(steps([pane(0, limit), pane(1, limit), swap(2)]).at(-1)?.state).toStrictEqual({
      version: 1,
      pending: [],
      account: 'b',
      exhaustedAccounts: ['a'],
      limits: [{ account: 'a', scope: 'seat', until: resetsAt }],
      onScreen: [],
      seenMessages: [{ session: 'build', text, prompt: '> continue', resetsAt }],
      swappedAt: start + 2 * MINUTE,
      cooldown: { since: start + 2 * MINUTE, until: start + 7 * MINUTE },
    });
  });

  test('the limit that a resumed session prints again does not count against the new account', () => {
    const mine = { account: 'b' };
    const other = { account: 'b', session: 'docs' };
    const seen = steps([
      pane(0, limit),
      pane(1, limit),
      swap(2),
      pane(10, limit, mine),
      pane(11, limit, mine),
      pane(11, limit, other),
      pane(12, limit.replace('10:50pm', '1am'), mine),
    ]);
    expect(seen.slice(3)).toMatchObject([
      { verdict: 'none', reason: 'seen-before-swap' },
      { verdict: 'none', reason: 'seen-before-swap' },
      { verdict: 'none', reason: 'seen-before-swap' },
      { verdict: 'suspected' },
    ]);
  });

  test.each(resumed)(
    'so it is with what $provenance really prints after a resume',
    ({ pane: text = '' }) => {
      const show = (minutes: number, account: string) => {
        const at = new Date(start + minutes * MINUTE);
        return { kind: 'pane', session: 'build', account, at, text } as const;
      };
      const seen = steps([show(0, 'a'), show(1, 'a'), swap(2), show(10, 'b'), show(11, 'b')]);
      expect(seen.map(({ verdict }) => verdict)).toEqual([
        'suspected',
        'swap',
        'cooling-down',
        'none',
        'none',
      ]);
    },
  );

  test('what was known before is still known after another swap, until its end', () => {
    const mine = { account: 'c' };
    const seen = steps([
      pane(0, limit),
      pane(1, limit),
      swap(2),
      swap(20, 'b', 'c'),
      pane(30, limit, mine),
    ]);
    expect(seen.at(-1)).toMatchObject({ verdict: 'none', reason: 'seen-before-swap' });
    const nextDay = steps([
      pane(0, limit),
      pane(1, limit),
      swap(2),
      swap(200, 'b', 'c'),
      pane(1440, limit, mine),
    ]);
    expect(nextDay.at(-1)?.verdict).toBe('suspected');
  });

  test('a limit without an end is known again by its prompt, as long as nothing else came', () => {
    const mine = { account: 'b' };
    const before = [pane(0, spend), pane(1, spend), swap(2), pane(10, spend, mine)];
    const next = pane(11, spend, { ...mine, prompt: '> go on' });
    expect(verdicts([...before, next])).toEqual([
      'suspected',
      'swap',
      'cooling-down',
      'none',
      'suspected',
    ]);
    const worked = [...before, pane(11, calm, mine), pane(12, spend, mine)];
    expect(verdicts(worked).at(-1)).toBe('suspected');
  });
});

test('A limit that ends at the same time of the next day is another one', () => {
  const day = 24 * 60;
  const mine = { account: 'b' };
  const before = [pane(0, limit), pane(1, limit), swap(2)];
  const next = pane(day, limit, { ...mine, prompt: '> next' });
  expect(verdicts([...before, next]).at(-1)).toBe('suspected');
  expect(verdicts([...before, pane(10, calm, mine), pane(day, limit, mine)]).at(-1)).toBe(
    'suspected',
  );
  expect(verdicts([...before, pane(day, limit, mine)]).at(-1)).toBe('none');
});

test('A question of the program after a limit, how the session went, does not hide it', () => {
  const survey = '● How is Claude doing this session? (optional)\n  1: Bad    2: Fine    3: Good';
  expect(verdicts([pane(0, `${limit}\n\n${survey}`)])).toEqual(['suspected']);
});

test('a poll without a limit tells so, and keeps what the state has to keep', () => {
  const seen = steps([pane(0, limit), pane(1, limit), swap(2), pane(20, calm, { account: 'b' })]);
  expect(seen.at(-1)).toMatchObject({
    verdict: 'none',
    reason: 'no-limit',
    state: { version: 1, account: 'b', exhaustedAccounts: ['a'], pending: [] },
  });
});

describe('a limit whose end has passed', () => {
  test('does not count', () => {
    const [step] = steps([pane(120, limit)]);
    expect(step).toMatchObject({ verdict: 'none', reason: 'already-reset' });
  });

  test.each(['10:50pm', 'Sat 10:50pm'])(
    'does not count on a screen seen soon after it, such as %s',
    (end) => {
      const weekly = limit.replace('session', 'weekly').replace('10:50pm', end);
      expect(verdicts([pane(115, weekly), pane(116, weekly)])).toEqual(['none', 'none']);
      expect(verdicts([pane(109, weekly), pane(109.5, weekly)])).toEqual(['suspected', 'swap']);
    },
  );

  test('does not count from the very moment of its end', () => {
    expect(verdicts([pane(109, limit), pane(110, limit)])).toEqual(['suspected', 'none']);
  });

  test('no longer counts, though its time of day comes again', () => {
    const weekly = limit.replace('session', 'weekly');
    expect(verdicts([pane(0, weekly), pane(1, weekly), pane(120, weekly)])).toEqual([
      'suspected',
      'swap',
      'none',
    ]);
  });
});

test('that a session works again says nothing of what another one shows', () => {
  const other = { session: 'docs', account: 'b' };
  const shown = [pane(0, limit), pane(0, limit, { session: 'docs' }), pane(1, limit), swap(2)];
  // Both still show the message of the account before.
  const before = steps([...shown, pane(40, limit, other)]).at(-1);
  const after = steps([...shown, pane(39, calm, { account: 'b' }), pane(40, limit, other)]).at(-1);

  expect(before?.verdict).toBe('none');
  expect(after).toEqual({ ...after, verdict: 'none' });
});

/** What an event tells of a limit. */
function ofInfo(info: object) {
  const [step] = steps([result(0, { type: 'rate_limit_event', rate_limit_info: info })]);
  return step?.verdict === 'suspected' ? step.evidence : undefined;
}

describe('messages', () => {
  const words = "You've hit your 5-hour limit · resets 10:50pm (Europe/Paris)";
  const event = {
    type: 'rate_limit_event',
    rate_limit_info: { status: 'rejected', resetsAt: 1_795_297_800, rateLimitType: 'five_hour' },
  };
  const answer = {
    type: 'assistant',
    error: 'rate_limit',
    message: { model: '<synthetic>', content: [{ type: 'text', text: words }] },
  };
  const refusal = { type: 'result', is_error: true, api_error_status: 429, result: words };

  test('of one request, in which a limit is told three times, are one poll', () => {
    const one = [result(0, event), result(0.1, answer), result(0.2, refusal)];
    const seen = steps([...one, result(1, event), result(1.2, refusal)]);
    expect(seen.map((step) => [step.verdict, 'polls' in step ? step.polls : 0])).toEqual([
      ['suspected', 0],
      ['suspected', 0],
      ['suspected', 1],
      ['suspected', 1],
      ['swap', 2],
    ]);
    expect(seen[0]).toMatchObject({ evidence: { resets: { at: '2026-11-21T21:50:00.000Z' } } });
  });

  test('between two results neither confirm nor clear', () => {
    const between = { type: 'assistant', message: { content: [{ type: 'text', text: words }] } };
    const seen = steps([result(0, refusal), result(1, between), result(2, refusal)]);
    expect(seen[1]).toMatchObject({ verdict: 'none', reason: 'no-poll' });
    expect(seen[2]?.verdict).toBe('swap');
  });

  test('of a request that went well clear', () => {
    const success = { type: 'result', is_error: false, result: words };
    expect(verdicts([result(0, refusal), result(1, success), result(2, refusal)])).toEqual([
      'suspected',
      'none',
      'suspected',
    ]);
  });

  test('tell a limit whose words no pattern knows, where the program names it', () => {
    const unknown = { ...refusal, api_error: 'usage_limit_reached', result: 'In other words' };
    expect(steps([result(0, unknown)])[0]).toMatchObject({
      verdict: 'suspected',
      evidence: { limit: 'other', pattern: 'api_error', text: 'In other words' },
    });
  });

  test('tell that no credits are left, where no other limit is named', () => {
    const spent = { status: 'rejected', overageStatus: 'rejected' };

    expect(ofInfo({ ...spent, overageResetsAt: 1_795_297_800 })).toEqual({
      limit: 'spend',
      scope: 'seat',
      resets: { text: '1795297800', at: '2026-11-21T21:50:00.000Z' },
      text: 'rate_limit_event: overage',
      pattern: 'rate_limit_event',
    });
    expect(ofInfo(spent)).toEqual({
      limit: 'spend',
      scope: 'seat',
      text: 'rate_limit_event: overage',
      pattern: 'rate_limit_event',
    });
  });

  test('tell a limit of a kind that is not known yet', () => {
    const evidence = ofInfo({ status: 'rejected', rateLimitType: 'a_fortnight' });

    expect(evidence).toMatchObject({ limit: 'other', text: 'rate_limit_event: a_fortnight' });
  });

  test.each(['allowed', 'allowed_warning'])(
    'tell no limit where credits may be used in its place: %s',
    (overageStatus) => {
      expect(ofInfo({ ...event.rate_limit_info, overageStatus })).toBeUndefined();
    },
  );

  test('tell no limit as long as credits are used in its place', () => {
    const info = { ...event.rate_limit_info, overageStatus: 'allowed', isUsingOverage: true };
    expect(verdicts([result(0, { ...event, rate_limit_info: info })])).toEqual(['none']);
  });
});

test('An answer of the model that consists of the words is printed like the words of the program', () => {
  // So it was captured on 2.1.329 and 2.1.197: a pane alone does not tell the difference.
  const spoof = "  ⎿  You've hit your weekly limit · resets Nov 25, 4:50am (Europe/Paris)\n";
  expect(verdicts([pane(0, `${spoof}\n✻ Brewed for 0s · done 9:14 PM`)])).toEqual(['suspected']);
});

test('What the program says below its input box counts also where nothing is below that', () => {
  const waiting = '  ⚠ Usage limit reached · limit resets 10:50pm';
  const text = inPane(calm).replace('  ? for shortcuts\n', waiting);
  const at = new Date(start);

  const [step] = steps([{ kind: 'pane', session: 'build', account: 'a', at, text }]);

  expect(step).toMatchObject({ verdict: 'suspected' });
});

test('Other texts can count, and veto', () => {
  const options: QuotaGateOptions = {
    patterns: [{ name: 'credit', limit: 'spend', pattern: /^Credit balance too low\b/ }],
    vetoes: [],
  };
  const credit = '  ⎿  Credit balance too low · Add funds: https://platform.claude.com';
  expect(verdicts([pane(0, credit)], options)).toEqual(['suspected']);
  expect(verdicts([pane(0, limit)], options)).toEqual(['none']);
  expect(verdicts([pane(0, `${overload}\n${credit}`)], options)).toEqual(['suspected']);
});
