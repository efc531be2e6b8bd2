/** `; did you mean …?`, if a candidate was probably meant; `nameOf` picks what is compared. */
export function didYouMean(
  typed: string,
  candidates: readonly string[],
  nameOf: (candidate: string) => string = String,
): string {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: edits(nameOf(typed), nameOf(candidate)) }))
    // At most a third of its letters differ.
    .filter(({ candidate, edits }) => edits <= Math.max(1, nameOf(candidate).length / 3))
    .toSorted((first, second) => first.edits - second.edits);
  return best === undefined ? '' : `; did you mean ${best.candidate}?`;
}

/** How many letters have to be added, removed or replaced (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length }, (_, index) => index + 1);
  let left = to.length;
  for (const [index, letter] of Array.from(from).entries()) {
    let diagonal = index;
    left = index + 1;
    row = row.map((above, column) => {
      left = Math.min(diagonal + Number(letter !== to[column]), above + 1, left + 1);
      diagonal = above;
      return left;
    });
  }
  return left;
}
