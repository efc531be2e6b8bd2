import { type Result, toResult } from '../core/result.ts';
import { isObject } from '../core/json.ts';
import type { FailoverProblem } from './failover-problem.ts';
import { failoverProblem } from './failover-problem.ts';

/** What a call of a terminal gave, or the problem that it had. */
export type Asked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: FailoverProblem };

/** The answer of a call of a terminal; it never rejects. */
export async function ask<Value>(
  of: { readonly session: string; readonly path: string },
  call: () => Promise<Value>,
): Promise<Asked<Value>> {
  // The terminal may be the caller's, and throw before it returns a promise.
  const answer: Result<Value> = await toResult((async () => await call())());
  if (answer.ok) return answer;
  const { error } = answer;
  const reason = error instanceof Error ? error.message : String(error);
  // By its field, because an error of another entry point is of another class.
  const isMissing = isObject(error) && Reflect.get(error, 'trouble') === 'no-session';
  const code = isMissing ? 'terminal-missing' : 'terminal-failed';
  return { ok: false, problem: failoverProblem(code, { ...of, reason }) };
}
