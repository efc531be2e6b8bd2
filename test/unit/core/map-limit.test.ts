import { expect, test } from 'vitest';
import { mapLimit } from '../../../src/core/map-limit.ts';

const double = (item: number) => Promise.resolve(item * 2);

test('mapLimit returns the values in the order of the items', async () => {
  expect(await mapLimit([3, 1, 2], double, 2)).toEqual([6, 2, 4]);
  expect(await mapLimit([], double)).toEqual([]);
});

test('mapLimit never has more calls pending than the limit', async () => {
  let [pending, highest] = [0, 0];
  const perform = async () => {
    pending += 1;
    highest = Math.max(highest, pending);
    await Promise.resolve();
    pending -= 1;
  };

  await mapLimit(Array.from({ length: 20 }), perform, 3);

  expect(highest).toBe(3);
});

test('after a failure mapLimit starts no other call, and rejects once the pending ones have ended', async () => {
  const failure = new Error('no');
  const [started, ended]: [number[], number[]] = [[], []];
  const perform = async (item: number) => {
    started.push(item);
    if (item === 1) throw failure;
    await Promise.resolve();
    ended.push(item);
  };

  await expect(mapLimit([0, 1, 2, 3, 4, 5], perform, 2)).rejects.toBe(failure);

  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});
