/** The candidate that was probably meant: at most a third of its letters differ. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((name) => ({ name, distance: distanceOf(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((one, other) => one.distance - other.distance);
  return best?.name;
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** How many letters have to be added, removed, replaced or swapped with the next one. */
function distanceOf(from: string, to: string): number {
  let [previous, row]: readonly (readonly number[])[] = [
    [],
    Array.from({ length: to.length + 1 }, (_, at) => at),
  ];
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next.push(
        Math.min(
          (row?.[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row?.[j - 1] ?? 0) + cost,
          isSwap ? (previous?.[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    [previous, row] = [row, next];
  }
  return row?.at(-1) ?? 0;
}
