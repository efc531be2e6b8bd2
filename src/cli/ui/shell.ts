/** Whether a shell receives the text as it is when somebody pastes it: one line, no controls, encodable. */
export function isTypeable(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** The text as one word of a POSIX shell, in quotes only where they are needed. */
export function shellWord(text: string): string {
  return /^[\w./:@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
