import { posixError } from './posix-error.ts';
import { watched, type Watcher } from './watched.ts';
import type { World } from './world.ts';

/** What goes wrong, and when. */
export interface Fault {
  /** The number of the call at which it happens, from 1. */
  readonly call: number;
  /** An errno; or `death`: the process ends there, so no later call does anything. */
  readonly kind: Errno | 'death';
  /** Whether the call takes effect before it fails. */
  readonly moment: 'before' | 'after';
  readonly lasting: boolean;
}

type Errno = (typeof errnos)[number];

const errnos = [
  'EACCES',
  'EIO',
  'ENOSPC',
  'EROFS',
  'ELOOP',
  'ENAMETOOLONG',
  'EEXIST',
  'ENOENT',
] as const;

/** Every way in which one call can go wrong. */
export function faultsAt(call: number): readonly Fault[] {
  return (['before', 'after'] as const).flatMap((moment) => [
    { call, kind: 'death' as const, moment, lasting: true },
    ...errnos.flatMap((kind) => [false, true].map((lasting) => ({ call, kind, moment, lasting }))),
  ]);
}

/** A file system in which one fault happens. */
export function failing({ fs }: World, fault: Fault) {
  const injected: Error[] = [];
  let calls = 0;
  const fail = (): never => {
    const code = fault.kind === 'death' ? 'EDEAD' : fault.kind;
    const error = posixError(code, `injected at call ${calls}`);
    injected.push(error);
    throw error;
  };
  const watcher: Watcher = () => {
    calls += 1;
    const isDue = calls === fault.call || (fault.lasting && calls > fault.call);
    if (!isDue) return undefined;
    const isDead = fault.kind === 'death' && calls > fault.call;
    if (fault.moment === 'before' || isDead) return fail();
    // A call that fails on its own account has had no effect; what it says is lost, too.
    return fail;
  };
  return { fs: watched(fs, watcher), injected };
}
