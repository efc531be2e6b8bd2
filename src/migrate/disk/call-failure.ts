import { type Answer, settle } from '../../answer.ts';
import { errnoOf } from '../../fs/port.ts';

/** A call of the file system that failed, and where: it ends a run, which can be begun again. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly path: string;
  /** The errno of the call. */
  readonly code: string;

  constructor(path: string, cause: unknown) {
    super(`a call failed at ${path}`, { cause });
    this.path = path;
    this.code = errnoOf(cause);
  }
}

/** The value of a call at a path; a failure ends the run. */
export async function must<Value>(path: string, calling: Promise<Value>): Promise<Value> {
  return valueOf(path, await settle(calling));
}

export function valueOf<Value>(path: string, answer: Answer<Value>): Value {
  if (!answer.ok) throw new CallFailure(path, answer.error);
  return answer.value;
}

/** The value of a call, or its failure where that is one of those that are expected. */
export async function unless<Value>(
  expected: readonly string[],
  path: string,
  calling: Promise<Value>,
): Promise<Answer<Value>> {
  const answer = await settle(calling);
  if (!answer.ok && !expected.includes(answer.errno)) throw new CallFailure(path, answer.error);
  return answer;
}

export function failedWith(answer: Answer<unknown>, errno: string): boolean {
  return !answer.ok && answer.errno === errno;
}

/** What is thrown where something else stands at a path than was looked at. */
export function changed(path: string): Error {
  return Object.assign(new Error(`${path} is not what it was`), { code: 'ESTALE' });
}

/** What is thrown where somebody has taken the lock. */
export function lostLock(): Error {
  return Object.assign(new Error('the lock is not held any more'), { code: 'ESTALE' });
}
