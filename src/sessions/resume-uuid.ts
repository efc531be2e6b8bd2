import type { Tagged } from 'type-fest';

/** The id of a session, in a form that `claude --resume` takes for one; the spelling is kept. */
export type ResumeUUID = Tagged<string, 'ResumeUUID'>;

// Version and variant are not looked at by the program (seen on 2.1.329 and 2.1.197), nor here.
const UUID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Tells whether a value is what `claude --resume` takes for a session id: the 8-4-4-4-12 shape of
 * hexadecimal digits, in either case, of any version and variant.
 *
 * Anything else is taken for a title by the program, which then fails or shows its picker (seen on
 * 2.1.329 and 2.1.197). White space around an id, which the program trims, is refused here: an id
 * that goes into a file name or a command has to be exact. {@link parseResumeUUID} trims.
 *
 * @param value - Anything.
 * @returns Whether it is a string of that shape; narrows it to {@link ResumeUUID}.
 *
 * @example Refuse what a corrupted file holds
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isValidResumeUUID } from 'claude-shared-state';
 *
 * assert.equal(isValidResumeUUID('0B8E5C1A-2f6d-4c3b-9a7e-5d4c3b2a1f0e'), true);
 * assert.equal(isValidResumeUUID('fix the login bug'), false);
 * assert.equal(isValidResumeUUID(' 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e\n'), false);
 * ```
 */
export function isValidResumeUUID(value: unknown): value is ResumeUUID {
  return typeof value === 'string' && UUID_SHAPE.test(value);
}

/**
 * Reads a session id from the content of a file such as `resume-id.txt`: trims it, keeps its case.
 *
 * @param text - The whole content. Anything but a string gives `undefined`.
 * @returns The id, or `undefined` if the text is anything but one id and white space around it.
 *
 * @example A file that `echo` wrote
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseResumeUUID } from 'claude-shared-state';
 *
 * const id = parseResumeUUID('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e\n');
 * assert.equal(id, '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');
 * assert.equal(parseResumeUUID('No conversation found'), undefined);
 * ```
 */
export function parseResumeUUID(text: unknown): ResumeUUID | undefined {
  const id = typeof text === 'string' ? text.trim() : undefined;
  return isValidResumeUUID(id) ? id : undefined;
}
