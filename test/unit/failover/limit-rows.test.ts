import { isValidResumeUUID } from 'claude-shared-state';
import { readLimitRows } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { memberOf } from '../../../src/core/json.ts';
import { inWords } from '../support/in-words.ts';
import { at, inWorld, makeFile, requiredIn, type World, worldKinds } from '../support/world.ts';

const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const other = '1b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const start = Date.parse('2026-11-29T13:00:00Z');
const time = (seconds: number) => new Date(start + seconds * 1000);

/** A line of a transcript, written a number of seconds after the start. */
function line(seconds: number, type = 'assistant'): string {
  return `${JSON.stringify({ type, timestamp: time(seconds).toISOString(), seconds })}\n`;
}

const place = (world: World, session = id, key = '-work') =>
  at(world, `a/projects/${key}/${session}.jsonl`);

function look(world: World, seconds: number, cursor?: unknown, session = id) {
  if (!isValidResumeUUID(session)) throw new Error('no id');
  return readLimitRows(session, {
    accountHomes: [at(world, 'a')],
    required: requiredIn(world),
    fs: world.fs,
    now: time(seconds),
    // As a daemon keeps it.
    cursor: cursor === undefined ? undefined : JSON.parse(JSON.stringify(cursor)),
  });
}

const seconds = (rows: readonly unknown[]): readonly unknown[] =>
  rows.map((row) => memberOf(row, 'seconds'));

describe.each(worldKinds)('readLimitRows, in %s,', (kind) => {
  test('returns what is new since the last look, and nothing of before the first', async () => {
    await inWorld(kind, async (world) => {
      const path = makeFile(world, place(world), line(-1) + line(1));
      const first = await look(world, 0);
      expect(seconds(first.rows)).toEqual([1]);
      expect(first.cursor).toEqual({ path, offset: (line(-1) + line(1)).length, at: start });
      world.fs.appendFileSync(path, line(2) + line(3, 'user') + line(4, 'attachment'));
      const second = await look(world, 5, first.cursor);
      expect(seconds(second.rows)).toEqual([2, 3]);
      expect((await look(world, 6, second.cursor)).rows).toEqual([]);
    });
  });

  test('leaves a line that is not complete to the next look', async () => {
    await inWorld(kind, async (world) => {
      const path = makeFile(world, place(world), line(1).slice(0, 20));
      const { rows, cursor } = await look(world, 0);
      expect([rows, cursor.offset]).toEqual([[], 0]);
      world.fs.appendFileSync(path, line(1).slice(20));
      expect(seconds((await look(world, 2, cursor)).rows)).toEqual([1]);
    });
  });

  test('returns what is no JSON as nothing, and goes on behind it', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), `{"type":"assistant"\n\n\0\n${line(1)}`);
      expect(seconds((await look(world, 0)).rows)).toEqual([1]);
    });
  });

  test('continues with the transcript of a new id, from the last look on', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), line(1));
      const { cursor } = await look(world, 0);
      makeFile(world, place(world, other), line(-5) + line(5));
      const next = await look(world, 9, cursor, other);
      expect(seconds(next.rows)).toEqual([5]);
      expect(next.cursor.path).toBe(place(world, other));
    });
  });

  test('finds a transcript again that was moved, or made shorter', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), line(1) + line(2));
      const { cursor } = await look(world, 3);
      world.fs.writeFileSync(place(world), line(4));
      expect(seconds((await look(world, 5, cursor)).rows)).toEqual([4]);
      world.fs.unlinkSync(place(world));
      const moved = makeFile(world, place(world, id, '-moved'), line(1) + line(6));
      const again = await look(world, 7, cursor);
      expect([seconds(again.rows), again.cursor.path]).toEqual([[6], moved]);
    });
  });

  test('returns nothing of before the first look where the transcript was made shorter', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), line(-2) + line(-1));
      const first = await look(world, 0);
      world.fs.writeFileSync(place(world), line(-2));
      const second = await look(world, 5, first.cursor);
      expect([first.rows, second.rows]).toEqual([[], []]);
      world.fs.appendFileSync(place(world), line(6));
      expect(seconds((await look(world, 7, second.cursor)).rows)).toEqual([6]);
    });
  });

  test('reads no more than the last megabyte', async () => {
    await inWorld(kind, async (world) => {
      const filler = `${'x'.repeat(1023)}\n`.repeat(1100);
      const path = makeFile(world, place(world), line(1) + filler + line(2));
      const { rows, cursor } = await look(world, 0);
      expect(seconds(rows)).toEqual([2]);
      world.fs.appendFileSync(path, line(3) + filler + line(4));
      expect(seconds((await look(world, 5, cursor)).rows)).toEqual([4]);
      world.fs.appendFileSync(path, 'y'.repeat(1_100_000));
      const torn = await look(world, 6, (await look(world, 5, cursor)).cursor);
      expect(torn.rows).toEqual([]);
      world.fs.appendFileSync(path, `\n${line(7)}`);
      expect(seconds((await look(world, 8, torn.cursor)).rows)).toEqual([7]);
    });
  });

  test('misses nothing where the first looks find no transcript yet', async () => {
    await inWorld(kind, async (world) => {
      const { cursor, ...first } = await look(world, 0);
      expect(first).toEqual({ rows: [], unreadable: [] });
      const second = await look(world, 5, cursor);
      makeFile(world, place(world), line(-1) + line(1) + line(6));
      expect(seconds((await look(world, 7, second.cursor)).rows)).toEqual([1, 6]);
    });
  });

  test.each(
    inWords([null, 7, 'x', {}, { path: 'x', offset: -1, at: 0 }, { path: 7, offset: 0, at: 0 }]),
  )('takes a cursor like %s for none', async (_, cursor) => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), line(-1) + line(1));
      expect(seconds((await look(world, 0, cursor)).rows)).toEqual([1]);
    });
  });

  test('tells what could not be read', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, place(world), line(1));
      const fs = {
        ...world.fs.promises,
        open: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })),
      };
      if (!isValidResumeUUID(id)) throw new Error('no id');
      const accountHomes = [at(world, 'a')];
      const report = await readLimitRows(id, { accountHomes, required: requiredIn(world), fs });
      const unreadable = [{ path: place(world), errno: 'EACCES' }];
      expect(report).toMatchObject({ rows: [], cursor: { offset: 0 }, unreadable });
    });
  });
});
