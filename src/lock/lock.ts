import type { ProcessInspector } from '../fs/processes.ts';
import {
  type FailedCall,
  type Hindrance,
  type LockFs,
  removeExactly,
  take,
  tokenAt,
} from './lock-file.ts';
import { formatOwnerToken, type OwnerToken } from './owner-token.ts';

/** Locks that this process has. */
export interface HeldLocks {
  /** What stands at each of them. */
  readonly token: string;
  /** Reads all of them again; `false` also where that cannot be told. */
  stillHeld(): Promise<boolean>;
  /** Gives all of them back, once however often it is called; the answer names those that would not go. */
  release(): Promise<readonly FailedCall[]>;
}

/** All locks, or none and why. */
export type Acquisition =
  | { readonly ok: true; readonly locks: HeldLocks }
  | (Hindrance & {
      readonly ok: false;
      /** Locks already taken that could not be given back; they are free once this process has ended. */
      readonly left: readonly FailedCall[];
    });

/**
 * Takes all of some locks, without waiting, or none of them.
 *
 * They are taken in the order of their paths, which are real ones: so of any number of callers whose locks
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
    const hindrance = await take({ fs, lock, owner, processInspector });
    if (hindrance !== undefined) {
      // The last one, too: a call that failed may have taken effect all the same.
      return { ...hindrance, ok: false, left: await giveBack(fs, tried, token) };
    }
  }
  return { ok: true, locks: heldLocks(fs, tried, token) };
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
      released ??= giveBack(fs, paths, token);
      return released;
    },
  };
}

async function giveBack(
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
