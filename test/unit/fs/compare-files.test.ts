import type { MigrateReadHandle } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { fileInfoOf } from '../../../src/fs/file-info.ts';
import {
  comparer,
  type Comparison,
  type SeenEntry,
  judge,
  readBytes,
} from '../../../src/fs/compare-files.ts';
import { lines } from '../support/migrating.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

const identical: Comparison = { kind: 'identical' };
const different: Comparison = { kind: 'different' };
const contains: Comparison = { kind: 'contains', partial: false };
const contained: Comparison = { kind: 'contained', partial: false };
const containsPartly: Comparison = { kind: 'contains', partial: true };
const containedPartly: Comparison = { kind: 'contained', partial: true };

/** Two transcripts, the one of the home first, and how they compare. */
const pairs: Readonly<Record<string, readonly [own: string, shared: string, Comparison]>> = {
  'are one and its beginning': [lines(1, 2, 3), lines(1), contains],
  'are a beginning and the whole': [lines(1), lines(1, 2, 3), contained],
  'are nothing and something': ['', lines(1), contained],
  'are something and nothing': [lines(1), '', contains],
  'are a torn line and nothing': ['{"uu', '', contains],
  'are nothing and a torn line': ['', '{"uu', contained],
  'have one torn line more at home': [`${lines(1)}{"`, lines(1), contains],
  'have one torn line more in the target': [lines(1), `${lines(1)}{"`, contained],
  'have torn lines of one length that differ': [`${lines(1)}ab`, `${lines(1)}cd`, containsPartly],
  'have torn lines, the longer one at home': [`${lines(1)}abc`, `${lines(1)}cd`, containsPartly],
  'have torn lines, the longer one in the target': [
    `${lines(1)}ab`,
    `${lines(1)}cde`,
    containedPartly,
  ],
  'have a torn line that the other one completes': [`${lines(1)}{"uu`, lines(1, 2), contained],
  'have a torn line that the home completes': [lines(1, 2), `${lines(1)}{"uu`, contains],
  'have a whole line at home, and a longer torn one': [
    lines(1, 2),
    `${lines(1)}${'x'.repeat(99)}`,
    containsPartly,
  ],
  'have a whole line in the target, and a longer torn one': [
    `${lines(1)}${'x'.repeat(99)}`,
    lines(1, 2),
    containedPartly,
  ],
  'have a last line without its newline': [lines(1, 2).slice(0, -1), lines(1, 2), contained],
  'differ from the beginning': [lines(1), lines(2), different],
  'differ after a line': [lines(1, 2), lines(1, 3), different],
  'differ in the end of a line': [`${lines(1)}same\n`, `${lines(1)}same 2\n`, different],
  'differ, and one is longer': [lines(1, 2, 5, 6), lines(1, 3), different],
};

const commonLength = (one: string, other: string) => {
  let end = 0;
  while (end < one.length && one[end] === other[end]) end += 1;
  return end;
};
const measured = (text: string) => ({ size: text.length, whole: text.lastIndexOf('\n') + 1 });

describe('two transcripts', () => {
  test.each(Object.entries(pairs))('that %s are judged by length', (_, pair) => {
    const [own, shared, expected] = pair;
    expect(judge(commonLength(own, shared), measured(own), measured(shared))).toEqual(expected);
  });

  test('that are judged as one containing the other lose no whole line', () => {
    for (const one of texts(4)) {
      for (const other of texts(4)) {
        const [own, shared] = [measured(one), measured(other)];
        const { kind } = judge(commonLength(one, other), own, shared);
        const isContained = one.startsWith(other.slice(0, shared.whole));
        const isContaining = other.startsWith(one.slice(0, own.whole));
        const isTrue = {
          identical: false,
          contains: isContained,
          contained: isContaining,
          different: !isContained && !isContaining,
        }[kind];
        expect([one, other, kind, isTrue]).toEqual([one, other, kind, true]);
      }
    }
  });
});

/** All texts of two letters and line ends up to a length. */
function texts(length: number): readonly string[] {
  if (length === 0) return [''];
  const shorter = texts(length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => ['a', 'b', '\n'].map((it) => text + it))];
}

function copyIn(world: World, name: string, content: string): SeenEntry {
  const path = makeFile(world, at(world, name), content);
  return { path, info: fileInfoOf(world.fs.lstatSync(path, { bigint: true })) };
}

function pairIn(world: World, own: string, shared: string): readonly [SeenEntry, SeenEntry] {
  return [copyIn(world, 'own', own), copyIn(world, 'shared', shared)];
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

const MIB = 1024 * 1024;
/** Where a file that is longer than what is read at once may first differ: on both sides of each seam, and between. */
const SEAMS = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 9];

