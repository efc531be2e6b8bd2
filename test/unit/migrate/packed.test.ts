import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkedFiles } from '../../../src/migrate/record/linked-files.ts';
import { PackedPaths } from '../../../src/migrate/record/packed-paths.ts';
import { PackedTexts } from '../../../src/migrate/record/packed-texts.ts';

const anyText = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.string({ unit: 'binary' }),
  // Halves of pairs, too, which no UTF-8 can hold.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .constantFrom('', '\ufeff', 'é', '\0', 'a/b', 'a//b', '/', 'a/', '../a')
    .chain((text) => fc.nat(3).map((times) => text.repeat(times))),
);

function expectAll(packed: PackedTexts | PackedPaths, texts: readonly string[], absent: string) {
  const distinct = [...new Set(texts)];
  const numbers = texts.map((text) => packed.add(text));
  expect(numbers).toEqual(texts.map((text) => distinct.indexOf(text)));
  expect(distinct.map((text) => packed.find(text))).toEqual([...distinct.keys()]);
  expect(distinct.map((_, number) => packed.at(number))).toEqual(distinct);
  expect(packed.size).toBe(distinct.length);
  const number = distinct.indexOf(absent);
  expect(packed.find(absent)).toBe(number === -1 ? undefined : number);
}

for (const Packed of [PackedTexts, PackedPaths]) {
  test(`numbers each text once, and gives it back: ${Packed.name}`, () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 200 }), anyText, (texts, absent) => {
        expectAll(new Packed(), texts, absent);
      }),
    );
  });

  test(`holds more than has room at first, and texts longer than that: ${Packed.name}`, () => {
    const packed = new Packed();
    const texts = Array.from({ length: 5000 }, (_, number) => {
      const size = number % 1000 === 7 ? 70_000 : number % 50;
      return `-work-${number % 30}/${number}${(number % 3 === 0 ? 'x' : '語').repeat(size)}`;
    });
    for (const text of texts) packed.add(text);
    expect(texts.every((text, number) => packed.find(text) === number)).toBe(true);
    expect(texts.every((text, number) => packed.at(number) === text)).toBe(true);
  });
}

const linkedAs = (inode: bigint) => ({
  device: 2n ** 64n - 1n,
  inode,
  birth: -1n,
  size: 3,
  mtime: 4n,
});

interface Step {
  readonly path: string;
  readonly inode: bigint;
  readonly isSet: boolean;
}

function expectLinked(steps: readonly Step[]) {
  const files = new LinkedFiles();
  const model = new Map<string, bigint>();
  for (const { path, inode, isSet } of steps) {
    if (isSet) files.set(path, linkedAs(inode));
    else files.delete(path);
    if (isSet) model.set(path, inode);
    else model.delete(path);
    expect(files.get(path)).toEqual(isSet ? linkedAs(inode) : undefined);
    expect(files.has(path)).toBe(isSet);
    const same = [...model].filter(([, other]) => other === inode).map(([known]) => known);
    expect(files.pathsOf(linkedAs(inode)).toSorted()).toEqual(same.toSorted());
  }
  expect(files.size).toBe(model.size);
  expect(new Map(files)).toEqual(
    new Map([...model].map(([known, inode]) => [known, linkedAs(inode)])),
  );
}

test('linked files are those that were set last, and not deleted since', () => {
  const path = fc.constantFrom('a', 'b', 'k/a', 'k/b', 'k/s/a');
  const step = fc.record({ path, inode: fc.bigInt({ min: 1n, max: 3n }), isSet: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), expectLinked));
});

test('a linked file remembers its copy until it is set without one', () => {
  const copy = { device: 1n, inode: 9n, birth: 5n };
  const files = new LinkedFiles([['k/a', { ...linkedAs(1n), copy }]]);
  expect(files.get('k/a')).toEqual({ ...linkedAs(1n), copy });
  files.set('k/a', linkedAs(1n));
  expect(files.get('k/a')).toEqual(linkedAs(1n));
});
