import { mapLimit } from '../../../src/core/map-limit.ts';

/** Does something with each item, with two of them at a time, and gives what it came to, in order. */
export async function twoAtATime<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return await mapLimit(items, work, 2);
}
