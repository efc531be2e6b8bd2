// Each call may hold a file open.
const MAX_OPEN_FILES = 4;
/** A limit for calls that hold nothing open, and only take long if each waits for the one before. */
export const MANY_AT_ONCE = 32;

/**
 * `Promise.all` over `map`, with at most `limit` calls pending at a time.
 *
 * After a failure it starts no other call, and rejects once the pending ones have ended.
 */
export async function mapLimit<Item, Value>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Value>,
  limit: number = MAX_OPEN_FILES,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  const remaining = items.entries();
  const failures: unknown[] = [];
  const work = async () => {
    for (const [index, item] of remaining) {
      if (failures.length > 0) return;
      try {
        values[index] = await perform(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return values;
}
