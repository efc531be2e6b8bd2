import { memberOf } from '../../core/json.ts';
import type { Account } from '../../homes/account.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import type { SessionOwner } from '../transcript/summary.ts';
import type { ResumeFacts } from './facts.ts';
import type { Candidate } from './look-up.ts';

/**
 * What a session that belongs to another account comes to under this home: a warning where the program just goes on,
 * otherwise an error. Seen with invented logins on 2.1.329 and 2.1.332.
 */
export function ownerProblems(
  { at: { path }, content }: Candidate,
  behaviors: readonly ProgramBehavior[],
  { account, config, isTerminal }: ResumeFacts,
): readonly SessionProblem[] {
  const owner = content.kind === 'read' ? content.content.owner : undefined;
  const flags = behaviors.flatMap(({ ownerFlag }) => ownerFlag ?? []);
  if (owner === undefined || flags.length === 0) return [];
  if (account === undefined ? !owner.isRestricted : isOwner(owner, account)) return [];
  // The second is that of older programs, and counts only without the first.
  const cached =
    memberOf(config.value, 'cachedGrowthBookFeatures') ??
    memberOf(config.value, 'cachedFeatureFlags');
  const asks = isTerminal && flags.some((flag) => memberOf(cached, flag) === true);
  const isRefused =
    owner.isRestricted && behaviors.some(({ refusesRestricted }) => refusesRestricted);
  const effect = isRefused ? 'refuses' : asks ? 'asks' : 'continues';
  const fields = account === undefined ? { path, owner } : { path, owner, account };
  const problem = sessionProblem('owned-by-another-account', { ...fields, effect });
  return [effect === 'continues' ? { ...problem, severity: 'warning' } : problem];
}

function isOwner(owner: SessionOwner, account: Account): boolean {
  if (owner.accountUuid !== account.accountUuid) return false;
  // A line without an organization counts as another account's.
  return (
    owner.organizationUuid !== undefined && owner.organizationUuid === account.organizationUuid
  );
}