describe.each(worldKinds)('two files (%s)', (kind) => {
  test('are compared by their lines if they are transcripts', () =>
    inWorld(kind, async (world) => {
      for (const [name, [own, shared, expected]] of Object.entries(pairs)) {
        const result = await comparer(world.fs.promises).compare(
          ...pairIn(world, own, shared),
          true,
        );
        expect([name, result]).toEqual([name, expected]);
      }
    }));

  test('that are the same are identical, transcripts or not, empty or not', () =>
    inWorld(kind, async (world) => {
      for (const text of ['', 'x', lines(1, 2), `${lines(1)}{"torn`]) {
        for (const areTranscripts of [true, false]) {
          const comparing = comparer(world.fs.promises);
          expect(await comparing.compare(...pairIn(world, text, text), areTranscripts)).toEqual(
            identical,
          );
        }
      }
    }));

  test('that are no transcripts differ if one is the beginning of the other, and are not read', () =>
    inWorld(kind, async (world) => {
      const { fs, reads } = openingIn(world);
      const comparing = comparer(fs);
      expect(await comparing.compare(...pairIn(world, 'same', 'same and more'), false)).toEqual(
        different,
      );
      expect(await comparing.compare(...pairIn(world, 'same and more', 'same'), false)).toEqual(
        different,
      );
      expect(reads).toEqual([]);
    }));

  test('that differ in one byte are different, wherever it is', () =>
    inWorld(kind, async (world) => {
      const text = 'x'.repeat(2 * MIB + 10);
      for (const place of SEAMS) {
        const other = `${text.slice(0, place)}y${text.slice(place + 1)}`;
        const comparing = comparer(world.fs.promises);
        expect([place, await comparing.compare(...pairIn(world, text, other), false)]).toEqual([
          place,
          different,
        ]);
      }
    }));

  test('with lines that are longer than what is read at once are compared to their ends', () =>
    inWorld(kind, async (world) => {
      const begin = `${'x'.repeat(2 * MIB)}\n`;
      const comparing = comparer(world.fs.promises);
      expect(await comparing.compare(...pairIn(world, `${begin}1\n`, begin), true)).toEqual(
        contains,
      );
      expect(await comparing.compare(...pairIn(world, begin, `${begin}1`), true)).toEqual(
        contained,
      );
      expect(await comparing.compare(...pairIn(world, `${begin}1\n`, `${begin}2\n`), true)).toEqual(
        different,
      );
      const torn = 'x'.repeat(2 * MIB);
      expect(await comparing.compare(...pairIn(world, `a\n${torn}`, `a\ny${torn}`), true)).toEqual(
        containedPartly,
      );
    }));

  test('of which one is gone have no relation', () =>
    inWorld(kind, async (world) => {
      const [own, shared] = pairIn(world, 'x', 'x');
      const gone = { ...own, path: at(world, 'gone') };
      const comparing = comparer(world.fs.promises);
      expect(await comparing.compare(gone, shared, false)).toBeUndefined();
      expect(await comparing.compare(own, gone, true)).toBeUndefined();
    }));

  test('of which one becomes shorter meanwhile are not taken for equal', () =>
    inWorld(kind, async (world) => {
      const [long, short] = [lines(1, 2, 3), lines(1, 2)];
      const [own, shared] = pairIn(world, long, short);
      const claimed = { ...shared, info: { ...shared.info, size: long.length } };
      const { fs } = openingIn(world, { [shared.path]: long.length });
      expect(await comparer(fs).compare(own, claimed, false)).toEqual(different);
      expect(await comparer(fs).compare(claimed, own, false)).toEqual(different);
    }));

  test('are read once, as long as neither changes', () =>
    inWorld(kind, async (world) => {
      const { fs, reads } = openingIn(world);
      const comparing = comparer(fs);
      const [own, shared] = pairIn(world, lines(1, 2), lines(1));
      expect(await comparing.compare(own, shared, true)).toEqual(contains);
      const count = reads.length;
      expect(await comparing.compare(own, shared, true)).toEqual(contains);
      expect(reads.length).toBe(count);
      const changed = copyIn(world, 'shared', lines(1, 2, 3));
      expect(await comparing.compare(own, changed, true)).toEqual(contained);
      expect(reads.length).toBeGreaterThan(count);
    }));
});

describe.each(worldKinds)('the bytes of a file (%s)', (kind) => {
  test('are read up to a limit, above which there are none', () =>
    inWorld(kind, async (world) => {
      const { path } = copyIn(world, 'file', 'abc');
      const { promises } = world.fs;
      expect(await readBytes(promises, path, 3)).toEqual(new Uint8Array([97, 98, 99]));
      expect(await readBytes(promises, path, 2)).toBeUndefined();
      expect(await readBytes(promises, at(world, 'gone'), 3)).toBeUndefined();
    }));
});
