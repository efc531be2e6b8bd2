import type { MigrateReadHandle } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { OPEN } from '../../../src/fs/migrate-fs.ts';
import {
  agreeBefore,
  agrees,
  COMPARED_BYTES,
  isEqual,
  relate,
  wholeLength,
} from '../../../src/migrate/disk/compare.ts';
import { lines } from '../support/migrating.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

const MIB = 1024 * 1024;
/** Where a file that is longer than what is read at once may first differ: on both sides of each seam, and between. */
const seams = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 9];

/** Puts two files there, and opens no others. */
function pair(world: World, one: string, other: string) {
  const first = makeFile(world, at(world, 'one'), one);
  const second = makeFile(world, at(world, 'other'), other);
  return [first, second] as const;
}

async function related(world: World, one: string, other: string) {
  return await relate(world.fs.promises, ...pair(world, one, other));
}

/** What a handle says, but for how long its file is, and what was read through it. */
function telling(handle: MigrateReadHandle, size: number | undefined, reads: number[]) {
  return {
    stat: async (options: { bigint: true }) => {
      const stats = await handle.stat(options);
      return size === undefined ? stats : Object.assign(stats, { size: BigInt(size) });
    },
    read: async (buffer: Uint8Array, offset: number, length: number, position: number | null) => {
      reads.push(length);
      return await handle.read(buffer, offset, length, position);
    },
    close: async () => {
      await handle.close();
    },
  };
}

function openingIn(world: World, sizes: Readonly<Record<string, number>> = {}) {
  const reads: number[] = [];
  const open = async (path: string, flags: number) =>
    telling(await world.fs.promises.open(path, flags), sizes[path], reads);
  return { fs: { open }, reads };
}

async function agreeing(world: World, one: string, other: string, from: number, to: number) {
  const { promises } = world.fs;
  const [first, second] = pair(world, one, other);
  const handles = [
    await promises.open(first, OPEN.read),
    await promises.open(second, OPEN.read),
  ] as const;
  try {
    return await agrees(...handles, from, to, first);
  } finally {
    for (const handle of handles) await handle.close();
  }
}

