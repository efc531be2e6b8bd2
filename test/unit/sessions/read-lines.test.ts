import { expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { linesOf } from './transcript/support/lines.ts';

const sizes = [1, 2, 3, 5, 100, Number.POSITIVE_INFINITY];

test.each(
  inWords<readonly [string, readonly (readonly [string, boolean])[]]>([
    ['', []],
    ['\n', [['', true]]],
    ['a', [['a', false]]],
    ['a\n', [['a', true]]],
    [
      'a\n\nbc',
      [
        ['a', true],
        ['', true],
        ['bc', false],
      ],
    ],
    [
      'é😀\r\n\ufeff€\n',
      [
        ['é😀\r', true],
        ['\ufeff€', true],
      ],
    ],
  ]),
)('readLines cuts %s at its newlines, in chunks of any size', async (_, content, expected) => {
  for (const size of sizes) {
    const lines = await linesOf(content, size);
    expect(lines.map(({ text, endsWithNewline }) => [text, endsWithNewline])).toEqual(expected);
    const total = lines.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total).toBe(Buffer.byteLength(content));
  }
});

test('readLines removes one byte order mark, at the start only', async () => {
  for (const size of sizes) {
    const lines = await linesOf('\ufeff\ufeffa\n\ufeffb', size);
    expect(lines.map(({ text }) => text)).toEqual(['\ufeffa', '\ufeffb']);
  }
});

test('readLines holds no line beyond the limit, and reads on behind it', async () => {
  for (const size of sizes) {
    const lines = await linesOf(
      `1234567\n12345678\n${'9'.repeat(50)}\nabc\n${'x'.repeat(9)}`,
      size,
      8,
    );
    expect(lines.map(({ text, bytes }) => [text, bytes])).toEqual([
      ['1234567', 8],
      [undefined, 9],
      [undefined, 51],
      ['abc', 4],
      [undefined, 9],
    ]);
  }
});
