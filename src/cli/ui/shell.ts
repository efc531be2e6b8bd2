/** Whether a shell receives the text as it is when somebody pastes it: one line, no controls, encodable. */
export function isTypeable(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** The text in single quotes, as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same, without quotes where none are needed. */
export function shellWord(text: string): string {
  return /^[\w./:@,+-]+$/.test(text) ? text : quoted(text);
}
