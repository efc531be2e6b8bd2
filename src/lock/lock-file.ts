import { type Result, toResult } from '../core/result.ts';
import { textOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { AtPath, Failed } from '../core/problem.ts';
import { judgeOwner, type OwnerStatus } from './lock-owner.ts';
import { formatOwnerToken, type OwnerToken, UNKNOWN } from './owner-token.ts';

/** The calls that locking needs. */
export interface LockFs {
  readlink(path: string): Promise<string | Uint8Array>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** A call that failed, and where. */
export type FailedCall = AtPath & Failed;

/** Who holds a lock that could not be acquired. */
interface LockHolder extends AtPath {
  /** `elsewhere`: of another machine or container; if that has ended, only a person can know it. */
  readonly status: Exclude<OwnerStatus, 'dead'>;
  /** `undefined` if the lock has no token that can be read. */
  readonly pid: number | undefined;
  /** The text of the lock, as it is on disk. */
  readonly token: string | undefined;
}

/** One lock, and the process that wants it. */
export interface LockRequest {
  readonly fs: LockFs;
  readonly lock: string;
  readonly owner: OwnerToken;
  readonly processInspector: ProcessInspector;
}

/** Why a lock could not be acquired. */
export type LockFailure =
  | { readonly reason: 'held'; readonly holder: LockHolder }
  | { readonly reason: 'io-error'; readonly failed: FailedCall };

/** How often a step is tried that failed, or that others can come between. */
const MAX_TRIES = 5;
/** How many breakers, each killed while it broke the one before, one call clears away. */
const MAX_BREAKERS = 500;

/*
 * A lock is a symlink whose text is the token of its owner: made together with its owner in one call, read in
 * one call, never half-written. Why there are never two holders:
 *
 * 1. A token stands at a lock until its owner unlinks it, or a breaker does. A breaker does so only when the
 *    owner is dead, which is final, and while it holds the break file of that very token.
 * 2. So between a breaker's reading "the dead token stands there" and its unlinking nothing else can come to
 *    stand there: the owner is dead, any other breaker of that token would have to hold the same break file,
 *    and breakers of other tokens unlink only what they have read there. A token that is gone never comes
 *    back, since no two are alike; so a breaker that comes late reads something else, and leaves it.
 * 3. Break files are locks by the same rules: one that a dead breaker left is broken by way of the break file
 *    of that breaker's token. They all stand beside the lock, so names do not grow with their number.
 */

/** Acquires a lock for its owner, unless it is held by a process that is not known to be dead. */
export function acquire(request: LockRequest): Promise<LockFailure | undefined> {
  return acquireAt(request, request.lock, 0);
}

async function acquireAt(
  request: LockRequest,
  path: string,
  depth: number,
): Promise<LockFailure | undefined> {
  const { fs, owner, processInspector } = request;
  const own = formatOwnerToken(owner);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const made = await toResult(fs.symlink(own, path, 'junction'));
    if (made.ok) return undefined;
    // Whatever the call said: what stands there tells who has the lock.
    const there = await tokenAt(fs, path);
    if (!there.ok) return ioError(path, there.errno);
    if (there.value === own) return undefined;
    if (there.value === undefined) {
      if (made.errno === 'EEXIST') continue;
      return ioError(path, made.errno);
    }
    const { status, token } = await judgeOwner(there.value, owner, processInspector);
    if (status !== 'dead') return held(request, status, token?.pid, there.value);
    const failure = await removeStaleLock(request, path, token, depth + 1);
    if (failure !== undefined) return failure;
  }
  return held(request, UNKNOWN, undefined, undefined);
}

/** Removes the token of a dead owner; fails while another living process is doing that. */
async function removeStaleLock(
  request: LockRequest,
  path: string,
  victim: OwnerToken,
  depth: number,
): Promise<LockFailure | undefined> {
  const { fs, lock, owner } = request;
  // More than the nonce, for sources of randomness that say the same in every process.
  const breaking = `${lock}.break.${victim.pid}.${victim.start}.${victim.nonce}`;
  // Only a circle of tokens that somebody made by hand goes as deep.
  if (depth > MAX_BREAKERS) return ioError(breaking, 'ELOOP');
  const failure =
    (await acquireAt(request, breaking, depth)) ??
    failedAt(await removeExactly(fs, path, formatOwnerToken(victim)));
  const left = await removeExactly(fs, breaking, formatOwnerToken(owner));
  return failure ?? failedAt(left);
}

/**
 * Removes a lock as long as a given text stands there: the own one, or that of a dead owner whose break file
 * is held. So nobody else can put another in its place between reading and unlinking.
 */
export async function removeExactly(
  fs: LockFs,
  path: string,
  text: string,
): Promise<FailedCall | undefined> {
  let errno: string = UNKNOWN;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const there = await tokenAt(fs, path);
    if (there.ok && there.value !== text) return undefined;
    const removed = there.ok ? await toResult(fs.unlink(path)) : there;
    if (removed.ok) return undefined;
    errno = removed.errno;
  }
  return { path, errno };
}

/** The text that stands at a lock; empty for what is no link, and so has no owner that could be dead. */
export async function tokenAt(fs: LockFs, path: string): Promise<Result<string | undefined>> {
  const read = await toResult(fs.readlink(path));
  if (read.ok) return { ok: true, value: textOf(read.value) };
  if (read.errno === 'ENOENT') return { ok: true, value: undefined };
  return read.errno === 'EINVAL' ? { ok: true, value: '' } : read;
}

function held(
  { lock }: LockRequest,
  status: LockHolder['status'],
  pid: number | undefined,
  token: string | undefined,
): LockFailure {
  return { reason: 'held', holder: { path: lock, status, pid, token } };
}

function failedAt(failed: FailedCall | undefined): LockFailure | undefined {
  return failed === undefined ? undefined : { reason: 'io-error', failed };
}

function ioError(path: string, errno: string): LockFailure {
  return { reason: 'io-error', failed: { path, errno } };
}
