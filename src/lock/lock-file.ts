import { type Result, toResult } from '../core/result.ts';
import { textOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { AtPath, Failed } from '../problems/table.ts';
import { judgeOwner, type OwnerStanding } from './lock-owner.ts';
import { formatOwnerToken, type OwnerToken, UNKNOWN } from './owner-token.ts';

/** The calls that locking needs. */
export interface LockFs {
  readlink(path: string): Promise<string | Uint8Array>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** A call that failed, and where. */
export type FailedCall = AtPath & Failed;

/** Who has a lock that could not be had. */
interface LockHolder extends AtPath {
  /** `elsewhere`: of another boot or container; if that has ended, only a person can know it. */
  readonly standing: Exclude<OwnerStanding, 'dead'>;
  /** `undefined` where what stands there is no token. */
  readonly pid: number | undefined;
  /** What stands there, as it is on disk. */
  readonly token: string | undefined;
}

/** One lock, and who wants it. */
export interface Wanted {
  readonly fs: LockFs;
  readonly lock: string;
  readonly owner: OwnerToken;
  readonly processInspector: ProcessInspector;
}

/** How trying to take a lock ended: `undefined` if it is taken. */
export type Hindrance =
  | { readonly why: 'held'; readonly holder: LockHolder }
  | { readonly why: 'call-failed'; readonly failed: FailedCall };

/** How often something is tried again that others can come in between, or that failed. */
const TRIES = 5;
/** How many breakers, each killed while it broke the one before, are cleared away in one call. */
const DEAD_BREAKERS = 500;

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

/** Takes a lock for its owner, unless somebody has it who is not known to be dead. */
export function take(wanted: Wanted): Promise<Hindrance | undefined> {
  return takeAt(wanted, wanted.lock, 0);
}

async function takeAt(wanted: Wanted, path: string, depth: number): Promise<Hindrance | undefined> {
  const { fs, owner, processInspector } = wanted;
  const own = formatOwnerToken(owner);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const made = await toResult(fs.symlink(own, path, 'junction'));
    if (made.ok) return undefined;
    // Whatever the call said: what stands there tells who has the lock.
    const there = await tokenAt(fs, path);
    if (!there.ok) return callFailed(path, there.errno);
    if (there.value === own) return undefined;
    if (there.value === undefined) {
      if (made.errno === 'EEXIST') continue;
      return callFailed(path, made.errno);
    }
    const { standing, token } = await judgeOwner(there.value, owner, processInspector);
    if (standing !== 'dead') return held(wanted, standing, token?.pid, there.value);
    const hindrance = await breakDead(wanted, path, token, depth + 1);
    if (hindrance !== undefined) return hindrance;
  }
  return held(wanted, UNKNOWN, undefined, undefined);
}

/** Removes the token of a dead owner; whoever is at it already, and lives, hinders. */
async function breakDead(
  wanted: Wanted,
  path: string,
  victim: OwnerToken,
  depth: number,
): Promise<Hindrance | undefined> {
  const { fs, lock, owner } = wanted;
  // More than the nonce, for sources of randomness that say the same in every process.
  const breaking = `${lock}.break.${victim.pid}.${victim.start}.${victim.nonce}`;
  // Only a circle of tokens that somebody made by hand goes as deep.
  if (depth > DEAD_BREAKERS) return callFailed(breaking, 'ELOOP');
  const hindrance =
    (await takeAt(wanted, breaking, depth)) ??
    failedAt(await removeExactly(fs, path, formatOwnerToken(victim)));
  const left = await removeExactly(fs, breaking, formatOwnerToken(owner));
  return hindrance ?? failedAt(left);
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
  for (let tries = 0; tries < TRIES; tries += 1) {
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
  { lock }: Wanted,
  standing: LockHolder['standing'],
  pid: number | undefined,
  token: string | undefined,
): Hindrance {
  return { why: 'held', holder: { path: lock, standing, pid, token } };
}

function failedAt(failed: FailedCall | undefined): Hindrance | undefined {
  return failed === undefined ? undefined : { why: 'call-failed', failed };
}

function callFailed(path: string, errno: string): Hindrance {
  return { why: 'call-failed', failed: { path, errno } };
}
