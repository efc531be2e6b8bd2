import type { MigrateFs } from '../../../src/fs/migrate-fs.ts';
import {
  Endless,
  type Fault,
  type Faulty,
  faultErrnos,
  faulty,
  isChanging,
} from './migrate-faults.ts';
import type { DiskImage } from './disk-image.ts';
import { type PosixWorld, posixWorldOf } from './posix-memfs.ts';
import { randomFrom } from './seeded-random.ts';
import type { VolumeOptions } from './posix-volume.ts';

/** What came of a run. */
type Outcome<Result> =
  | { readonly kind: 'returned'; readonly value: Result }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Whatever the run itself came to: nobody is there to see it. */
  | { readonly kind: 'died' };

export interface Scenario<Result> {
  readonly name: string;
  /** The disk before; every case starts with a copy of it. */
  readonly image: DiskImage;
  readonly options?: VolumeOptions;
  readonly run: (fs: MigrateFs, world: PosixWorld) => Promise<Result>;
  /** What is run after a death, and dies there in the pairs; `run` where this is not given. */
  readonly recover?: (fs: MigrateFs, world: PosixWorld) => Promise<unknown>;
  /** Throws where a promise is broken. The file system of the world is healthy again. */
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
  const moments = isChange ? (['before', 'after'] as const) : (['before'] as const);
  const faults: Fault[] = [];
  for (const moment of moments) {
    faults.push({ call, kind: 'death', moment, lasting: 'all' });
    for (const kind of faultErrnos) {
      faults.push({ call, kind, moment, lasting: false }, { call, kind, moment, lasting: 'all' });
      if (isChange && moment === 'before') faults.push({ call, kind, moment, lasting: 'writes' });
    }
  }
  if (name === 'handle.read' || name === 'handle.write') {
    faults.push(
      { call, kind: 'short', moment: 'before', lasting: false },
      { call, kind: 'short', moment: 'before', lasting: 'all' },
    );
  }
  return faults;
}

/** A disk that does everything, and says each time that nothing is there, can be told from no empty one. */
export const isPossible = ({ kind, moment, lasting }: Fault): boolean =>
  !(kind === 'ENOENT' && moment === 'after' && lasting === 'all');

export interface SweepOptions<Result> {
  readonly scenario: Scenario<Result>;
  readonly faults?: (call: number, name: string) => readonly Fault[];
  /** The share of the calls that are swept, from 0 to 1, chosen by `seed`: for reduced runs. */
  readonly sample?: number;
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

/** Runs a scenario with every fault at every call of it, until there are no more calls. */
export async function sweep<Result>(options: SweepOptions<Result>): Promise<SweepCount> {
  const { scenario, faults = faultsOf, sample = 1, pairs = 0, seed = 1 } = options;
  const random = randomFrom(seed);
  const healthy = await attempt(scenario, []);
  let cases = 0;
  for (let call = 1, calls = healthy.calls; call <= calls; call += 1) {
    if (sample < 1 && random() >= sample) continue;
    for (const fault of faults(call, healthy.log[call - 1] ?? '')) {
      const { fired, calls: made } = await attempt(scenario, [fault]);
      if (fired > 0) cases += 1;
      // Where the order of calls varies, a run may be longer than the healthy one.
      if (fired === 0 && made > calls) calls = made;
    }
  }
  return {
    cases,
    pairs: await sweepPairs(scenario, pairs, healthy.calls, random),
    calls: healthy.calls,
  };
}

async function sweepPairs<Result>(
  scenario: Scenario<Result>,
  wanted: number,
  calls: number,
  random: () => number,
): Promise<number> {
  const death = (among: number): Fault => ({
    call: 1 + Math.floor(random() * among),
    kind: 'death',
    moment: random() < 0.5 ? 'before' : 'after',
    lasting: 'all',
  });
  let pairs = 0;
  let recovering = calls;
  for (let tries = 0; pairs < wanted && tries < wanted * 20; tries += 1) {
    const second = await attempt(scenario, [death(calls), death(recovering)]);
    if (second.fired > 0) pairs += 1;
    // What a recovery takes is known from those that outlived their fault.
    else recovering = Math.max(8, Math.ceil((recovering + second.calls) / 2));
  }
  return pairs;
}

interface Attempt {
  readonly fired: number;
  readonly calls: number;
  readonly log: readonly string[];
}

/** One case: the run with the first fault, one recovery for each further one, then the check. */
async function attempt<Result>(
  scenario: Scenario<Result>,
  faults: readonly Fault[],
): Promise<Attempt> {
  const world = posixWorldOf(scenario.image, scenario.options);
  let last = faulty(world.fs, faults[0]);
  try {
    const outcome = await outcomeOf(last, scenario.run(last.fs, world));
    for (const fault of faults.slice(1)) {
      last = faulty(world.fs, fault);
      await outcomeOf(last, (scenario.recover ?? scenario.run)(last.fs, world));
    }
    world.onCall = undefined;
    world.full = false;
    await scenario.check(world, outcome, faults);
  } catch (error) {
    const name = faults
      .map(({ call, ...fault }) => `call ${call} ${JSON.stringify(fault)}`)
      .join(', then ');
    const where = last.log.slice(-6).join(', ');
    throw new Error(`${scenario.name}: ${name}: ${String(error)}\nlast calls: ${where}`, {
      cause: error,
    });
  }
  return { fired: last.fired(), calls: last.calls(), log: last.log };
}

/** What a run came to; fails where it left a file open, or never ended. */
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
