const MOST_CHARACTERS = 40;

/** Rows for `test.each`, each with a readable name of its first value before it: `test.each(inWords(['', 7]))('%s', …)`. */
export function inWords<const Row>(
  rows: readonly Row[],
): readonly (Row extends readonly unknown[] ? readonly [string, ...Row] : readonly [string, Row])[];
export function inWords(rows: readonly unknown[]): readonly (readonly [string, ...unknown[]])[] {
  return rows.map((row) => {
    const cells: readonly unknown[] = Array.isArray(row) ? row : [row];
    return [wordsFor(cells[0]), ...cells];
  });
}

/** A value as the name of a test may show it. */
export function wordsFor(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'object':
      return value === null ? 'null' : objectInWords(value);
    default:
      return String(value);
  }
}

function objectInWords(value: object): string {
  const members = Object.entries(value);
  if (Array.isArray(value)) return `an array of ${members.length}`;
  if (members.length === 0) return 'an empty object';
  const whole = members.map(([name, member]) => `${name} ${wordsFor(member)}`).join(', ');
  const names = members.map(([name]) => name).join(', ');
  return `an object with ${whole.length > MOST_CHARACTERS ? names : whole}`;
}

/** Control characters as their pictures, and no half of a character, which no report could show. */
function quoted(text: string): string {
  if (text.length > MOST_CHARACTERS) return `a text of ${text.length} characters`;
  const shown = text
    .replaceAll(/[\0-\x1F]/g, (it) => String.fromCodePoint(0x24_00 + (it.codePointAt(0) ?? 0)))
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\uFFFD]/gu, '▯');
  return `“${shown}”`;
}