describe.each(worldKinds)('two transcripts (%s)', (kind) => {
  test.each([
    ['are the same', lines(1, 2), lines(1, 2), 'one', lines(1, 2)],
    ['are both empty', '', '', 'one', ''],
    ['are one and its beginning', lines(1, 2, 3), lines(1), 'one', lines(1)],
    ['are a beginning and the whole', lines(1), lines(1, 2, 3), 'other', lines(1)],
    ['are nothing and something', '', lines(1), 'other', ''],
    ['are something and nothing', lines(1), '', 'one', ''],
    ['have only a torn line, and nothing', '{"uu', '', 'one', ''],
    ['have nothing, and only a torn line', '', '{"uu', 'other', ''],
    ['have one torn line more at the first', `${lines(1)}{"`, lines(1), 'one', lines(1)],
    ['have one torn line more at the other', lines(1), `${lines(1)}{"`, 'other', lines(1)],
    ['have torn lines of the same length', `${lines(1)}ab`, `${lines(1)}cd`, 'one', lines(1)],
    ['have torn lines, the first longer', `${lines(1)}abc`, `${lines(1)}cd`, 'one', lines(1)],
    ['have torn lines, the other longer', `${lines(1)}ab`, `${lines(1)}cde`, 'other', lines(1)],
    [
      'have a whole line, and a torn one that is longer',
      lines(1, 2),
      `${lines(1)}${'x'.repeat(99)}`,
      'one',
      lines(1),
    ],
    [
      'have a torn line that is longer, and a whole one',
      `${lines(1)}${'x'.repeat(99)}`,
      lines(1, 2),
      'other',
      lines(1),
    ],
  ])('that %s are generations', (_, one, other, longer, shared) =>
    inWorld(kind, async (world) => {
      const offset = shared.length;
      expect(await related(world, one, other)).toEqual({ kind: 'generations', longer, offset });
    }),
  );

  test.each([
    ['at once', lines(1), lines(2), ''],
    ['after a line', lines(1, 2), lines(1, 3), lines(1)],
    ['after two', lines(1, 2, 3), lines(1, 2, 4), lines(1, 2)],
    ['in a line that begins alike', `${lines(1)}same 1\n`, `${lines(1)}same 2\n`, lines(1)],
    ['in the end of a line', `${lines(1)}same\n`, `${lines(1)}same 2\n`, lines(1)],
    ['and have different lengths', lines(1, 2, 5, 6), lines(1, 3), lines(1)],
  ])('that differ %s are divergent, and equal up to the line before', (_, one, other, shared) =>
    inWorld(kind, async (world) => {
      const divergent = { kind: 'divergent', common: shared.length };
      expect(await related(world, one, other)).toEqual(divergent);
      expect(await related(world, other, one)).toEqual(divergent);
    }),
  );

  test('that are longer than what is read at once are compared to their ends', () =>
    inWorld(kind, async (world) => {
      const begin = `${'x'.repeat(2 * MIB)}\n`;
      expect(await related(world, `${begin}1\n`, begin)).toEqual({
        kind: 'generations',
        longer: 'one',
        offset: begin.length,
      });
      expect(await related(world, `${begin}1\n`, `${begin}2\n`)).toEqual({
        kind: 'divergent',
        common: begin.length,
      });
    }));

  test('of which one has vanished have no relation', () =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, lines(1), lines(1));
      const { promises } = world.fs;
      expect(await relate(promises, one, at(world, 'exited'))).toBeUndefined();
      expect(await relate(promises, at(world, 'exited'), other)).toBeUndefined();
    }));

  test('of which one has become shorter while it was read are compared as far as it goes', () =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, lines(1, 2, 3), lines(1, 2));
      const { fs } = openingIn(world, { [other]: lines(1, 2, 3).length });
      expect(await relate(fs, one, other)).toMatchObject({ kind: 'generations', longer: 'one' });
      expect(await relate(fs, other, one)).toMatchObject({ kind: 'generations', longer: 'other' });
    }));

  test.each([
    ['one', 'other'],
    ['other', 'one'],
  ])('of which %s becomes shorter after they were compared: %s is the longer one', (name, longer) =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, lines(1, 2, 3), lines(1, 2, 3));
      const { fs, reads } = openingIn(world);
      const shortening: typeof fs = {
        open: async (path, flags) => {
          const handle = await fs.open(path, flags);
          const read: typeof handle.read = async (...args) => {
            // Both have been compared; now the ends of their lines are looked for.
            if (reads.length === 2) world.fs.writeFileSync(at(world, name), lines(1));
            return await handle.read(...args);
          };
          return { ...handle, read };
        },
      };
      const offset = lines(1).length;
      expect(await relate(shortening, one, other)).toEqual({ kind: 'generations', longer, offset });
    }),
  );

  test('are read in pieces that are large, but never more than one MiB', () =>
    inWorld(kind, async (world) => {
      const text = `${'x'.repeat(3 * MIB)}\n`;
      const { fs, reads } = openingIn(world);
      await relate(fs, ...pair(world, text, text));
      // Both in four pieces, and of each the piece that ends with its last line.
      expect(reads.toSorted((a, b) => b - a)).toEqual([
        ...Array.from({ length: 8 }, () => MIB),
        1,
        1,
      ]);
    }));
});

describe.each(worldKinds)('two files (%s)', (kind) => {
  test.each(seams)('that differ only at byte %i are not equal', (place) =>
    inWorld(kind, async (world) => {
      const text = 'x'.repeat(2 * MIB + 10);
      const other = `${text.slice(0, place)}y${text.slice(place + 1)}`;
      expect(await isEqual(world.fs.promises, ...pair(world, text, other))).toBe(false);
      expect(await isEqual(world.fs.promises, ...pair(world, text, text))).toBe(true);
    }),
  );

  test('of which one is the beginning of the other are not equal, and not read', () =>
    inWorld(kind, async (world) => {
      const { fs, reads } = openingIn(world);
      expect(await isEqual(fs, ...pair(world, 'same', 'same and more'))).toBe(false);
      expect(await isEqual(fs, ...pair(world, 'same and more', 'same'))).toBe(false);
      expect(reads).toEqual([]);
    }));

  test('that are empty are equal', () =>
    inWorld(kind, async (world) => {
      expect(await isEqual(world.fs.promises, ...pair(world, '', ''))).toBe(true);
    }));

  test('of which one has become shorter while it was read are not equal', () =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, 'same and more', 'same');
      const { fs } = openingIn(world, { [other]: 'same and more'.length });
      expect(await isEqual(fs, one, other)).toBe(false);
      expect(await isEqual(fs, other, one)).toBe(false);
    }));

  test('of which one has become shorter are not equal, though all their bytes are alike', () =>
    inWorld(kind, async (world) => {
      const text = 'x'.repeat(2 * MIB);
      const [one, other] = pair(world, text, text.slice(0, MIB + 7));
      const { fs } = openingIn(world, { [other]: text.length });
      expect(await isEqual(fs, one, other)).toBe(false);
      expect(await isEqual(fs, other, one)).toBe(false);
    }));

  test('of which one has vanished are neither equal nor not', () =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, '', '');
      const { promises } = world.fs;
      expect(await isEqual(promises, one, at(world, 'exited'))).toBeUndefined();
      expect(await isEqual(promises, at(world, 'exited'), other)).toBeUndefined();
    }));
});

