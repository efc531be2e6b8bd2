import { type AnyOf, type AtPath, createProblem, type Failed } from '../core/problem.ts';
import { type Result, toResult } from '../core/result.ts';
import { textOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import {
  formatOwnerToken,
  identifyOwner,
  judgeOwner,
  type OwnerStatus,
  type OwnerToken,
  UNKNOWN,
} from './owner.ts';
import { type LockProblems, lockProblems } from './problems.ts';

/*
 * A lock is a symlink whose text is the token of its owner: created together with its owner in one call, read in one
 * call, never half-written. Why there are never two holders:
 *
 * 1. Only its owner or a breaker unlinks a token. A breaker does so only if the owner is dead, which is final, and
 *    while it holds the break file of that very token.
 * 2. So nothing changes between a breaker's reading the dead token and its unlinking: the owner is dead, another
 *    breaker of that token would need the same break file, and breakers of other tokens unlink only what they have
 *    read. A removed token never comes back, since no two are alike; so a late breaker reads another text, and leaves
 *    it.
 * 3. Break files are locks by the same rules: the one of a dead breaker is broken with the break file of that breaker's
 *    token. They are all next to the lock, so names don't grow with their number.
 */

/** The calls that locking needs. */
export interface LockFs {
  readlink(path: string): Promise<string | Uint8Array>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** A call that failed, and where. */
type FailedCall = AtPath & Failed;

/** Why a lock could not be acquired. */
type LockFailure =
  | {
      readonly reason: 'held';
      readonly holder: AtPath & {
        readonly status: Exclude<OwnerStatus, 'dead'>;
        /** `undefined` if the lock has no readable token. */
        readonly pid: number | undefined;
        /** The text of the lock. */
        readonly token: string | undefined;
      };
    }
  | { readonly reason: 'io-error'; readonly failed: FailedCall };

/** Locks that this process holds. */
export interface HeldLocks {
  /** The text of each of them. */
  readonly token: string;
  /** Reads all of them again; `false` also if one can't be read. */
  stillHeld(): Promise<boolean>;
  /** Releases all of them, once however often it is called; returns those that could not be removed. */
  release(): Promise<readonly FailedCall[]>;
}

/** All the locks, or none of them and the reason. */
export type Acquisition =
  | { readonly ok: true; readonly locks: HeldLocks }
  | (LockFailure & {
      readonly ok: false;
      /** Locks acquired before the failure that could not be released; they are free once this process has ended. */
      readonly left: readonly FailedCall[];
    });

/**
 * Acquires all of some locks, without waiting, or none of them.
 *
 * They are acquired in the order of their real paths, so of any number of callers whose locks overlap at least one gets
 * all of its own. Their directories must exist.
 *
 * @param owner - This process with a nonce that no other acquisition has.
 */
export async function acquireLocks(
  fs: LockFs,
  paths: readonly string[],
  owner: OwnerToken,
  processInspector: ProcessInspector,
): Promise<Acquisition> {
  const token = formatOwnerToken(owner);
  const tried: string[] = [];
  for (const lock of [...new Set(paths)].toSorted()) {
    tried.push(lock);
    const failure = await acquire({ fs, lock, owner, processInspector }, lock, 0);
    if (failure !== undefined) {
      // The last one, too: a call that failed may have taken effect.
      return { ...failure, ok: false, left: await release(fs, tried, token) };
    }
  }
  let released: Promise<readonly FailedCall[]> | undefined;
  const locks: HeldLocks = {
    token,
    async stillHeld() {
      if (released !== undefined) return false;
      const texts = await Promise.all(tried.map((path) => textAt(fs, path)));
      return texts.every((text) => text.ok && text.value === token);
    },
    release() {
      // Two at once would both read the own token, and the later one unlink what somebody has acquired since.
      released ??= release(fs, tried, token);
      return released;
    },
  };
  return { ok: true, locks };
}

/** Does something while this process holds all of some locks, acquired as {@link acquireLocks} does; or says why it can't. */
export async function withLocks<Value>(
  fs: LockFs,
  paths: readonly string[],
  self: Parameters<typeof identifyOwner>[1] & { readonly processInspector: ProcessInspector },
  act: () => Promise<Value>,
): Promise<
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: AnyOf<LockProblems> }
> {
  const owner = await identifyOwner(self.processInspector, self);
  const acquired = await acquireLocks(fs, paths, owner, self.processInspector);
  if (!acquired.ok) {
    const problem =
      acquired.reason === 'held'
        ? createProblem(lockProblems, 'locked-by-other', acquired.holder)
        : createProblem(lockProblems, 'io-error', acquired.failed);
    return { ok: false, problem };
  }
  try {
    return { ok: true, value: await act() };
  } finally {
    await acquired.locks.release();
  }
}

/** Who holds each of some locks, for a report: nothing is acquired, and any of them may be free a moment later. */
export async function holdersOf(
  fs: LockFs,
  paths: readonly string[],
  owner: OwnerToken,
  processInspector: ProcessInspector,
): Promise<readonly { readonly path: string; readonly pid: number | undefined }[]> {
  const holders: { readonly path: string; readonly pid: number | undefined }[] = [];
  for (const path of [...new Set(paths)].toSorted()) {
    const text = await textAt(fs, path);
    if (!text.ok || text.value === undefined) continue;
    const { status, token } = await judgeOwner(text.value, owner, processInspector);
    if (status !== 'dead') holders.push({ path, pid: token?.pid });
  }
  return holders;
}

/** One lock, and the process that wants it. */
interface LockRequest {
  readonly fs: LockFs;
  readonly lock: string;
  readonly owner: OwnerToken;
  readonly processInspector: ProcessInspector;
}

/** How often a step is tried that fails, or that others can interrupt. */
const MAX_TRIES = 5;
/** How many breakers, each killed while it broke the one before, one call clears away. */
const MAX_BREAKERS = 500;

/** Acquires a lock or break file, unless it is held by a process that is not known to be dead. */
async function acquire(
  request: LockRequest,
  path: string,
  depth: number,
): Promise<LockFailure | undefined> {
  const { fs, lock, owner, processInspector } = request;
  const own = formatOwnerToken(owner);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const created = await toResult(fs.symlink(own, path, 'junction'));
    if (created.ok) return undefined;
    // Whatever the error: the text at the path tells who has the lock.
    const text = await textAt(fs, path);
    if (!text.ok) return ioError({ path, errno: text.errno });
    if (text.value === own) return undefined;
    if (text.value === undefined) {
      if (created.errno === 'EEXIST') continue;
      return ioError({ path, errno: created.errno });
    }
    const { status, token } = await judgeOwner(text.value, owner, processInspector);
    if (status !== 'dead') {
      const holder = { path: lock, status, pid: token?.pid, token: text.value };
      return { reason: 'held', holder };
    }
    const failure = await removeStaleLock(request, path, token, depth + 1);
    if (failure !== undefined) return failure;
  }
  const holder = { path: lock, status: UNKNOWN, pid: undefined, token: undefined } as const;
  return { reason: 'held', holder };
}

