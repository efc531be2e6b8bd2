import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { SessionPlace, StoredId } from './resume-id-file.ts';

/** What is wrong where no id is saved for a session. */
export function storedIdProblem(
  stored: Exclude<StoredId, { readonly kind: 'id' }>,
  of: SessionPlace,
): FailoverProblem {
  switch (stored.kind) {
    case 'missing':
      return failoverProblem('resume-id-missing', of);
    case 'invalid':
      return failoverProblem('resume-id-invalid', of);
    case 'unreadable':
      return failoverProblem('resume-id-unreadable', { ...of, errno: stored.errno });
    default:
      return stored satisfies never;
  }
}
