import { hasBrand, SharedStateError as ErrorOf } from '../core/error.ts';
import type { Problem } from './problems.ts';
import type { AccountReport } from './report.ts';

/**
 * The one error of this library: everything that was wrong, in one throw.
 *
 * Recognize it with {@link isSharedStateError}, which also knows errors of the other module system.
 */
export type SharedStateError = ErrorOf<Problem, AccountReport>;

/** The class of the errors that this build throws. */
export const SharedStateError: new (
  ...args: ConstructorParameters<typeof ErrorOf<Problem, AccountReport>>
) => SharedStateError = ErrorOf;

/**
 * Checks whether something thrown is a {@link SharedStateError}, whichever build threw it.
 *
 * `instanceof` fails if one part of a program loaded the ESM build and another the CJS build, and for errors of
 * another entry point.
 *
 * @param value - Anything that was caught.
 * @returns Whether its `problems`, `operation` and `reports` can be read.
 *
 * @example Branch on the remedy
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isSharedStateError, validateAll } from 'claude-shared-state';
 *
 * const error: unknown = await validateAll([]).catch((reason: unknown) => reason);
 * assert.ok(isSharedStateError(error));
 * assert.equal(error.problems[0].code, 'invalid-argument');
 * assert.equal(error.problems[0].remedy, 'manual');
 * ```
 */
export function isSharedStateError(value: unknown): value is SharedStateError {
  return hasBrand(value);
}
