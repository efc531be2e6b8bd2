import { toResult } from '../core/result.ts';
import type { FailoverFs } from '../fs/failover-fs.ts';
import { textOf } from '../fs/port.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import { join } from '../core/paths.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';

type LookFs = Pick<FailoverFs, 'realpath' | 'stat'>;

/** What is wrong where two accounts keep their session records in one place. */
export async function checkApart(
  fs: LookFs,
  from: string,
  to: string,
): Promise<FailoverProblem | undefined> {
  const pairs = [
    [from, to],
    [join(from, 'sessions'), join(to, 'sessions')],
  ] as const;
  for (const [otherPath, path] of pairs) {
    const [one, other] = [await placeOf(fs, otherPath), await placeOf(fs, path)];
    if (one !== undefined && one === other) {
      return failoverProblem('accounts-not-apart', { path, otherPath });
    }
  }
  return undefined;
}

/** Which directory a path leads to; `undefined` where it leads to none, or that cannot be told. */
async function placeOf(fs: LookFs, path: string): Promise<string | undefined> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return undefined;
  const identity = identityOf(entryOf(stats.value));
  if (identity !== undefined) return identity;
  const real = await toResult(fs.realpath(path));
  return real.ok ? textOf(real.value) : undefined;
}
