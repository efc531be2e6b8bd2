import { distance } from 'fastest-levenshtein';

/** The items with one key together, in the order of the first ones. */
export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly [Item, ...Item[]])[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** One after the other: each reads a whole home. */
export async function inTurn<Item, Value>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (const item of items) values.push(await perform(item));
  return values;
}

/** Those that are there. */
export function present<Item>(...items: readonly (Item | false | undefined)[]): readonly Item[] {
  return items.flatMap((item) => (item === false || item === undefined ? [] : [item]));
}

/** Whether the table has an entry of this name. */
export function hasEntry<Table extends object>(
  table: Table,
  name: string,
): name is keyof Table & string {
  return Object.hasOwn(table, name);
}

/** `; did you mean …?`, if a candidate was probably meant; `nameOf` picks what is compared. */
export function didYouMean(
  typed: string,
  candidates: readonly string[],
  nameOf: (candidate: string) => string = String,
): string {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(nameOf(typed), nameOf(candidate)) }))
    // At most a third of its letters differ.
    .filter(({ candidate, edits }) => edits <= Math.max(1, nameOf(candidate).length / 3))
    .toSorted((first, second) => first.edits - second.edits);
  return best === undefined ? '' : `; did you mean ${best.candidate}?`;
}
