import { describe, expect, test } from 'vitest';
import {
  assistant,
  attachment,
  judgedLines,
  type Members,
  system,
  textOf,
  user,
} from './support/lines.ts';

// All of these were tried with the real program, 2.1.329 and 2.1.197.

const asked = user('a', null);
const start = [asked, assistant('b', 'a')] as const;
const text = { type: 'text', text: 'x' };

const said = (content: unknown): Members => ({ message: { id: 'm', content } });
const replacing = (replacements: unknown) => ({ type: 'content-replacement', replacements });
const snapshotOf = (messageId: string, snapshot: unknown) => ({
  type: 'file-history-snapshot',
  messageId,
  snapshot,
});

describe('2.1.197 fails:', () => {
  const empty = user('c', 'b', { message: {} });
  test.each<[string, boolean, readonly (Members | string)[]]>([
    ['nothing is wrong', false, start],
    ['a message without content is the last', true, [...start, empty]],
    ['it is followed', true, [...start, empty, user('d', 'c')]],
    ['it is not followed', false, [...start, empty, user('d', 'b')]],
    ['a parent that is missing follows it', true, [...start, empty, user('e', 'd')]],
    [
      'a parent that is missing follows an earlier time',
      false,
      [...start, empty, user('e', 'd', { timestamp: '2020-01-01T00:00:00Z' })],
    ],
    ['a parent that is missing follows the first line', false, [empty, user('e', 'd')]],
    [
      'a parent that is missing follows another',
      false,
      [...start, empty, user('d', 'b'), user('f', 'e')],
    ],
    ['a user has no message', true, [user('x', 'y', { message: undefined }), ...start]],
    [
      'an assistant has null for one',
      true,
      [assistant('x', 'y', 'm', { message: null }), ...start],
    ],
    [
      'a side chain has none',
      true,
      [user('x', 'y', { message: null, isSidechain: true }), ...start],
    ],
    [
      'a message that is a number is not followed',
      false,
      [user('x', 'y', { message: 5 }), ...start],
    ],
    ['null in what a user says', true, [user('x', 'y', said([text, null])), ...start]],
    [
      'null in what an assistant says',
      true,
      [...start, assistant('c', 'b', 'm', said([text, null]))],
    ],
    ['null where nobody follows', false, [assistant('x', 'y', 'm', said([null])), ...start]],
    [
      'a number in what an assistant says',
      true,
      [...start, assistant('c', 'b', 'm', said([text, 5]))],
    ],
    ['a number in what a user says', false, [...start, user('c', 'b', said([text, 5]))]],
    ['an attachment of nothing', true, [...start, attachment('c', 'b', { attachment: null })]],
    [
      'one of a number, followed',
      true,
      [...start, attachment('c', 'b', { attachment: 5 }), user('d', 'c')],
    ],
    [
      'one of nothing, not followed',
      false,
      [...start, attachment('c', 'b', { attachment: 5 }), user('d', 'b')],
    ],
    ['an attachment of a list', false, [...start, attachment('c', 'b', { attachment: [] })]],
    ['a line is null', true, ['null', ...start]],
    ['null with something behind it', true, [...start, 'null {}']],
    ['a line is a number', false, ['5', ...start]],
    ['replacements are missing', true, [...start, replacing(undefined)]],
    ['replacements are an object', true, [...start, replacing({})]],
    ['replacements are a text', false, [...start, replacing('')]],
    ['replacements are a list', false, [...start, replacing([])]],
  ])('%s: %s', (_, hasMalformedTurn, lines) => {
    const content = judgedLines(...lines);
    expect(content).toMatchObject({ state: 'usable', hasMalformedTurn, hasMalformedNote: false });
  });
});

test.each<[string, boolean, readonly Members[]]>([
  ['null', true, [snapshotOf('a', null)]],
  ['missing', true, [snapshotOf('a', undefined)]],
  ['something', false, [snapshotOf('a', 5)]],
  ['mended', false, [snapshotOf('a', null), snapshotOf('a', {})]],
  ['of nobody', false, [snapshotOf('x', null), { type: 'file-history-snapshot' }]],
])('every version fails over a snapshot that is %s: %s', (_, isFatal, lines) => {
  for (const all of [
    [...start, ...lines],
    [...lines, ...start],
  ]) {
    const expected = { hasMalformedTurn: isFatal, hasMalformedNote: isFatal };
    expect(judgedLines(...all)).toMatchObject({ state: 'usable', ...expected });
  }
});

test.each<[string, boolean, readonly unknown[]]>([
  ['a number', true, [5]],
  ['true', true, [true]],
  ['a list', true, [[]]],
  ['zero', false, [0]],
  ['null', false, [null]],
  ['a text', false, ['']],
  ['a number, and then another', false, [5, 'Title']],
  ['a number, and then none', false, [5, undefined]],
])('2.1.329 fails over a title that is %s: %s', (_, isFatal, titles) => {
  const own = { ...asked, sessionId: 'id' };
  const of = (sessionId?: string) =>
    judgedLines(own, ...titles.map((it) => ({ type: 'custom-title', customTitle: it, sessionId })));
  expect(of('id')).toMatchObject({ hasMalformedTurn: false, hasMalformedNote: isFatal });
  expect(of('another id').hasMalformedNote).toBe(false);
  expect(of().hasMalformedNote).toBe(false);
});

const twice = (types: string) =>
  textOf(user('a', null, said('it'))).replace('"it"', `[{${types}}]`);

describe('2.1.329 does not see a message', () => {
  test.each([5, null, 'text', {}, [], [text], { type: 5 }, { type: null }].map((it) => [[it]]))(
    'that says %j alone',
    (content) => {
      expect(judgedLines(user('a', null, said(content)))).toMatchObject({ isUntyped: true });
      expect(judgedLines(user('a', null, said(content)), system('b', 'a')).isUntyped).toBe(false);
      expect(judgedLines(asked, user('b', 'a', said(content))).isUntyped).toBe(false);
    },
  );

  test.each(['', 'text', [], [text], [text, 5], [5, text, null], [{ type: '' }]].map((it) => [it]))(
    'but one that says %j',
    (content) => {
      expect(judgedLines(user('a', null, said(content))).isUntyped).toBe(false);
    },
  );

  test('by the last of several types', () => {
    expect(judgedLines(twice('"type":"text","type":5')).isUntyped).toBe(true);
    expect(judgedLines(twice('"type":5,"type":"text"')).isUntyped).toBe(false);
    expect(judgedLines(twice('"x":{"type":"text"},"y":[{"type":"text"}]')).isUntyped).toBe(true);
  });
});