describe.each(worldKinds)('a part of two files (%s)', (kind) => {
  test.each([
    ['abcdef', 'abcdef', true],
    ['abcdef', 'aBcdef', true],
    ['abcdef', 'abCdef', false],
    ['abcdef', 'abcDef', false],
    ['abcdef', 'abcdEf', true],
    ['abcdef', 'abcd', true],
    ['abcdef', 'abc', false],
    ['abc', 'abcdef', false],
  ])('from 2 to 4 of %s and %s agrees: %s', (one, other, is) =>
    inWorld(kind, async (world) => {
      expect(await agreeing(world, one, other, 2, 4)).toBe(is);
    }),
  );

  test.each(seams)('is compared over its whole length: one byte is another at %i', (place) =>
    inWorld(kind, async (world) => {
      const text = 'x'.repeat(2 * MIB + 10);
      const other = `${text.slice(0, place)}y${text.slice(place + 1)}`;
      expect(await agreeing(world, `a${text}`, `b${other}`, 1, text.length + 1)).toBe(false);
      expect(await agreeing(world, `a${text}`, `b${text}`, 1, text.length + 1)).toBe(true);
    }),
  );

  test('in front of an offset is as long as it must be, and no longer', () =>
    inWorld(kind, async (world) => {
      const text = 'x'.repeat(3 * COMPARED_BYTES);
      const offset = 2 * COMPARED_BYTES;
      const differing = async (place: number) => {
        const other = `${text.slice(0, place)}y${text.slice(place + 1)}`;
        return await agreeBefore(world.fs.promises, ...pair(world, text, other), offset);
      };
      expect(await differing(offset - COMPARED_BYTES - 1)).toBe(true);
      expect(await differing(offset - COMPARED_BYTES)).toBe(false);
      expect(await differing(offset - 1)).toBe(false);
      expect(await differing(offset)).toBe(true);
    }));

  test('in front of an offset near the beginning begins there', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      expect(await agreeBefore(promises, ...pair(world, 'abc', 'abC'), 2)).toBe(true);
      expect(await agreeBefore(promises, ...pair(world, 'abc', 'Abc'), 2)).toBe(false);
      expect(await agreeBefore(promises, ...pair(world, 'abc', 'xyz'), 0)).toBe(true);
    }));

  test('in front of an offset is unknown where one of the files has vanished', () =>
    inWorld(kind, async (world) => {
      const [one, other] = pair(world, 'abc', 'abc');
      const { promises } = world.fs;
      expect(await agreeBefore(promises, one, at(world, 'exited'), 2)).toBeUndefined();
      expect(await agreeBefore(promises, at(world, 'exited'), other, 2)).toBeUndefined();
    }));
});

describe.each(worldKinds)('the whole lines of a file (%s)', (kind) => {
  const long = 'x'.repeat(MIB);

  test.each([
    ['nothing', '', 0],
    ['a torn line', 'abc', 0],
    ['an empty line', '\n', 1],
    ['a line', 'abc\n', 4],
    ['a line and a torn one', 'abc\nde', 4],
    ['a line at the very beginning of the piece before', `\n${long}`, 1],
    ['a line, and a torn one over three pieces', `abc\n${long}${long}`, 4],
    ['a torn line over three pieces', `abc${long}${long}`, 0],
    ['a line that ends with a piece', `${long.slice(1)}\n`, MIB],
    ['a line that ends the first of two pieces', `abc\n${long.slice(1)}`, 4],
    ['a long line', `${long}${long}\n`, 2 * MIB + 1],
  ])('that has %s are found', (_, text, length) =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), text);
      const handle = await world.fs.promises.open(path, OPEN.read);
      expect(await wholeLength(handle, text.length, path)).toBe(length);
      await handle.close();
    }),
  );

  test('are looked for up to a given length only', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'abc\ndef\n');
      const handle = await world.fs.promises.open(path, OPEN.read);
      const lengths = [8, 7, 4, 3, 0].map((size) => wholeLength(handle, size, path));
      expect(await Promise.all(lengths)).toEqual([8, 4, 4, 0, 0]);
      await handle.close();
    }));
});
