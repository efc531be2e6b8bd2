import type { ProcessInspector } from '../fs/processes.ts';
import {
  acquire,
  type FailedCall,
  type LockFailure,
  type LockFs,
  removeExactly,
  tokenAt,
} from './lock-file.ts';
import { judgeOwner } from './lock-owner.ts';
import { formatOwnerToken, type OwnerToken } from './owner-token.ts';

/** Locks that this process holds. */
export interface HeldLocks {
  /** The text of each of them. */
  readonly token: string;
  /** Reads all of them again; `false` also if one cannot be read. */
  stillHeld(): Promise<boolean>;
  /** Releases all of them, once however often it is called; gives those that could not be removed. */
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
 * They are acquired in the order of their paths, which are real ones: so of any number of callers whose locks
 * overlap at least one gets all of its own. Their directories must be there.
 *
 * @param owner - This process with a nonce that no other acquisition has: one token stands at all locks.
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
    const failure = await acquire({ fs, lock, owner, processInspector });
    if (failure !== undefined) {
      // The last one, too: a call that failed may have taken effect all the same.
      return { ...failure, ok: false, left: await release(fs, tried, token) };
    }
  }
  return { ok: true, locks: heldLocks(fs, tried, token) };
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
    const there = await tokenAt(fs, path);
    if (!there.ok || there.value === undefined) continue;
    const { status, token } = await judgeOwner(there.value, owner, processInspector);
    if (status !== 'dead') holders.push({ path, pid: token?.pid });
  }
  return holders;
}

function heldLocks(fs: LockFs, paths: readonly string[], token: string): HeldLocks {
  let released: Promise<readonly FailedCall[]> | undefined;
  return {
    token,
    async stillHeld() {
      if (released !== undefined) return false;
      const all = await Promise.all(paths.map((path) => tokenAt(fs, path)));
      return all.every((there) => there.ok && there.value === token);
    },
    release() {
      // Two at once would both read the own token, and the later unlink what somebody has taken since.
      released ??= release(fs, paths, token);
      return released;
    },
  };
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
