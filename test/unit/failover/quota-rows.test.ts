import type { QuotaObservation, TranscriptObservation } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { steps, verdicts } from '../support/quota-steps.ts';
import { inPane } from '../support/quota-texts.ts';

const start = Date.parse('2026-11-29T13:00:00Z');
const at = (seconds: number) => new Date(start + seconds * 1000);
const words = "You've hit your session limit · resets 4pm (UTC)";
const end = '2026-11-29T16:00:00.000Z';

/** A row of the program itself, written a number of seconds after the start. */
function failure(seconds: number, text = words, more: object = {}) {
  const message = { model: '<synthetic>', content: [{ type: 'text', text }] };
  const timestamp = at(seconds).toISOString();
  const own = { isApiErrorMessage: true, error: 'rate_limit', message };
  return { type: 'assistant', isSidechain: false, timestamp, ...own, ...more };
}

function answer(seconds: number, text = 'Done.', model = 'claude-opus-4-8') {
  const message = { model, content: [{ type: 'text', text }] };
  return { type: 'assistant', isSidechain: false, timestamp: at(seconds).toISOString(), message };
}

function prompt(content: unknown = 'go on') {
  return { type: 'user', message: { role: 'user', content } };
}

const overload = (seconds: number) =>
  failure(seconds, 'API Error: 529 Overloaded', { error: 'overloaded' });

interface Seen {
  readonly session?: string;
  readonly account?: string;
}

function transcript(
  seconds: number,
  rows: readonly unknown[],
  { session = 'build', account = 'a' }: Seen = {},
): TranscriptObservation {
  return { kind: 'transcript', session, account, at: at(seconds), rows };
}

function hook(input: unknown): QuotaObservation {
  return { kind: 'hook', session: 'build', account: 'a', at: at(0), input };
}

function message(seconds: number, result: object): QuotaObservation {
  return { kind: 'message', session: 'build', account: 'a', at: at(seconds), message: result };
}

function notice(content: string) {
  return { type: 'system', subtype: 'informational', content };
}

function pane(seconds: number, excerpt: string, { session = 'build', account = 'a' }: Seen = {}) {
  return { kind: 'pane', session, account, at: at(seconds), text: inPane(excerpt) } as const;
}

function swapped(seconds: number, from = 'a', to = 'b'): QuotaObservation {
  return { kind: 'swapped', from, to, at: at(seconds) };
}

const mine = { account: 'b' };
const calm = '\n● Done.';
/** Rows that are seen under the new account, whose process started at a time. */
function since(seconds: number, startedAt: number, rows: readonly unknown[]) {
  return { ...transcript(seconds, rows, mine), startedAt: at(startedAt) };
}

/** A pane with the limit below a prompt. */
function shows(seconds: number, text: string) {
  return { ...pane(seconds, ''), text: inPane(`  ⎿  ${words}`, text) };
}

const day = 24 * 3600;