/** Removes the token of a dead owner; fails while another living process is doing that. */
async function removeStaleLock(
  request: LockRequest,
  path: string,
  stale: OwnerToken,
  depth: number,
): Promise<LockFailure | undefined> {
  const { fs, lock, owner } = request;
  // More than the nonce, for sources of randomness that repeat themselves in every process.
  const breakFile = `${lock}.break.${stale.pid}.${stale.start}.${stale.nonce}`;
  // Only a circle of tokens made by hand goes as deep.
  if (depth > MAX_BREAKERS) return ioError({ path: breakFile, errno: 'ELOOP' });
  const failure =
    (await acquire(request, breakFile, depth)) ??
    ioError(await removeExactly(fs, path, formatOwnerToken(stale)));
  const left = await removeExactly(fs, breakFile, formatOwnerToken(owner));
  return failure ?? ioError(left);
}

/**
 * Removes a lock as long as it has a given text: the own token, or that of a dead owner whose break file is held. So
 * nobody else can replace it between reading and unlinking.
 */
async function removeExactly(
  fs: LockFs,
  path: string,
  text: string,
): Promise<FailedCall | undefined> {
  let errno: string = UNKNOWN;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const there = await textAt(fs, path);
    if (there.ok && there.value !== text) return undefined;
    const removed = there.ok ? await toResult(fs.unlink(path)) : there;
    if (removed.ok) return undefined;
    errno = removed.errno;
  }
  return { path, errno };
}

async function release(
  fs: LockFs,
  paths: readonly string[],
  token: string,
): Promise<readonly FailedCall[]> {
  const left: FailedCall[] = [];
  for (const path of paths.toReversed()) {
    const failed = await removeExactly(fs, path, token);
    if (failed !== undefined) left.push(failed);
  }
  return left;
}

/** The text of a lock; empty for anything but a link, which has no owner that could be dead. */
async function textAt(fs: LockFs, path: string): Promise<Result<string | undefined>> {
  const read = await toResult(fs.readlink(path));
  if (read.ok) return { ok: true, value: textOf(read.value) };
  if (read.errno === 'ENOENT') return { ok: true, value: undefined };
  return read.errno === 'EINVAL' ? { ok: true, value: '' } : read;
}

function ioError(failed: FailedCall): LockFailure;
function ioError(failed: FailedCall | undefined): LockFailure | undefined;
function ioError(failed: FailedCall | undefined): LockFailure | undefined {
  return failed === undefined ? undefined : { reason: 'io-error', failed };
}
