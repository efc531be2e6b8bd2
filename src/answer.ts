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
export async function settle<Value>(calling: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { ok: true, value: await calling };
  } catch (error) {
    return failure(error);
  }
}
