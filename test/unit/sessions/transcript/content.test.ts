import { describe, expect, test } from 'vitest';
import { TranscriptJudge } from '../../../../src/sessions/transcript/judge-content.ts';
import { assistant, bookkeeping, judged, judgedLines, textOf, user } from './support/lines.ts';

const asked = textOf(user('a', null));
const answered = textOf(assistant('b', 'a'));
const mark = '\ufeff';

describe('a line that is no record is passed over:', () => {
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
    const content = judgedLines(asked, line, answered);
    expect(content).toMatchObject({ state: 'usable', lines: 3, messages: 2, invalidLines: 1 });
    expect(content).toMatchObject({ endsTorn: false, isFragment: false, leaves: 1 });
  });
});

test.each([
  ['a byte order mark', `${mark}${asked}\n${answered}\n`],
  ['CRLF', `${asked}\r\n${answered}\r\n`],
  ['blank lines', `\n\n${asked}\n \t\r\n\n${answered}\n\n`],
  ['no final newline', `${asked}\n${answered}`],
  ['all of it', `${mark}\r\n${asked}\r\n\r\n${answered}\r`],
])('%s changes nothing, in chunks of any size', (_, text) => {
  for (const size of [1, 2, 3, 7, 64, Number.POSITIVE_INFINITY]) {
    const content = judged(text, size);
    expect(content).toMatchObject({ state: 'usable', lines: 2, messages: 2, invalidLines: 0 });
    expect(content.bytes).toBe(Buffer.byteLength(text));
    expect(content).toMatchObject({ overfullLines: 0, endsTorn: false, leaves: 1 });
  }
});

test.each([
  ['part of a byte order mark', Buffer.of(0xef, 0xbb)],
  ['two of them', Buffer.from(mark + mark)],
  ['one of another encoding', Buffer.of(0xff, 0xfe)],
])('%s spoils the first line', (_, start) => {
  for (const size of [1, 2, 3, 4, 5, 100]) {
    const content = judged(Buffer.concat([start, Buffer.from(`${asked}\n${answered}\n`)]), size);
    expect(content).toMatchObject({ lines: 2, messages: 1, invalidLines: 1 });
  }
});

test('a byte order mark and nothing else is empty', () => {
  expect(judged(mark, 1)).toMatchObject({ state: 'empty', bytes: 3, lines: 0, endsTorn: false });
});

// All of these were tried with the real program, 2.1.329 and 2.1.197.
describe('a record may be spread over lines:', () => {
  test.each([
    ['indented', JSON.stringify(JSON.parse(asked), null, 2)],
    ['with a newline', asked.replaceAll(',"', ',\n"')],
    ['with CRLF', asked.replaceAll(':"', '\r\n:"')],
  ])('%s', (_, text) => {
    for (const size of [1, 2, 3, 100]) {
      const content = judged(`${text}\n${answered}\n${text}`, size);
      expect(content).toMatchObject({ lines: 3, messages: 3, invalidLines: 0, endsTorn: false });
    }
  });

  test.each([
    ['behind a comma', '{"a":1,'],
    ['behind a colon', '{"a":'],
    ['in an array', '{"a":[1'],
    ['at the start of an array', '{"a":['],
    ['at the start of an object', '{'],
    ['in a string', '{"a":"x'],
    ['in a number', '{"a":12'],
    ['in a word', '{"a":tru'],
    ['three levels down', '{"a":{"b":{"c":1'],
  ])('but not a line torn %s over the records behind it', (_, torn) => {
    for (const size of [1, 2, 3, 100]) {
      const content = judged(`${asked}\n${torn}\n${answered}\n${asked}\n`, size);
      expect(content).toMatchObject({ lines: 4, messages: 3, invalidLines: 1, endsTorn: false });
    }
  });
});

describe('the end', () => {
  test.each([
    ['a whole record', asked, { lacksFinalNewline: true, endsTorn: false, messages: 2 }],
    ['half a record', asked.slice(0, -1), { lacksFinalNewline: true, endsTorn: true, messages: 1 }],
    ['NULs', '\0\0', { lacksFinalNewline: true, endsTorn: true, messages: 1 }],
    ['white space', '  ', { lacksFinalNewline: false, endsTorn: false, messages: 1 }],
    ['nothing', '', { lacksFinalNewline: false, endsTorn: false, messages: 1 }],
    ['half a line and its newline', '{"a\n', { lacksFinalNewline: false, endsTorn: false }],
    ['half a value and its newline', '{"a":\n', { lacksFinalNewline: false, endsTorn: false }],
    ['half a value on two lines', '{"a":\n5', { lacksFinalNewline: true, endsTorn: true }],
  ])('with %s behind the last newline', (_, end, expected) => {
    expect(judged(`${answered}\n${end}`)).toMatchObject(expected);
  });
});

