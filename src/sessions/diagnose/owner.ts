import { memberOf } from '../../core/json.ts';
import type { Account } from '../../homes/account.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import type { SessionOwner } from '../transcript/summary.ts';
import type { ResumeFacts } from './facts.ts';
import type { Candidate } from './look-up.ts';

/** The flags of the server with which a terminal asks: that of 2.1.329, and that of 2.1.332. */
const FLAGS = ['tengu_bubbly_fountain', 'tengu_ticklish_moon'];

/** Whether the program asks on a terminal who pays for another account's session, as far as its configuration says. */
export function asksForOwner(config: unknown): boolean {
  const cached = memberOf(config, 'cachedGrowthBookFeatures');
  return FLAGS.some((flag) => memberOf(cached, flag) === true);
}

/**
 * What a session that belongs to another account comes to under this home: a warning where the program just goes on,
 * otherwise an error. Seen with invented logins on 2.1.329 and 2.1.332.
 */
export function ownerProblems(
  { at: { path }, content }: Candidate,
  behaviors: readonly ProgramBehavior[],
  { account, asksForOwner: asks }: ResumeFacts,
): readonly SessionProblem[] {
  const owner = content.kind === 'read' ? content.content.owner : undefined;
  if (owner === undefined || !behaviors.some(({ refusesOrganizations }) => refusesOrganizations))
    return [];
  if (account === undefined ? !owner.isRestricted : isOwner(owner, account)) return [];
  const effect = owner.isRestricted ? 'refuses' : asks ? 'asks' : 'continues';
  const fields = account === undefined ? { path, owner } : { path, owner, account };
  const problem = sessionProblem('owned-by-another-account', { ...fields, effect });
  return [effect === 'continues' ? { ...problem, severity: 'warning' } : problem];
}

function isOwner(owner: SessionOwner, account: Account): boolean {
  if (owner.accountUuid !== account.accountUuid) return false;
  return owner.organizationUuid === undefined
    ? !owner.isRestricted
    : owner.organizationUuid.toLowerCase() === account.organizationUuid?.toLowerCase();
}
