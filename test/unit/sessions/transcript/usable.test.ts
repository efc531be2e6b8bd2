import { describe, expect, test } from 'vitest';
import {
  assistant,
  attachment,
  metadata,
  contentOf,
  type Members,
  system,
  textOf,
  user,
} from './support/lines.ts';

const state = (...lines: readonly (Members | string)[]) => contentOf(...lines).state;

const asked = user('a', null);
const undated = { timestamp: undefined };

// All of these were tried with the real program, 2.1.329 and 2.1.197.
describe('one line makes a transcript usable:', () => {
  test.each<[string, Members | string]>([
    ['a user', asked],
    ['an assistant', assistant('a', null)],
    ['an attachment', attachment('a', 'x')],
    ['a system line', system('a', null)],
    ['a user who said nothing', user('a', null, { message: { content: '' } })],
    ['a user with no blocks', user('a', null, { message: { content: [] } })],
    ['an assistant with no blocks', assistant('a', null, 'm', { message: { content: [] } })],
    ['a time of long ago', user('a', null, { timestamp: '1970-01-01T00:00:00Z' })],
    ['a time in another notation', user('a', null, { timestamp: 'Nov 1 2026' })],
    ['a time that is a number, and a year when printed', user('a', null, { timestamp: 0 })],
    ['no word of side chains', user('a', null, { isSidechain: undefined })],
    ['an empty word of side chains', user('a', null, { isSidechain: '' })],
    ['spaces before it', `  ${textOf(asked)}`],
    ['a carriage return behind it', `${textOf(asked)}\r`],
    ['another record behind it', textOf(asked) + textOf(user('b', 'a'))],
    ['NULs behind it', `${textOf(asked)}\0\0`],
    ['a name and a value in escapes', String.raw`{"\u0074ype":"us\u0065r",`.concat(rest(asked))],
    ['another type before its own', `{"type":"mode",${textOf(asked).slice(1)}`],
    ['__proto__ as a key', `{"__proto__":{"isSidechain":true},${textOf(asked).slice(1)}`],
  ])('%s', (_, line) => {
    expect(contentOf(line)).toMatchObject({ state: 'usable', messages: 1, lines: 1 });
  });
});

function rest(record: Members): string {
  const { type: _, ...members } = record;
  return textOf(members).slice(1);
}

describe('one line does not make a transcript usable:', () => {
  test.each<[string, string, Members | string]>([
    ['metadata-only', 'a queue operation', metadata],
    ['metadata-only', 'a type in other letters', user('a', null, { type: 'User' })],
    ['metadata-only', 'a type that is a list', user('a', null, { type: ['user'] })],
    [
      'metadata-only',
      'another type behind its own',
      `${textOf(asked).slice(0, -1)},"type":"mode"}`,
    ],
    ['metadata-only', 'the type of somebody else', { type: 'mode', message: asked }],
    ['metadata-only', 'progress', user('a', null, { type: 'progress' })],
    ['metadata-only', 'an attachment without a time', attachment('a', 'x', undated)],
    ['metadata-only', 'a user without a message', user('a', null, { message: undefined })],
    ['metadata-only', 'a user without content', user('a', null, { message: {} })],
    ['metadata-only', 'content that is null', user('a', null, { message: { content: null } })],
    ['metadata-only', 'content that is a number', user('a', null, { message: { content: 5 } })],
    ['metadata-only', 'content that is an object', user('a', null, { message: { content: {} } })],
    ['metadata-only', 'a message that is a text', user('a', null, { message: 'content' })],
    [
      'metadata-only',
      'an assistant with a text',
      assistant('a', null, 'm', { message: { content: 'text' } }),
    ],
    ['missing-timestamp', 'a user without a time', user('a', null, undated)],
    ['missing-timestamp', 'a time that is none', user('a', null, { timestamp: 'never' })],
    [
      'missing-timestamp',
      'a time in milliseconds',
      user('a', null, { timestamp: 1_795_200_000_000 }),
    ],
    ['missing-timestamp', 'a time that is null', user('a', null, { timestamp: null })],
    ['sidechain-only', 'a side chain', user('a', null, { isSidechain: true })],
    ['sidechain-only', 'something that is true enough', user('a', null, { isSidechain: 'no' })],
    ['sidechain-only', 'a one', user('a', null, { isSidechain: 1 })],
    ['invalid', 'a list of records', `[${textOf(asked)}]`],
    ['invalid', 'NULs before it', `\0\0${textOf(asked)}`],
    ['invalid', 'NULs alone', '\0'.repeat(4096)],
    ['invalid', 'a tab in a string', textOf(asked).replace('Asked in', 'Asked\tin')],
    ['invalid', 'a number', '42'],
    ['invalid', 'half a line', textOf(asked).slice(0, 60)],
    ['empty', 'white space', ' \r'],
    ['empty', 'nothing', ''],
  ])('%s: %s', (expected, _, line) => {
    const messages = expected === 'missing-timestamp' ? 1 : 0;
    expect(contentOf(line)).toMatchObject({ state: expected, messages });
  });

  test('empty: no line at all', () => {
    expect(contentOf()).toMatchObject({
      state: 'empty',
      bytes: 0,
      lines: 0,
      lastLineTruncated: false,
    });
  });
});

describe('what was said last must have its time', () => {
  const answered = assistant('b', 'a');
  test.each<[string, string, readonly Members[]]>([
    ['usable', 'the first line has none', [user('a', null, undated), answered]],
    [
      'usable',
      'a line in the middle has none',
      [asked, { ...answered, ...undated }, user('c', 'b')],
    ],
    ['missing-timestamp', 'the last line has none', [asked, { ...answered, ...undated }]],
    [
      'missing-timestamp',
      'it has none, and an attachment follows',
      [user('a', null, undated), attachment('b', 'a')],
    ],
    [
      'usable',
      'only an attachment behind it has none',
      [asked, answered, attachment('c', 'b', undated)],
    ],
    [
      'usable',
      'only a side chain behind it has none',
      [asked, user('b', 'a', { ...undated, isSidechain: true })],
    ],
    [
      'usable',
      'only a line without content has none',
      [asked, user('b', 'a', { ...undated, message: {} })],
    ],
  ])('%s where %s', (expected, _, lines) => {
    expect(state(...lines)).toBe(expected);
  });
});

test('a message needs a uuid, or the program continues without the history', () => {
  const nameless = user('a', null, { uuid: undefined });
  expect(state(nameless)).toBe('missing-uuid');
  expect(state(nameless, assistant('b', 'a'))).toBe('usable');
});

test('messages of side chains count only where there are no others', () => {
  const aside = user('x', null, { isSidechain: true });
  expect(state(metadata, aside, metadata)).toBe('sidechain-only');
  expect(contentOf(aside, asked, aside)).toMatchObject({ state: 'usable', messages: 1 });
});

test('attachments and system lines do not count beside a side chain in which somebody speaks', () => {
  const aside = user('x', null, { isSidechain: true });
  expect(state(aside, attachment('b', 'x'))).toBe('sidechain-only');
  expect(state(system('b', null), aside)).toBe('sidechain-only');
  expect(state(system('b', null), attachment('c', 'b', { isSidechain: true }))).toBe('usable');
});

test('a message without content is no message', () => {
  const empty = user('b', 'a', { message: { content: null } });
  expect(contentOf(asked, empty)).toMatchObject({ state: 'usable', messages: 1 });
});
