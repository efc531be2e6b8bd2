import { Buffer } from 'node:buffer';
import { array, assert, asyncProperty, constantFrom, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lstatOrUndefined } from '../../../src/fs/io.ts';
import {
  appendLines,
  appendMissing,
  hasLines,
  missingAtEnd,
  uniteLines,
  wholeLinesFrom,
} from '../../../src/fs/lines.ts';
import { fill, inPlace, lines, read } from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const textOf = (of: Uint8Array | undefined) => of && Buffer.from(of).toString('latin1');

const united = (shared: string, own: string) => textOf(uniteLines(bytes(shared), bytes(own)));
const missing = (tail: string, of: string) => textOf(missingAtEnd(bytes(tail), bytes(of)));

describe('two memory indexes', () => {
  const rows: Readonly<Record<string, readonly [shared: string, own: string, string | undefined]>> =
    {
      'have the lines of the target first': ['a\nb\n', 'c\nd\n', 'a\nb\nc\nd\n'],
      'have a line that both have once': ['a\nb\n', 'b\nc\na\n', 'a\nb\nc\n'],
      'add nothing if they are equal': ['a\nb\n', 'a\nb\n', undefined],
      'add nothing if the target has all lines, in any order': ['a\nb\nc\n', 'c\na\n', undefined],
      'add nothing if the home has no line': ['a\n', '', undefined],
      'add nothing but blank lines': ['a\n', '\n\na\n\n', undefined],
      'become what the home has if the target has nothing': ['', 'a\nb\n', 'a\nb\n'],
      'get a line end that the target lacks': ['a', 'b\n', 'a\nb\n'],
      'get a line end that the home lacks': ['a\n', 'b', 'a\nb\n'],
      'keep blank lines of the target': ['a\n\nb\n', 'c\n', 'a\n\nb\nc\n'],
      'keep a line that the home has twice': ['a\n', 'b\nb\n', 'a\nb\nb\n'],
      'tell lines with carriage returns apart': ['a\n', 'a\r\n', 'a\na\r\n'],
      'keep bytes that are not UTF-8': ['\xff\n', '\xfe\x80\n', '\xff\n\xfe\x80\n'],
    };

  test.each(Object.entries(rows))('%s', (_, [shared, own, expected]) => {
    expect(united(shared, own)).toBe(expected);
  });

  test('have every line of both but blank ones, and united again they add nothing', () => {
    assert(
      property(someText(), someText(), (shared, own) => {
        const result = united(shared, own) ?? shared;
        expect(result.startsWith(shared)).toBe(true);
        const found = new Set(['', ...result.split('\n')]);
        expect([...shared.split('\n'), ...own.split('\n')].filter((it) => !found.has(it))).toEqual(
          [],
        );
        expect(united(result, own)).toBeUndefined();
        expect(united(result, shared)).toBeUndefined();
      }),
    );
  });
});

/** Texts with many equal lines, with and without a line end. */
function someText() {
  const piece = constantFrom('a', 'b', 'ab', '\n', '\n', 'a\n', 'b\n', 'aa\n');
  return array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
}

