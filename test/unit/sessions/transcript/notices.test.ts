import { describe, expect, test } from 'vitest';
import {
  assistant,
  attachment,
  contentOf,
  type Members,
  system,
  textOf,
  user,
} from './support/lines.ts';

// All of these were tried with the real program, 2.1.329 and 2.1.197.

const [one, other] = ['1', 'a'].map((digit) => `${digit.repeat(8)}-1111-1111-1111-111111111111`);
const [id, foreignId] = ['id', 'another id'];
const talk = [user('a', null, { sessionId: id }), assistant('b', 'a', 'm', { sessionId: id })];

const ran = (organizationUuid: unknown, more: Members = {}) => ({
  type: 'hybrid-organization',
  organizationUuid,
  ...more,
});
const end = (sessionId?: string) => ({ type: 'ended-by-model', sessionId });
const prompt = (more: Members) => ({ type: 'last-prompt', sessionId: id, ...more });
describe('the organizations are', () => {
  test.each<[string, number, readonly (Members | string)[]]>([
    ['where nothing is written down', 0, []],
    ['where one is', 1, [ran(one)]],
    ['where it comes twice, in other letters', 1, [ran(other), ran(other?.toUpperCase())]],
    ['where there are two', 2, [ran(one), ran(other)]],
    ['where there are more', 2, [ran(one), ran(other), ran(one?.replace('1', '2'))]],
    ['whatever the session', 2, [ran(one, { sessionId: foreignId }), ran(other)]],
    ['with something behind it', 1, [`${textOf(ran(one))}{}`]],
    ['where it is no UUID', 0, [ran('1'), ran(` ${one}`), ran(5), ran(undefined)]],
    ['where another line has one', 0, [{ type: 'mode', organizationUuid: one }]],
  ])('%s: %d', (_, count, lines) => {
    expect(contentOf(...talk, ...lines).organizations).toHaveLength(count);
  });

  test('told by their UUIDs, in lower case', () => {
    expect(contentOf(...talk, ran(other?.toUpperCase())).organizations).toEqual([other]);
  });
});

const notice = (content: unknown) => system('d', 'c', { content });

describe('the program continues by itself after a limit', () => {
  const resetsAt = 1_795_968_007;
  const limit = (more: Members = {}) =>
    assistant('c', 'b', 'own', {
      isApiErrorMessage: true,
      error: 'rate_limit',
      quotaLimits: { status: 'rejected', rateLimitType: 'five_hour', resetsAt },
      ...more,
    });
  const waits = notice('Usage limit reached · set to continue automatically at 4pm');
  const cancelled = notice('Automatic continue cancelled · /rate-limit-options to wait again');
  test.each<[string, boolean, readonly Members[]]>([
    ['where it says so', true, [limit(), waits]],
    ['where it begins to', true, [limit(), waits, notice('continuing automatically shortly')]],
    ['where it says nothing', false, [limit()]],
    ['where it was told not to', false, [limit(), waits, cancelled]],
    ['where it waits again', true, [limit(), waits, cancelled, waits]],
    ['where somebody has gone on', false, [limit(), waits, user('e', 'd')]],
    [
      'where a sub-agent has gone on',
      true,
      [limit(), waits, user('e', 'd', { isSidechain: true })],
    ],
    ['where the model says so', false, [limit({ isApiErrorMessage: undefined }), waits]],
    ['where no end is known', false, [limit({ quotaLimits: { resetsAt: 'soon' } }), waits]],
    ['where its end is no time', false, [limit({ quotaLimits: { resetsAt: 1e300 } }), waits]],
    ['where its end is 0', false, [limit({ quotaLimits: { resetsAt: 0 } }), waits]],
    ['where its end is null', false, [limit({ quotaLimits: { resetsAt: null } }), waits]],
    ['where the notice is no text', false, [limit(), notice(5)]],
  ])('%s: %s', (_, continues, lines) => {
    const expected = continues ? '2026-11-29T16:00:07.000Z' : undefined;
    expect(contentOf(...talk, ...lines).continuesAt).toBe(expected);
  });
});

describe('the conversation is ended by the model:', () => {
  const later = user('c', 'b', { sessionId: foreignId });
  test.each<[string, boolean, readonly Members[]]>([
    ['at the end', true, [...talk, end(id)]],
    ['at the start', true, [end(id), ...talk]],
    ['and another one, too', true, [...talk, end(id), end(foreignId)]],
    ['with a line of the system behind it', true, [...talk, end(id), system('c', 'b')]],
    ['another one only', false, [...talk, end(foreignId)]],
    ['somebody goes on in another session', false, [...talk, end(id), later]],
    ['without an id', false, [...talk, end()]],
    ['nobody has an id', false, [user('a', null), end()]],
  ])('%s: %s', (_, isEnded, lines) => {
    expect(contentOf(...lines)).toMatchObject({ state: 'usable', endedByModel: isEnded });
  });
});

describe('the conversation is rewound to nothing:', () => {
  const rewound = prompt({ leafUuid: null, explicit: true });
  const undated = { timestamp: undefined };
  test.each<[string, boolean, readonly Members[]]>([
    ['at the end', true, [rewound]],
    ['in another session', true, [{ ...rewound, sessionId: foreignId }]],
    ['a side chain behind it', true, [rewound, user('c', 'b', { isSidechain: true })]],
    ['a message without content behind it', true, [rewound, user('c', 'b', { message: {} })]],
    ['a plain one behind it', true, [rewound, prompt({ leafUuid: null }), prompt({})]],
    ['one with a leaf behind it', false, [rewound, prompt({ leafUuid: 'b' })]],
    ['a user behind it', false, [rewound, user('c', 'b')]],
    ['an attachment behind it', false, [rewound, attachment('c', 'b')]],
    ['a line of the system without a time behind it', false, [rewound, system('c', 'b', undated)]],
    [
      'not explicitly',
      false,
      [prompt({ leafUuid: null }), prompt({ leafUuid: null, explicit: 1 })],
    ],
    ['without a word of the leaf', false, [prompt({ explicit: true })]],
  ])('%s: %s', (_, isRewound, lines) => {
    expect(contentOf(...talk, ...lines).state).toBe(isRewound ? 'rewound' : 'usable');
  });
});