describe('a row of a transcript', () => {
  test('counts at once, however many polls must agree, and with the end to the second', () => {
    const quotaLimits = { status: 'rejected', rateLimitType: 'five_hour', resetsAt: 1_795_968_007 };
    const [step] = steps([transcript(1, [failure(0, words, { quotaLimits })])], {
      confirmPolls: 9,
    });
    expect(step).toMatchObject({
      verdict: 'swap',
      evidence: {
        limit: 'session',
        scope: 'seat',
        resets: { text: '4pm (UTC)', at: '2026-11-29T16:00:07.000Z' },
        pattern: 'hit-session',
      },
    });
  });

  test.each([
    ['0', 0, '2026-11-29T16:00:00.000Z'],
    ['a time before 1970', -1, '2026-11-29T16:00:00.000Z'],
    ['no time', 1e300, '2026-11-29T16:00:00.000Z'],
    ['null', null, '2026-11-29T16:00:00.000Z'],
    ['milliseconds', 1_795_968_007_500, '2026-11-29T16:00:07.500Z'],
  ])('whose number is %s counts', (_, resetsAt, resets) => {
    const quotaLimits = { status: 'rejected', rateLimitType: 'five_hour', resetsAt };
    const [step] = steps([transcript(1, [failure(0, words, { quotaLimits })])]);
    expect(step).toMatchObject({ verdict: 'swap', evidence: { resets: { at: resets } } });
  });

  test('in words that no pattern knows counts by its numbers', () => {
    const quotaLimits = { status: 'rejected', rateLimitType: 'seven_day' };
    expect(
      steps([transcript(1, [failure(0, 'In other words', { quotaLimits })])])[0],
    ).toMatchObject({
      verdict: 'swap',
      evidence: { limit: 'weekly', pattern: 'rate_limit_event' },
    });
  });

  test('stands until the session goes on, whatever the pane shows', () => {
    const seen = [transcript(1, [failure(0)]), transcript(2, []), pane(3, calm), transcript(4, [])];
    expect(verdicts([...seen, transcript(5, [answer(5)]), transcript(6, [])])).toEqual([
      'swap',
      'swap',
      'swap',
      'swap',
      'none',
      'none',
    ]);
  });

  test('ends with its limit', () => {
    const seen = steps([
      transcript(1, [failure(0)]),
      transcript(3 * 3600, []),
      pane(3 * 3600, calm),
    ]);
    expect(seen.slice(1)).toMatchObject([
      { verdict: 'none', reason: 'already-reset' },
      { verdict: 'none', reason: 'no-limit' },
    ]);
  });

  test.each([
    ['of the model', answer(0, words)],
    ['of the model that quotes an error', { ...answer(0, words), error: 'rate_limit' }],
    ['of a tool', prompt([{ type: 'tool_result', content: words }])],
    ['of a prompt', prompt(words)],
    ['of another agent', failure(0, words, { isSidechain: true })],
    ['about another error', failure(0, words, { error: 'server_error' })],
    ['about a slow server', failure(0, 'API Error: Request rejected (429)')],
    ['in other words', failure(0, `He said: ${words}`)],
    ['that is no object', words],
    ['that is missing', undefined],
  ])('%s does not count', (_, row) => {
    expect(verdicts([transcript(1, [row])])).toEqual(['none']);
  });

  test('before an answer does not count, unless the program itself answered', () => {
    expect(verdicts([transcript(2, [failure(0), answer(1)])])).toEqual(['none']);
    const standIn = answer(1, 'No response requested.', '<synthetic>');
    expect(verdicts([transcript(2, [failure(0), standIn])])).toEqual(['swap']);
  });

  test.each(['-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z', 'yesterday', ''])(
    'from the time %j is read without a fault',
    (timestamp) => {
      const row = failure(0, "You've hit your weekly limit · resets 4pm (Pacific/Apia)", {
        timestamp,
      });
      expect(['none', 'swap']).toContain(verdicts([transcript(1, [row])])[0]);
    },
  );

  test('is vetoed by server trouble in its own turn only', () => {
    const result = prompt([{ type: 'tool_result', content: 'ok' }]);
    const inTurn = [prompt(), overload(0), result, failure(1)];
    expect(verdicts([transcript(2, inTurn)])).toEqual(['vetoed']);
    const before = [prompt(), overload(0), prompt(), failure(1)];
    expect(verdicts([transcript(2, before)])).toEqual(['swap']);
  });

  test('says when the program goes on by itself, unless that was cancelled', () => {
    const armed = notice('Usage limit reached · set to continue automatically at 4pm');
    expect(steps([transcript(1, [failure(0), armed])])[0]).toMatchObject({
      verdict: 'swap',
      evidence: { continues: { text: '4pm' } },
    });
    const cancelled = notice('Automatic continue cancelled · /rate-limit-options to re-arm');
    const [step] = steps([transcript(1, [failure(0), armed, cancelled])]);
    expect(step).not.toHaveProperty('evidence.continues');
  });
});

describe('after a swap', () => {
  test('a row from before it never counts, and one with the same words after it counts at once', () => {
    const before = [transcript(1, [failure(0)]), swapped(60)];
    const seen = steps([
      ...before,
      transcript(400, [failure(0), failure(60)], mine),
      pane(401, `  ⎿  ${words}`, mine),
      transcript(402, [failure(402)], mine),
    ]);
    expect(seen.slice(2)).toMatchObject([
      { verdict: 'none', reason: 'no-poll' },
      { verdict: 'none', reason: 'seen-before-swap' },
      { verdict: 'swap', evidence: { resets: { at: end } } },
    ]);
  });

  test('a row in the cool-down counts when that is over', () => {
    const seen = [swapped(0), transcript(10, [failure(9)], mine), pane(301, calm, mine)];
    expect(verdicts(seen)).toEqual(['cooling-down', 'cooling-down', 'swap']);
  });

  test('a limit that a tip hid, but for its end, is not news when the session prints it again', () => {
    // Seen with 2.1.332: below the box only the end was left, without its zone.
    const hidden = inPane(`  ⎿  ${words}\n\n● Try /usage for more\n  and more`).replace(
      '  ? for shortcuts',
      '  ⚠ Usage limit reached · limit resets 4pm',
    );
    const shown = { session: 'build', account: 'a', text: hidden };
    const seen = steps([
      { kind: 'pane', ...shown, at: at(0) },
      { kind: 'pane', ...shown, at: at(15) },
      swapped(30),
      pane(400, `  ⎿  ${words}`, mine),
      pane(415, `  ⎿  ${words}`, mine),
    ]);
    expect(seen.map(({ verdict }) => verdict)).toEqual([
      'suspected',
      'swap',
      'cooling-down',
      'none',
      'none',
    ]);
  });

  test('a limit without an end that was hidden on the screen is not news either', () => {
    const spend = "  ⎿  You've hit your monthly spend limit";
    const hidden = `${spend}\n\n● Something else\n  and more`;
    const seen = steps([
      pane(0, hidden),
      swapped(30),
      pane(400, spend, mine),
      pane(415, spend, mine),
    ]);
    expect(seen.map(({ verdict }) => verdict)).toEqual(['none', 'cooling-down', 'none', 'none']);
  });
});

