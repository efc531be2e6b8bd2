const MOST_CHARACTERS = 40;

/**
 * Rows for `test.each`, each with a readable name of its first value before it: `test.each(inWords(['', 7]))('%s', …)`.
 *
 * As there, an array among other values is a value.
 */
export function inWords<const Row>(
  rows: readonly Row[],
): readonly ([Row] extends [readonly unknown[]]
  ? readonly [string, ...Row]
  : readonly [string, Row])[];
export function inWords(rows: readonly unknown[]): readonly (readonly [string, ...unknown[]])[] {
  const cells: readonly (readonly unknown[])[] = rows.every(isArray)
    ? rows
    : rows.map((row) => [row]);
  return cells.map((row) => [wordsFor(row[0]), ...row]);
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
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
  return `an object with ${whole.length > MOST_CHARACTERS ? `${members.length} members` : whole}`;
}

/** Control characters as their pictures, and no half of a character, which no report could show. */
function quoted(text: string): string {
  const kind = /[[{]"/.test(text) ? 'JSON' : text.length > MOST_CHARACTERS ? 'a text' : undefined;
  if (kind !== undefined) return `${kind} of ${text.length} characters`;
  const shown = text.replaceAll(/[\p{Cc}\p{Cs}\u2028\uFFFD]/gu, (it) => {
    const code = it.codePointAt(0) ?? 0;
    return code < 32 ? String.fromCodePoint(0x24_00 + code) : '▯';
  });
  return `“${shown}”`;
}
