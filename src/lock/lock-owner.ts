import { pid as ownPid } from 'node:process';
import { toResult } from '../core/result.ts';
import { comparePidNamespaces } from '../fs/pid-namespace.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import {
  formatOwnerToken,
  nonceFrom,
  type OwnerToken,
  parseOwnerToken,
  UNKNOWN,
} from './owner-token.ts';

/** This process as an owner; each call gives a token that is told from all others. */
export async function identifyOwner(
  processInspector: ProcessInspector,
  { pid, random }: { readonly pid: number | undefined; readonly random: () => number },
): Promise<OwnerToken> {
  const nonce = nonceFrom(random);
  // The inspector may be the caller's: it may fail, or know nothing of owners.
  const told = await toResult((async () => await processInspector.self?.(pid))());
  const owner = told.ok && told.value !== undefined ? { ...told.value, nonce } : undefined;
  // Nobody could read it otherwise.
  if (owner !== undefined && parseOwnerToken(formatOwnerToken(owner)) !== undefined) return owner;
  return { pid: pid ?? ownPid, start: UNKNOWN, nonce, pidNamespace: UNKNOWN };
}

/**
 * What is known of an owner. `elsewhere`: of another machine or container, of which nothing can be known from
 * here; only a person can tell whether it has ended.
 */
export type OwnerStatus = 'dead' | 'running' | 'elsewhere' | 'unknown';

/** The status of an owner, and its token; without a token nobody knows whose it is. */
export type JudgedOwner =
  | { readonly status: 'dead'; readonly token: OwnerToken }
  | {
      readonly status: Exclude<OwnerStatus, 'dead'>;
      readonly token: OwnerToken | undefined;
    };

/**
 * Says what this process can know of the owner behind a text from disk.
 *
 * `dead` is final: a process id together with its start time, boot and namespaces never comes back. So it
 * does not matter how old the answer is when it is acted on.
 */
export async function judgeOwner(
  text: string,
  own: Pick<OwnerToken, 'pidNamespace'>,
  processInspector: ProcessInspector,
): Promise<JudgedOwner> {
  const token = parseOwnerToken(text);
  if (token === undefined) return { status: UNKNOWN, token };
  return { status: await statusOf(token, own, processInspector), token };
}

async function statusOf(
  { pid, start, pidNamespace }: OwnerToken,
  own: Pick<OwnerToken, 'pidNamespace'>,
  processInspector: ProcessInspector,
): Promise<OwnerStatus> {
  if (pidNamespace === UNKNOWN || start === UNKNOWN || own.pidNamespace === UNKNOWN) return UNKNOWN;
  const relation = comparePidNamespaces(pidNamespace, own.pidNamespace);
  if (relation !== 'same') return relation === 'earlier-boot' ? 'dead' : relation;
  const looked = await toResult(processInspector.status({ pid, pidNamespace, start }));
  if (!looked.ok) return UNKNOWN;
  const seen = looked.value;
  if (seen.state !== 'running') return seen.state === 'exited' ? 'dead' : UNKNOWN;
  if (seen.start === undefined) return UNKNOWN;
  // Another process may have been given the same id since.
  return seen.start === start ? 'running' : 'dead';
}
