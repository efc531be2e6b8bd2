import { expect, test } from 'vitest';
import { aFewAtOnce } from '../../../src/sessions/a-few-at-once.ts';

const double = (item: number) => Promise.resolve(item * 2);

test('the results are in the order of the items', async () => {
  expect(await aFewAtOnce([3, 1, 2], double, 2)).toEqual([6, 2, 4]);
  expect(await aFewAtOnce([], double)).toEqual([]);
});

test('where one fails no other is begun, and those that are under way come to their end', async () => {
  const failure = new Error('no');
  const [begun, ended]: [number[], number[]] = [[], []];
  const perform = async (item: number) => {
    begun.push(item);
    if (item === 1) throw failure;
    await Promise.resolve();
    ended.push(item);
  };

  await expect(aFewAtOnce([0, 1, 2, 3, 4, 5], perform, 2)).rejects.toBe(failure);

  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});