test('what is behind a record on its line is lost, as it is when a torn line has been appended to', () => {
  const content = judgedLines(asked + answered, answered.slice(0, 30) + asked);
  expect(content).toMatchObject({ lines: 2, messages: 1, overfullLines: 1, invalidLines: 1 });
});

const at = (time: string, cwd: unknown) => user(time, null, { timestamp: time, cwd });

test('times are those of the first and the last message, the working directory is the last one', () => {
  const content = judgedLines(
    { ...bookkeeping, timestamp: '2020-01-01T00:00:00Z', cwd: '/somewhere' },
    at('2026-11-20T10:00:00Z', '/first'),
    at('2026-11-20T08:00:00Z', String.raw`C:\Users\é "x"`),
    at('2026-11-20T09:00:00Z', { not: 'a path' }),
    { ...at('2026-11-21T00:00:00Z', 5), isSidechain: true },
  );
  expect(content.firstTimestamp).toBe('2026-11-20T10:00:00Z');
  expect(content.lastTimestamp).toBe('2026-11-20T09:00:00Z');
  expect(content.cwd).toBe(String.raw`C:\Users\é "x"`);
});

test('a working directory of more than 4096 bytes is not told', () => {
  const inside = `/${'d'.repeat(4095)}`;
  const lines = [user('a', null, { cwd: inside }), user('b', 'a', { cwd: `${inside}d` })];
  expect(judgedLines(...lines).cwd).toBe(inside);
});

test('a chunk may be used again as soon as it was pushed', () => {
  const judge = new TranscriptJudge();
  const chunk = new Uint8Array(16);
  const bytes = Buffer.from(`${asked}\n${answered}\n`);
  for (let at = 0; at < bytes.length; at += chunk.length) {
    const part = bytes.subarray(at, at + chunk.length);
    chunk.set(part);
    judge.push(chunk.subarray(0, part.length));
    chunk.fill(0);
  }
  expect(judge.end()).toMatchObject({ state: 'usable', messages: 2, leaves: 1 });
});

function grownBy(run: () => void): number {
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}

describe('memory stays small', () => {
  test('with a line of 200 MB', () => {
    const judge = new TranscriptJudge();
    const [start, end] = [Buffer.from(asked.slice(0, -3)), Buffer.from(`${asked.slice(-3)}\n`)];
    const chunk = new Uint8Array(65_536).fill(0x61);
    const grown = grownBy(() => {
      judge.push(start);
      for (let pushed = 0; pushed < 200_000_000; pushed += chunk.length) judge.push(chunk);
      judge.push(end);
    });
    expect(judge.end()).toMatchObject({ state: 'usable', lines: 1, messages: 1 });
    expect(grown).toBeLessThan(10_000_000);
  });

  test('with JSON nested 100,000 deep', () => {
    const deep = `{"x":${'[{"y":'.repeat(50_000)}1${'}]'.repeat(50_000)},${asked.slice(1)}`;
    expect(judgedLines(deep, deep)).toMatchObject({ state: 'usable', messages: 2 });
  });
});

// Tried with the real program, 2.1.329 and 2.1.197.
test('a file of more than 5 MiB is read line by line, and a byte order mark spoils its first line', () => {
  const indented = JSON.stringify(JSON.parse(asked), null, 1);
  for (const chunkSize of [1, 3, 100]) {
    const whole = (text: string) => judged(text, chunkSize, 5_242_880);
    const large = (text: string) => judged(text, chunkSize, 5_242_881);
    expect(whole(`${indented}\n`)).toMatchObject({ state: 'usable', messages: 1 });
    expect(large(`${indented}\n`)).toMatchObject({ state: 'garbage', messages: 0 });
    expect(large(`${indented}\n${answered}\n`)).toMatchObject({ state: 'usable', messages: 1 });
    expect(whole(`${mark}${asked}\n${answered}`)).toMatchObject({ messages: 2 });
    expect(large(`${mark}${asked}\n${answered}`)).toMatchObject({ messages: 1, invalidLines: 1 });
    expect(large(`${asked}\n${answered}`)).toMatchObject({ messages: 2, lacksFinalNewline: true });
  }
});
