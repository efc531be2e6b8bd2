import { isObject } from './json.ts';

/** A call that failed. */
export interface Failure {
  readonly ok: false;
  readonly errno: string;
  readonly error: unknown;
}

/** How a call ended. */
export type Result<Value> = { readonly ok: true; readonly value: Value } | Failure;

export function failure(error: unknown): Failure {
  return { ok: false, errno: errnoOf(error), error };
}

/** The result of a pending call; never rejects. */
export function toResult<Value>(calling: Promise<Value>): Promise<Result<Value>> {
  // Not awaited: of the hundreds that are pending at a time each would cost two promises more.
  return calling.then((value) => ({ ok: true, value }), failure);
}

/** A file-system call that failed, and where. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly path: string;
  readonly code: string;

  constructor(path: string, cause: unknown) {
    super(`a call failed at ${path}`, { cause });
    this.path = path;
    this.code = errnoOf(cause);
  }
}

/** The value of a call at a path; a failure throws {@link CallError}. */
export function orThrow<Value>(path: string, calling: Promise<Value>): Promise<Value> {
  return calling.catch((error: unknown) => {
    throw new CallError(path, error);
  });
}

export function valueOf<Value>(path: string, result: Result<Value>): Value {
  if (!result.ok) throw new CallError(path, result.error);
  return result.value;
}

/** The result of a call that may fail with some codes; any other failure throws {@link CallError}. */
export async function tolerate<Value>(
  codes: readonly string[],
  path: string,
  calling: Promise<Value>,
): Promise<Result<Value>> {
  const result = await toResult(calling);
  if (!result.ok && !codes.includes(result.errno)) throw new CallError(path, result.error);
  return result;
}

export function failedWith(result: Result<unknown>, errno: string): boolean {
  return !result.ok && result.errno === errno;
}

/** The `code` of a failed call, such as `EACCES`; `UNKNOWN` for an error that carries none. */
export function errnoOf(error: unknown): string {
  return isObject(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN';
}
