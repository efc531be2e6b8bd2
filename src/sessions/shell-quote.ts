// oxlint-disable-next-line no-control-regex -- they are what it is about
const CONTROL = /[\0-\x1f\x7f-\x9f]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const PLAIN_WORD = /^[\w./:@,+-]+$/;

/** Whether it is a text that arrives as it is when typed: one line, no controls, and encodable. */
export function isTypeable(text: unknown): text is string {
  return typeof text === 'string' && !CONTROL.test(text) && !LONE_SURROGATE.test(text);
}

/**
 * The text as one word of a POSIX shell, whatever characters it has.
 *
 * Inside single quotes nothing is special, not even the `!` of a history; a single quote itself is
 * put between two such words, behind a backslash.
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Like {@link quoted}, without quotes where none are needed. */
export function word(text: string): string {
  return PLAIN_WORD.test(text) ? text : quoted(text);
}