/** Whole lines. */
function someLines() {
  const line = constantFrom('a\n', 'b\n', 'ab\n', 'aa\n');
  return array(line, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
}

describe('lines that belong at the end of a transcript', () => {
  const rows: Readonly<Record<string, readonly [tail: string, of: string, string]>> = {
    'are all missing from one without them': ['a\n', 'b\nc\n', 'b\nc\n'],
    'are all missing from an empty one': ['', 'b\nc\n', 'b\nc\n'],
    'are not missing if it ends with them': ['a\nb\nc\n', 'b\nc\n', ''],
    'are not missing if it went on after them': ['a\nb\nc\nd\n', 'b\nc\n', ''],
    'are missing but for those that an earlier attempt wrote': ['a\nb\n', 'b\nc\nd\n', 'c\nd\n'],
    'are missing from where an earlier attempt ended': ['a\nb\nlo', 'b\nlong\n', 'ng\n'],
    'begin on a line of their own after a torn one': ['a\nto', 'b\n', '\nb\n'],
    'are missing if only the last of them is there': ['c\n', 'b\nc\n', 'b\nc\n'],
    'are none if there are none': ['a\n', '', ''],
    'are none if there are none, also after a torn line': ['a', '', ''],
    'are not taken for there because another line ends alike': ['xb\n', 'bc\n', 'bc\n'],
  };

  test.each(Object.entries(rows))('%s', (_, [tail, of, expected]) => {
    expect(missing(tail, of)).toBe(expected);
  });

  test('are there once, though appended twice', () => {
    assert(
      property(someText(), someLines(), (tail, of) => {
        const after = tail + (missing(tail, of) ?? '');
        expect(after.includes(of)).toBe(true);
        expect(missing(after, of)).toBe('');
      }),
    );
  });

  test('are there once, wherever appending was cut', () => {
    assert(
      property(someText(), someLines(), array(nat(12), { maxLength: 3 }), (tail, of, cuts) => {
        let file = tail;
        for (const cut of cuts) file += (missing(file, of) ?? '').slice(0, cut);
        file += missing(file, of) ?? '';
        expect(file.includes(of)).toBe(true);
        expect(missing(file, of)).toBe('');
      }),
    );
  });
});

describe.each(worldKinds)('a transcript (%s)', (kind) => {
  test('gets lines appended once, and what it has is never changed', () =>
    inWorld(kind, async (world) => {
      fill(world, { 't.jsonl': `${lines(1)}{"torn` });
      const { promises } = world.fs;
      const path = inPlace(world, 't.jsonl');
      expect(await appendLines(promises, path, bytes(lines(2, 3)))).toBe(true);
      expect(await appendLines(promises, path, bytes(lines(2, 3)))).toBe(false);
      expect(read(world, 't.jsonl')).toBe(`${lines(1)}{"torn\n${lines(2, 3)}`);
    }));

  test('that is gone gets nothing, and is not created', () =>
    inWorld(kind, async (world) => {
      const path = inPlace(world, 'none.jsonl');
      expect(await appendLines(world.fs.promises, path, bytes(lines(1)))).toBeUndefined();
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('has whole lines from an offset on, and perhaps a torn one', () =>
    inWorld(kind, async (world) => {
      const [first, second] = [lines(1), lines(2)];
      fill(world, { 't.jsonl': `${first}${second}{"torn` });
      const { promises } = world.fs;
      const from = async (offset: number) => {
        const found = await wholeLinesFrom(promises, inPlace(world, 't.jsonl'), offset);
        return [textOf(found?.lines), found?.isTorn];
      };
      expect(await from(0)).toEqual([first + second, true]);
      expect(await from(first.length)).toEqual([second, true]);
      expect(await from(first.length + 1)).toEqual([second, true]);
      expect(await from(first.length - 1)).toEqual([first + second, true]);
      expect(await from(first.length + second.length)).toEqual(['', true]);
      expect(await from(1000)).toEqual(['', true]);
      expect(await wholeLinesFrom(promises, inPlace(world, 'none'), 0)).toBeUndefined();
    }));

  test('is compared with lines one by one', () =>
    inWorld(kind, async (world) => {
      fill(world, { 't.jsonl': lines(1, 2) });
      const { promises } = world.fs;
      const path = inPlace(world, 't.jsonl');
      expect(await hasLines(promises, path, bytes(lines(2, 1)))).toBe(true);
      expect(await hasLines(promises, path, bytes(lines(2, 3, 1, 4)))).toBe(false);
      expect(await hasLines(promises, inPlace(world, 'none'), bytes(lines(1)))).toBeUndefined();
    }));

  test('gets only the lines it lacks, if it is the file that is meant', () =>
    inWorld(kind, async (world) => {
      fill(world, { 't.jsonl': lines(1, 2), 'u.jsonl': lines(1) });
      const { promises } = world.fs;
      const [path, other] = [inPlace(world, 't.jsonl'), inPlace(world, 'u.jsonl')];
      const info = await lstatOrUndefined(promises, path);
      if (info === undefined) throw new Error('it was just written');
      expect(await appendMissing(promises, path, info, bytes(lines(2, 3, 1, 4)))).toBe(true);
      expect(read(world, 't.jsonl')).toBe(lines(1, 2, 3, 4));
      expect(await appendMissing(promises, path, info, bytes(lines(3, 4)))).toBe(true);
      expect(await appendMissing(promises, other, info, bytes(lines(2)))).toBe(false);
      expect(read(world, 't.jsonl')).toBe(lines(1, 2, 3, 4));
      expect(read(world, 'u.jsonl')).toBe(lines(1));
    }));

  test('gets the rest of its lines after an appending process was killed', () =>
    inWorld(kind, async (world) => {
      const path = inPlace(world, 't.jsonl');
      await assert(
        asyncProperty(nat(lines(2, 3).length), async (length) => {
          fill(world, { 't.jsonl': `${lines(1)}{"torn` });
          world.fs.appendFileSync(path, `\n${lines(2, 3)}`.slice(0, length));
          await appendLines(world.fs.promises, path, bytes(lines(2, 3)));
          expect(read(world, 't.jsonl')).toBe(`${lines(1)}{"torn\n${lines(2, 3)}`);
        }),
        { numRuns: 40 },
      );
    }));
});
