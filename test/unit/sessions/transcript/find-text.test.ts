import { describe, expect, test } from 'vitest';
import { find, needleFor } from '../../../../src/sessions/transcript/find-text.ts';
import { at, inWorld, makeFile, worldKinds } from '../../support/world.ts';

const BUFFER = 1024;

describe.each(worldKinds)('finding a text in %s', (kind) => {
  const findIn = (content: string, text: string) =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'x'), content);
      const size = Buffer.byteLength(content);
      const handle = await world.fs.promises.open(path, 0);
      try {
        return await find(handle, path, size, needleFor(text), new Uint8Array(BUFFER), undefined);
      } finally {
        await handle.close();
      }
    });

  test('finds it anywhere in a file that is larger than the buffer', async () => {
    for (let length = BUFFER - 60; length < BUFFER + 20; length += 1) {
      const content = `${'x\n'.repeat(BUFFER)}${'y'.repeat(length)} the needle\n`;

      const found = await findIn(content, 'The Needle');

      expect(found?.line).toBe(BUFFER + 1);
      expect(found?.excerpt).toContain('the needle');
    }
  });

  test.each([
    ['a character that is not ASCII', 'Über Größe', 'Größe', 'Über Größe'],
    ['a line break and a quotation mark', 'He said:\n"Go"', ':\n"go', 'He said:\n"Go"'],
    ['what looks like a pattern', 'a.c (b)', '.c (b', 'a.c (b)'],
  ])('finds %s', async (_, content, text, excerpt) => {
    expect(await findIn(JSON.stringify({ content }), text)).toEqual({ line: 1, excerpt });
  });

  test('finds nothing in a file that shrank while it was read', async () => {
    await inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'x'), 'needles');
      const handle = await world.fs.promises.open(path, 0);
      const buffer = new Uint8Array(BUFFER);
      try {
        expect(await find(handle, path, 3, needleFor('needle'), buffer, undefined)).toBeUndefined();
        expect(
          await find(handle, path, 99, needleFor('thread'), buffer, undefined),
        ).toBeUndefined();
      } finally {
        await handle.close();
      }
    });
  });

  test('shows it as it is written where its surroundings are no JSON', async () => {
    const blanks = ' '.repeat(80);
    expect((await findIn(`${blanks}\\x needle`, 'needle'))?.excerpt).toBe(String.raw`\x needle`);
    expect(
      (await findIn('x'.repeat(300).concat('needle', 'y'.repeat(300)), 'needle'))?.excerpt,
    ).toBe('needle');
  });

  test('shows some of what surrounds it, up to whole words', async () => {
    const content = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`;

    const found = await findIn(JSON.stringify({ content }), 'needle');

    expect(found?.excerpt).toMatch(/^(before ){7,8}needle( after){18,19}$/);
  });

  test.each([
    ['a part of an escape', JSON.stringify({ content: 'x\nnew' }), 'nnew'],
    ['another character', JSON.stringify({ content: 'Größe' }), 'größE'.replace('ß', 'ẞ')],
    ['a text across lines', 'one\ntwo', 'onetwo'],
    ['anything in an empty file', '', 'x'],
  ])('does not take %s for it', async (_, content, text) => {
    expect(await findIn(content, text)).toBeUndefined();
  });

  test('goes on where a line is no JSON', async () => {
    expect(await findIn('\u0000\\u12 needle \\', 'needle')).toMatchObject({ line: 1 });
  });
});
