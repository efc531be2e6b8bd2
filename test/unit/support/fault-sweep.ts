import { inWorld, type World } from './world.ts';
import { posixError } from './posix-error.ts';
import { watched, type Watcher } from './watched.ts';

/** What goes wrong, and when. */
interface Fault {
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
function faultsAt(call: number): readonly Fault[] {
  return (['before', 'after'] as const).flatMap((moment) => [
    { call, kind: 'death' as const, moment, lasting: true },
    ...errnos.flatMap((kind) => [false, true].map((lasting) => ({ call, kind, moment, lasting }))),
  ]);
}

/** A file system in which one fault happens. */
function failing({ fs }: World, fault: Fault) {
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

type Homes = readonly [string, ...string[]];

/** Sets a stage that a healthy `validateAll` puts right without an error, and names its homes. */
export type Stage = (world: World) => Homes;

/** One try of a sweep: a new world in which one fault is waiting. */
export interface Try {
  readonly world: World;
  readonly homes: Homes;
  /** The same world, seen through a file system in which the fault happens. */
  readonly faulty: Pick<World, 'root'> & { readonly fs: ReturnType<typeof failing>['fs'] };
  /** The errors that the fault has thrown so far. */
  readonly injected: readonly Error[];
}

/** How many faults were tried, and at how many calls. */
interface SweepCount {
  readonly cases: number;
  readonly calls: number;
}

/**
 * Runs a call with every fault at every of its file-system calls, until no fault happens any more.
 *
 * @param step - To try only every so many of the faults of each call: other ones at other calls.
 */
export async function sweepFaults(
  stage: Stage,
  run: (attempt: Try) => Promise<void>,
  step = 1,
): Promise<SweepCount> {
  let cases = 0;
  for (let call = 1; ; call += 1) {
    let fired = 0;
    for (const [index, fault] of faultsAt(call).entries()) {
      if ((index + call) % step !== 0) continue;
      fired += await tryWith(fault, stage, run);
      cases += 1;
    }
    if (fired === 0) return { cases, calls: call - 1 };
  }
}

async function tryWith(
  fault: Fault,
  stage: Stage,
  run: (attempt: Try) => Promise<void>,
): Promise<number> {
  return await inWorld('memory', async (world) => {
    const homes = stage(world);
    const { fs, injected } = failing(world, fault);
    try {
      await run({ world, homes, faulty: { root: world.root, fs }, injected });
    } catch (error) {
      throw new Error(`${JSON.stringify(fault)}: ${String(error)}`, { cause: error });
    }
    return injected.length;
  });
}
