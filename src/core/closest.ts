/** The known word that was probably meant, if one is close enough. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, edits: edits(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((first, second) => first.edits - second.edits);
  return ranked.find((entry) => entry.edits <= most)?.candidate;
}

/** How many letters to insert, delete or replace (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length }, (_, index) => index + 1);
  for (const [index, letter] of Array.from(from).entries()) {
    let [diagonal, left] = [index, index + 1];
    row = row.map((above, column) => {
      const replaced = diagonal + (letter === to[column] ? 0 : 1);
      [diagonal, left] = [above, Math.min(replaced, left + 1, above + 1)];
      return left;
    });
  }
  return row.at(-1) ?? from.length;
}
