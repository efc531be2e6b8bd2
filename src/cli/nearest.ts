/** The candidate that was probably meant: at most a third of its letters differ. `nameOf` picks what is compared. */
export function nearest(
  typed: string,
  candidates: readonly string[],
  nameOf: (candidate: string) => string = (candidate) => candidate,
): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: edits(nameOf(typed), nameOf(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, nameOf(candidate).length / 3))
    .toSorted((first, second) => first.edits - second.edits);
  return best?.candidate;
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** How many letters have to be added, removed or replaced (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
