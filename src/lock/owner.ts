import { pid as ownPid } from 'node:process';
import { toResult } from '../core/result.ts';
import { comparePidNamespaces } from '../fs/pid-namespace.ts';
import type { ProcessInspector } from '../fs/processes.ts';

/** The process that created something, so that others can find out later whether it still runs. */
export interface OwnerToken {
  readonly pid: number;
  /** When the process started, as {@link startWord} writes it; `unknown` if the process inspector did not say. */
  readonly start: string;
  /** Distinguishes this token from all others of the same process. */
  readonly nonce: string;
  /** The machine, the boot and the namespaces of `pid`; `unknown` if the inspector did not say. */
  readonly pidNamespace: string;
}

/** An owner with an unknown start or namespace is never considered dead. */
export const UNKNOWN = 'unknown';

const TOKEN =
  /^(?<pid>[1-9]\d{0,9})\.(?<start>\d{1,20}|[A-Z][a-z]{2}-[A-Z][a-z]{2}-\d{1,2}(?:-\d\d){3}-\d{4}|unknown)\.(?<nonce>[\da-z]{1,64})\.(?<pidNamespace>[\w:-]{1,128})$/;

export function formatOwnerToken({ pid, start, nonce, pidNamespace }: OwnerToken): string {
  return `${pid}.${start}.${nonce}.${pidNamespace}`;
}

/** Reads a text from disk; `undefined` unless it is exactly a token. */
export function parseOwnerToken(text: string): OwnerToken | undefined {
  const { pid, start = '', nonce = '', pidNamespace = '' } = TOKEN.exec(text)?.groups ?? {};
  return pid === undefined ? undefined : { pid: Number(pid), start, nonce, pidNamespace };
}

/** A start time as a part of a file name: on macOS it is a date with blanks and colons. */
function startWord(start: string): string {
  return start.replaceAll(/[^\w-]+/g, '-');
}

/** 64 random bits, from a source of numbers from 0 to below 1. */
export function nonceFrom(random: () => number): string {
  const half = () => Math.floor(random() * 2 ** 32).toString(16);
  return half().padStart(8, '0') + half().padStart(8, '0');
}

/** This process as an owner; each call returns a unique token. */
export async function identifyOwner(
  processInspector: ProcessInspector,
  { pid, random }: { readonly pid: number | undefined; readonly random: () => number },
): Promise<OwnerToken> {
  const nonce = nonceFrom(random);
  // The inspector may be the caller's: it may fail, or know nothing about owners.
  const self = await toResult((async () => await processInspector.self?.(pid))());
  const known = self.ok ? self.value : undefined;
  const owner = known === undefined ? known : { ...known, start: startWord(known.start), nonce };
  // Nobody could read it otherwise.
  if (owner !== undefined && parseOwnerToken(formatOwnerToken(owner)) !== undefined) return owner;
  return { pid: pid ?? ownPid, start: UNKNOWN, nonce, pidNamespace: UNKNOWN };
}

/** `elsewhere`: on another machine or in another container; only a person can tell whether it has ended. */
export type OwnerStatus = 'dead' | 'running' | 'elsewhere' | 'unknown';

/** The status of an owner and its token; without a token, nobody knows whose it is. */
export type JudgedOwner =
  | { readonly status: 'dead'; readonly token: OwnerToken }
  | { readonly status: Exclude<OwnerStatus, 'dead'>; readonly token: OwnerToken | undefined };

/**
 * Finds out what this process can know about the owner behind a text from disk.
 *
 * `dead` is final: a process id with its start time, boot and namespaces never comes back. So the answer doesn't expire.
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
  const result = await toResult(processInspector.status({ pid, pidNamespace, start }));
  if (!result.ok) return UNKNOWN;
  const seen = result.value;
  if (seen.state !== 'running') return seen.state === 'exited' ? 'dead' : UNKNOWN;
  if (seen.start === undefined) return UNKNOWN;
  // Another process may have been given the same id since.
  return startWord(seen.start) === start ? 'running' : 'dead';
}
