const AT_ONCE = 4;

/** Like `Promise.all` over `map`, but with a few under way at any time: each may hold a file open. */
export async function aFewAtOnce<Item, Result>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const work = async () => {
    for (const [index, item] of waiting) results[index] = await perform(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
