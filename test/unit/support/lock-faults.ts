import type { LockFs } from '../../../src/lock/lock.ts';
import { watchedLockFs } from './lock-stage.ts';
import { posixError } from './posix-error.ts';

const errnos = [
  'EACCES',
  'EBUSY',
  'EDQUOT',
  'EEXIST',
  'EINTR',
  'EIO',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'ESTALE',
] as const;

/** What goes wrong with one call, and when. */
export interface LockFault {
  /** The number of the call at which it happens, from 1. */
  readonly call: number;
  readonly kind: (typeof errnos)[number] | 'death';
  readonly moment: 'before' | 'after';
  readonly lasting: boolean;
}

export function deathsAt(call: number): readonly LockFault[] {
  return (['before', 'after'] as const).map((moment) => ({
    call,
    kind: 'death',
    moment,
    lasting: true,
  }));
}

export function errorsAt(call: number): readonly LockFault[] {
  return (['before', 'after'] as const).flatMap((moment) =>
    errnos.flatMap((kind) => [false, true].map((lasting) => ({ call, kind, moment, lasting }))),
  );
}

/** The calls of a file system in which one fault happens; `firedAt` tells in which calls it did. */
export function failingLockFs(
  fs: LockFs,
  fault: LockFault,
): { readonly fs: LockFs; readonly firedAt: readonly (keyof LockFs)[] } {
  const firedAt: (keyof LockFs)[] = [];
  let calls = 0;
  const watched = watchedLockFs(fs, async (call) => {
    await Promise.resolve();
    calls += 1;
    if (calls !== fault.call && !(fault.lasting && calls > fault.call)) return undefined;
    firedAt.push(call);
    const fail = () => {
      throw posixError(fault.kind, `injected at call ${calls}`);
    };
    const isDead = fault.kind === 'death' && calls > fault.call;
    if (fault.moment === 'before' || isDead) fail();
    return fail;
  });
  return { fs: watched, firedAt };
}
