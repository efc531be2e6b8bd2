import { pid as ownPid } from 'node:process';
import { settle } from '../answer.ts';
import type { ProcessProbe } from '../fs/processes.ts';
import {
  formatOwnerToken,
  nonceFrom,
  type OwnerToken,
  parseOwnerToken,
  UNKNOWN,
} from './owner-token.ts';

/** This process as an owner; each call gives a token that is told from all others. */
export async function identifyOwner(
  processes: ProcessProbe,
  { pid, random }: { readonly pid: number | undefined; readonly random: () => number },
): Promise<OwnerToken> {
  const nonce = nonceFrom(random);
  // The probe may be the caller's: it may fail, or know nothing of owners.
  const told = await settle((async () => await processes.self?.(pid))());
  const owner = told.ok && told.value !== undefined ? { ...told.value, nonce } : undefined;
  // Nobody could read it otherwise.
  if (owner !== undefined && parseOwnerToken(formatOwnerToken(owner)) !== undefined) return owner;
  return { pid: pid ?? ownPid, start: UNKNOWN, nonce, domain: UNKNOWN };
}

/**
 * What is known of an owner. `elsewhere`: of another boot or another container, of which nothing can be
 * known from here; only a person can tell whether it has ended.
 */
export type OwnerStanding = 'dead' | 'running' | 'elsewhere' | 'unknown';

/** How it stands with whoever has made something; without a token nobody knows who that was. */
export type JudgedOwner =
  | { readonly standing: 'dead'; readonly token: OwnerToken }
  | {
      readonly standing: Exclude<OwnerStanding, 'dead'>;
      readonly token: OwnerToken | undefined;
    };

/**
 * Judges the owner behind a text from disk, as seen from this process.
 *
 * `dead` is final: a process id together with its start time, boot and namespaces never comes back. So it
 * does not matter how old the answer is when it is acted on.
 */
export async function judgeOwner(
  text: string,
  own: Pick<OwnerToken, 'domain'>,
  processes: ProcessProbe,
): Promise<JudgedOwner> {
  const token = parseOwnerToken(text);
  if (token === undefined) return { standing: UNKNOWN, token };
  return { standing: await standingOf(token, own, processes), token };
}

async function standingOf(
  { pid, start, domain }: OwnerToken,
  own: Pick<OwnerToken, 'domain'>,
  processes: ProcessProbe,
): Promise<OwnerStanding> {
  if (domain === UNKNOWN || start === UNKNOWN || own.domain === UNKNOWN) return UNKNOWN;
  if (domain !== own.domain) return 'elsewhere';
  const looked = await settle(processes.look({ pid, domain }));
  if (!looked.ok) return UNKNOWN;
  const seen = looked.value;
  if (seen.state !== 'running') return seen.state === 'gone' ? 'dead' : UNKNOWN;
  if (seen.start === undefined) return UNKNOWN;
  // Another process may have been given the same id since.
  return seen.start === start ? 'running' : 'dead';
}
