import type { MigrateFs } from '../../../src/fs/migrate-fs.ts';
import {
  canTear,
  Endless,
  type Fault,
  type Faulty,
  faultErrnos,
  faulty,
  isChanging,
  isDivisible,
  needsSpace,
} from './migrate-faults.ts';
import type { DiskImage } from './disk-image.ts';
import { type PosixWorld, posixWorldOf } from './posix-memfs.ts';
import { randomFrom } from './seeded-random.ts';
import type { VolumeOptions } from './posix-volume.ts';

/** How a run ended. */
export type Outcome<Result> =
  | { readonly kind: 'returned'; readonly value: Result }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** However the run itself ended: nobody is there to see it. */
  | { readonly kind: 'died' };

export interface Scenario<Result> {
  readonly name: string;
  /** The disk before; every case starts with a copy of it. */
  readonly image: DiskImage;
  readonly options?: VolumeOptions;
  readonly run: (fs: MigrateFs, world: PosixWorld) => Promise<Result>;
  /** What is run after a death, and dies there in the pairs; `run` by default. */
  readonly recover?: (fs: MigrateFs, world: PosixWorld) => Promise<unknown>;
  /** Throws if a promise is broken. The file system of the world is healthy again. */
  readonly check: (
    world: PosixWorld,
    outcome: Outcome<Result>,
    faults: readonly Fault[],
  ) => Promise<void> | void;
}

/**
 * Every way in which one call can go wrong; `name` as in the log of {@link faulty}.
 *
 * What only reads fails alike before its effect and after it, and a death after it is one before the next call.
 */
export function faultsOf(call: number, name: string): readonly Fault[] {
  const isChange = isChanging(name);
  const faults: Fault[] = [];
  const add = (kind: Fault['kind'], moment: Fault['moment'], ...lastings: Fault['lasting'][]) => {
    for (const lasting of lastings) faults.push({ call, kind, moment, lasting });
  };
  add('death', 'before', 'all');
  for (const kind of faultErrnos) {
    // Whoever removes a name, and is told that nothing has it, is done.
    if (kind === 'ENOENT' && (name === 'unlink' || name === 'rmdir')) continue;
    add(kind, 'before', false, 'all');
  }
  if (isChange) {
    add('death', 'after', 'all');
    for (const kind of faultErrnos) {
      add(kind, 'before', 'writes');
      // A disk that does everything, and always says that nothing is there, can't be told from an empty one.
      add(kind, 'after', false, ...(kind === 'ENOENT' ? [] : (['all'] as const)));
    }
  }
  if (needsSpace(name)) add('ENOSPC', 'before', 'space');
  if (canTear(name)) add('torn', 'before', 'all');
  if (isDivisible(name)) add('short', 'before', false, 'all');
  return faults;
}

export interface SweepOptions<Result> {
  readonly scenario: Scenario<Result>;
  readonly faults?: (call: number, name: string) => readonly Fault[];
  /** The share of the faults that are tried, from 0 to 1: for reduced runs. */
  readonly share?: number;
  /** How many pairs of deaths are tried: in the run, and again while recovering from it. */
  readonly pairs?: number;
  readonly seed?: number;
}

export interface SweepCount {
  /** Runs in which the one fault happened. */
  readonly cases: number;
  /** Runs in which the process died twice. */
  readonly pairs: number;
  /** Calls of the run in which nothing fails. */
  readonly calls: number;
}

const MAX_FAILURES = 8;

/** Runs a scenario with every fault at every call of it, until there are no more calls. */
export async function sweep<Result>(options: SweepOptions<Result>): Promise<SweepCount> {
  const { scenario, faults = faultsOf, share = 1, pairs: wanted = 0, seed = 1 } = options;
  const random = randomFrom(seed);
  const failures: string[] = [];
  const attempt = async (chosen: readonly Fault[]): Promise<Attempt> => {
    const attempted = await attemptOn(scenario, chosen);
    if (attempted.failure !== undefined) failures.push(attempted.failure);
    if (failures.length === MAX_FAILURES) throw new Error(failures.join('\n'));
    return attempted;
  };
  const healthy = await attempt([]);
  let cases = 0;
  for (let call = 1, calls = healthy.calls; call <= calls; call += 1) {
    for (const fault of faults(call, healthy.log[call - 1] ?? '')) {
      if (share < 1 && random() >= share) continue;
      const { fired, calls: made } = await attempt([fault]);
      if (fired > 0) cases += 1;
      // Where the order of calls varies, a run may be longer than the healthy one.
      if (fired === 0 && made > calls) calls = made;
    }
  }
  const death = (among: number): Fault => ({
    call: 1 + Math.floor(random() * among),
    kind: 'death',
    moment: random() < 0.5 ? 'before' : 'after',
    lasting: 'all',
  });
  let pairs = 0;
  let recovering = healthy.calls;
  for (let tries = 0; pairs < wanted && tries < wanted * 20; tries += 1) {
    const second = await attempt([death(healthy.calls), death(recovering)]);
    if (second.fired > 0) pairs += 1;
    // How long a recovery is, those that outlived their fault show.
    else recovering = Math.max(8, Math.ceil((recovering + second.calls) / 2));
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return { cases, pairs, calls: healthy.calls };
}

interface Attempt {
  readonly fired: number;
  readonly calls: number;
  readonly log: readonly string[];
  readonly failure?: string;
}

/** One case: the run with the first fault, one recovery for each further one, then the check. */
async function attemptOn<Result>(
  scenario: Scenario<Result>,
  faults: readonly Fault[],
): Promise<Attempt> {
  const world = posixWorldOf(scenario.image, scenario.options);
  let last = faulty(world.fs, faults[0]);
  const told = () => ({ fired: last.fired(), calls: last.log.length, log: last.log });
  try {
    const outcome = await outcomeOf(last, scenario.run(last.fs, world));
    for (const fault of faults.slice(1)) {
      last = faulty(world.fs, fault);
      await outcomeOf(last, (scenario.recover ?? scenario.run)(last.fs, world));
    }
    world.onCall = undefined;
    world.full = false;
    await scenario.check(world, outcome, faults);
    return told();
  } catch (error) {
    const name = faults.map((fault) => JSON.stringify(fault)).join(', then ');
    const where = last.log.slice(-6).join(', ');
    const failure = `${scenario.name}: ${name}: ${String(error)}\nlast calls: ${where}`;
    return { ...told(), failure };
  }
}

/** How a run ended; throws if it left a file open, or never ended. */
async function outcomeOf<Result>(
  { endless, hasDied, openHandles }: Pick<Faulty, 'endless' | 'hasDied' | 'openHandles'>,
  run: Promise<Result>,
): Promise<Outcome<Result>> {
  let outcome: Outcome<Result>;
  try {
    outcome = { kind: 'returned', value: await Promise.race([run, endless]) };
  } catch (error) {
    if (error instanceof Endless) throw error;
    outcome = { kind: 'threw', error };
  }
  if (hasDied()) return { kind: 'died' };
  if (openHandles() !== 0) throw new Error(`${openHandles()} handles left open`);
  return outcome;
}
