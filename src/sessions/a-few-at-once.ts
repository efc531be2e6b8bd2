const AT_ONCE = 4;
/** For calls that hold nothing open: waiting for one after the other is what takes the time. */
export const MANY_AT_ONCE = 32;

/**
 * Like `Promise.all` over `map`, but with a few under way at any time: each may hold a file open.
 *
 * Where one fails, no other is begun, and those that are under way have ended before it rejects.
 */
export async function aFewAtOnce<Item, Result>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Result>,
  atOnce: number = AT_ONCE,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const failures: unknown[] = [];
  const work = async () => {
    for (const [index, item] of waiting) {
      if (failures.length > 0) return;
      try {
        results[index] = await perform(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
