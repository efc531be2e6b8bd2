import { describe, expect, test } from 'vitest';
import { assistant, contentOf, contentOfFile, metadata, textOf, user } from './support/lines.ts';

const asked = textOf(user('a', null));
const answered = textOf(assistant('b', 'a'));
const mark = '\ufeff';

describe('a line that is no record is skipped:', () => {
  test.each([
    ['a torn line', asked.slice(0, 70)],
    ['words', 'Segmentation fault'],
    ['NULs', '\0'.repeat(5000)],
    ['a line that starts with NULs', `\0\0${asked}`],
    ['a byte order mark that is not at the start', mark + asked],
    ['JSON that is no object', '[1, 2, 3]'],
    ['half of an escape', String.raw`{"type":"user\u00`],
    ['brackets without end', '['.repeat(100_000)],
  ])('%s', (_, line) => {
    const content = contentOf(asked, line, answered);
    expect(content).toMatchObject({ state: 'usable', lines: 3, messages: 2, invalidLines: 1 });
    expect(content).toMatchObject({
      lastLineTruncated: false,
      branchCount: 1,
    });
  });
});

test.each([
  ['a byte order mark', `${mark}${asked}\n${answered}\n`],
  ['CRLF', `${asked}\r\n${answered}\r\n`],
  ['blank lines', `\n\n${asked}\n \t\r\n\n${answered}\n\n`],
  ['no final newline', `${asked}\n${answered}`],
  ['all of it', `${mark}\r\n${asked}\r\n\r\n${answered}\r`],
])('%s changes nothing, in chunks of any size', async (_, text) => {
  for (const size of [1, 2, 3, 7, 64, Number.POSITIVE_INFINITY]) {
    const content = await contentOfFile(text, size);
    expect(content).toMatchObject({ state: 'usable', lines: 2, messages: 2, invalidLines: 0 });
    expect(content.bytes).toBe(Buffer.byteLength(text));
    expect(content).toMatchObject({
      lastLineTruncated: false,
      branchCount: 1,
    });
  }
});

test.each([
  ['part of a byte order mark', Buffer.of(0xef, 0xbb)],
  ['two of them', Buffer.from(mark + mark)],
  ['one of another encoding', Buffer.of(0xff, 0xfe)],
])('%s spoils the first line', async (_, start) => {
  for (const size of [1, 2, 3, 4, 5, 100]) {
    const content = await contentOfFile(
      Buffer.concat([start, Buffer.from(`${asked}\n${answered}\n`)]),
      size,
    );
    expect(content).toMatchObject({ lines: 2, messages: 1, invalidLines: 1 });
  }
});

test('a byte order mark and nothing else is empty', async () => {
  expect(await contentOfFile(mark, 1)).toMatchObject({
    state: 'empty',
    bytes: 3,
    lines: 0,
    lastLineTruncated: false,
  });
});

// All of these were tried with the real program, 2.1.329 and 2.1.197.
describe('a truncated line does not hide the records after it, if it ends', () => {
  test.each([
    ['after a comma', '{"a":1,'],
    ['after a colon', '{"a":'],
    ['in an array', '{"a":[1'],
    ['at the start of an array', '{"a":['],
    ['at the start of an object', '{'],
    ['in a string', '{"a":"x'],
    ['in a number', '{"a":12'],
    ['in a word', '{"a":tru'],
    ['three levels down', '{"a":{"b":{"c":1'],
  ])('%s', async (_, torn) => {
    for (const size of [1, 2, 3, 100]) {
      const content = await contentOfFile(`${asked}\n${torn}\n${answered}\n${asked}\n`, size);
      expect(content).toMatchObject({
        lines: 4,
        messages: 3,
        invalidLines: 1,
        lastLineTruncated: false,
      });
    }
  });
});

describe('the last line', () => {
  test.each([
    ['a whole record', asked, { lastLineTruncated: false, messages: 2 }],
    ['half a record', asked.slice(0, -1), { lastLineTruncated: true, messages: 1 }],
    ['NULs', '\0\0', { lastLineTruncated: true, messages: 1 }],
    ['white space', '  ', { lastLineTruncated: false, messages: 1 }],
    ['nothing', '', { lastLineTruncated: false, messages: 1 }],
    ['half a line and its newline', '{"a\n', { lastLineTruncated: false }],
    ['half a value and its newline', '{"a":\n', { lastLineTruncated: false }],
    ['half a value on two lines', '{"a":\n5', { lastLineTruncated: true }],
  ])('with %s behind the last newline', async (_, end, expected) => {
    expect(await contentOfFile(`${answered}\n${end}`)).toMatchObject(expected);
  });
});

test('what follows a record on its line is lost, and so is a record after a truncated line', () => {
  const content = contentOf(asked + answered, answered.slice(0, 30) + asked);
  expect(content).toMatchObject({
    lines: 2,
    messages: 1,
    invalidLines: 1,
  });
});

const at = (time: string, cwd: unknown) => user(time, null, { timestamp: time, cwd });

test('the time is that of the last message, the working directory is the last one', () => {
  const content = contentOf(
    { ...metadata, timestamp: '2020-01-01T00:00:00Z', cwd: '/somewhere' },
    at('2026-11-20T10:00:00Z', '/first'),
    at('2026-11-20T08:00:00Z', String.raw`C:\Users\é "x"`),
    at('2026-11-20T09:00:00Z', { not: 'a path' }),
    { ...at('2026-11-21T00:00:00Z', 5), isSidechain: true },
  );
  expect(content.lastTimestamp).toBe('2026-11-20T09:00:00Z');
  expect(content.cwd).toBe(String.raw`C:\Users\é "x"`);
});

test('a working directory of more than 4096 characters is ignored', () => {
  const inside = `/${'d'.repeat(4095)}`;
  const lines = [user('a', null, { cwd: inside }), user('b', 'a', { cwd: `${inside}d` })];
  expect(contentOf(...lines).cwd).toBe(inside);
});

test('JSON nested 100,000 deep is as good as any', () => {
  const deep = `{"x":${'[{"y":'.repeat(50_000)}1${'}]'.repeat(50_000)},${asked.slice(1)}`;
  expect(contentOf(deep, deep)).toMatchObject({ state: 'usable', messages: 2 });
});

describe('the record before trailing data', () => {
  test.each([
    ['another record', answered],
    ['NULs', '\0\0'],
    ['part of a record', answered.slice(0, 50)],
    ['a bracket', '}'],
  ])('is read if it is followed by %s', (_, rest) => {
    const tricky = textOf(user('a', null, { message: { content: String.raw`"}{\" \\` } }));
    expect(contentOf(tricky + rest)).toMatchObject({ messages: 1, invalidLines: 0 });
  });
});