describe('a row that is newer than its process', () => {
  test('counts though the swap ended later, in the same words', () => {
    const seen = [transcript(1, [failure(0)]), pane(2, `  ⎿  ${words}`), swapped(90)];
    const during = since(100, 50, [failure(60)]);
    expect(
      verdicts([...seen, during, pane(101, `  ⎿  ${words}`, mine), pane(400, calm, mine)]),
    ).toEqual(['swap', 'swap', 'cooling-down', 'cooling-down', 'cooling-down', 'swap']);
  });

  test('counts though a swap was noticed only afterwards', () => {
    const seen = steps([swapped(105), since(105, 50, [failure(100)])]);
    expect(seen[1]).toMatchObject({ verdict: 'cooling-down', evidence: { limit: 'session' } });
  });

  test("counts alone: an older one is another account's", () => {
    const seen = steps([swapped(40), since(400, 50, [failure(45)])]);
    expect(seen[1]).toMatchObject({ verdict: 'none', reason: 'no-poll' });
  });

  test('counts by the words of its own time, however late it is read', () => {
    const weekly = "You've hit your weekly limit · resets 4pm (UTC)";
    const [step] = steps([transcript(4 * 3600, [failure(0, weekly)])]);
    expect(step).toMatchObject({ verdict: 'none', reason: 'already-reset' });
  });
});

describe('where the clock was set back', () => {
  test('behind a swap, a new row counts', () => {
    const seen = steps([swapped(7200), transcript(10, [failure(9)], mine), pane(400, calm, mine)]);
    expect(seen.map(({ verdict }) => verdict)).toEqual(['cooling-down', 'cooling-down', 'swap']);
  });

  test('behind the start of the process, a new row counts', () => {
    const row = transcript(10, [failure(9)]);
    expect(verdicts([{ ...row, startedAt: at(7200) }])).toEqual(['swap']);
  });
});

describe('under an account that was left', () => {
  const left = [transcript(1, [failure(0)]), swapped(60)];
  const docs = { session: 'docs' };
  const other = "You've hit your weekly limit · resets Dec 3, 4pm (UTC)";

  test('a new row counts at once, and stands, though a screen does not', () => {
    const seen = steps([
      ...left,
      pane(400, `  ⎿  ${other}`, docs),
      transcript(410, [failure(409)], docs),
      pane(420, calm, docs),
    ]);
    expect(seen.slice(2)).toMatchObject([
      { verdict: 'none', reason: 'exhausted-account' },
      { verdict: 'swap' },
      { verdict: 'swap' },
    ]);
  });

  test('a screen counts again when the limit has ended', () => {
    const seen = [pane(day, `  ⎿  ${words}`, docs), pane(day + 15, `  ⎿  ${words}`, docs)];
    expect(verdicts([...left, ...seen]).slice(2)).toEqual(['suspected', 'swap']);
  });
});

describe('the same words on the next day', () => {
  const before = [transcript(1, [failure(0)]), shows(2, '> one'), shows(day - 3600, '> one')];

  test('are another limit in a new row, and on the screen after it', () => {
    const seen = steps([...before, transcript(day, [failure(day)]), shows(day + 1, '> two')]);
    const resets = { at: '2026-11-30T16:00:00.000Z' };
    expect(seen.slice(2)).toMatchObject([
      { verdict: 'none', reason: 'already-reset' },
      { verdict: 'swap', evidence: { resets } },
      { verdict: 'swap', evidence: { resets } },
    ]);
  });

  test('are another limit on a screen only below another prompt', () => {
    const seen = [...before, shows(day, '> one'), shows(day + 1, '> two'), shows(day + 2, '> two')];
    expect(verdicts(seen).slice(3)).toEqual(['none', 'suspected', 'swap']);
  });
});

describe('a hook', () => {
  const input = {
    hook_event_name: 'StopFailure',
    error: 'rate_limit',
    last_assistant_message: "You've hit your weekly limit · resets Dec 3, 4pm (UTC)",
  };
  test('that a limit stopped the session counts at once, and stands', () => {
    expect(verdicts([hook(input), pane(1, calm)])).toEqual(['swap', 'swap']);
  });

  test.each([
    ['of another event', { ...input, hook_event_name: 'Stop' }],
    ['about another error', { ...input, error: 'overloaded' }],
    ['in other words', { ...input, last_assistant_message: 'API Error: Request rejected (429)' }],
    ['without words', { ...input, last_assistant_message: undefined }],
    ['with nothing', null],
  ])('%s does not count, nor does it end a limit', (_, given) => {
    expect(verdicts([hook(given)])).toEqual(['none']);
    expect(verdicts([hook(input), hook(given)])).toEqual(['swap', 'swap']);
  });
});

test('A compaction that a limit stopped is evidence in messages, and never ends a suspicion', () => {
  const refusal = { type: 'result', is_error: true, api_error_status: 429, result: words };
  const compact = { type: 'result', is_error: false, result: `Error during compaction: ${words}` };
  expect(verdicts([message(0, refusal), message(1, compact), message(2, refusal)])).toEqual([
    'suspected',
    'suspected',
    'swap',
  ]);
  expect(verdicts([message(0, compact), message(1, compact)])).toEqual(['suspected', 'suspected']);
});
