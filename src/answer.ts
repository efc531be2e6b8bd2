import { errnoOf } from './fs/port.ts';

/** A call that failed. */
export interface Failure {
  readonly ok: false;
  readonly errno: string;
  readonly error: unknown;
}

/** How a call ended. */
export type Answer<Value> = { readonly ok: true; readonly value: Value } | Failure;

export function failure(error: unknown): Failure {
  return { ok: false, errno: errnoOf(error), error };
}

/** The answer of a call that is under way; it never rejects. */
export function settle<Value>(calling: Promise<Value>): Promise<Answer<Value>> {
  // Not awaited: of the hundreds that are under way at a time each would cost two promises more.
  return calling.then((value) => ({ ok: true, value }), failure);
}
