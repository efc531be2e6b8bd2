import { expect, test } from 'vitest';
import { acquireLocks, type Acquisition, type LockFs } from '../../src/lock/lock.ts';
import {
  breakFileOf,
  deadToken,
  Machine,
  text,
  watchedLockFs,
} from '../unit/support/lock-stage.ts';
import { at, inWorld, makeLink, type World } from '../unit/support/world.ts';
import { posixError } from '../unit/support/posix-error.ts';

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
interface LockFault {
  /** The number of the call at which it happens, from 1. */
  readonly call: number;
  readonly kind: (typeof errnos)[number] | 'death';
  readonly moment: 'before' | 'after';
  readonly lasting: boolean;
}

function deathsAt(call: number): readonly LockFault[] {
  return (['before', 'after'] as const).map((moment) => ({
    call,
    kind: 'death',
    moment,
    lasting: true,
  }));
}

function errorsAt(call: number): readonly LockFault[] {
  return (['before', 'after'] as const).flatMap((moment) =>
    errnos.flatMap((kind) => [false, true].map((lasting) => ({ call, kind, moment, lasting }))),
  );
}

/** The calls of a file system in which one fault happens; `firedAt` tells in which calls it did. */
function failingLockFs(
  fs: LockFs,
  fault: LockFault,
): { readonly fs: LockFs; readonly firedAt: readonly string[] } {
  const firedAt: string[] = [];
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

const ME = 100;
const THE_NEXT = 200;
const THE_LAST = 300;
const ALIVE = 8;

/** What stands at the locks `a` and `b`; whoever wants both gets them, unless process 8 has something. */
const stages: Readonly<Record<string, (world: World, machine: Machine) => void>> = {
  'both are free': () => undefined,
  'the first is that of a dead one': (world) => {
    makeLink(world, at(world, 'a'), text(deadToken(1)));
  },
  'both are those of dead ones': (world) => {
    makeLink(world, at(world, 'a'), text(deadToken(1)));
    makeLink(world, at(world, 'b'), text(deadToken(2)));
  },
  'the first is that of a dead one, with two dead breakers': (world) => {
    makeLink(world, at(world, 'a'), text(deadToken(1)));
    makeLink(world, breakFileOf(at(world, 'a'), deadToken(1)), text(deadToken(2)));
    makeLink(world, breakFileOf(at(world, 'a'), deadToken(2)), text(deadToken(3)));
  },
  'the second is held': (world, machine) => {
    makeLink(world, at(world, 'b'), text(machine.start(ALIVE)));
  },
  'the first is that of a dead one, the second is held': (world, machine) => {
    makeLink(world, at(world, 'a'), text(deadToken(1)));
    makeLink(world, at(world, 'b'), text(machine.start(ALIVE)));
  },
  'the first is being broken': (world, machine) => {
    makeLink(world, at(world, 'a'), text(deadToken(1)));
    makeLink(world, breakFileOf(at(world, 'a'), deadToken(1)), text(machine.start(ALIVE)));
  },
};

/** Every link below the root, as `name -> pid of its owner`. */
function links(world: World): readonly string[] {
  return world.fs
    .readdirSync(world.root)
    .map((name) => {
      const [pid] = String(world.fs.readlinkSync(at(world, String(name)))).split('.');
      return `${String(name)} -> ${pid}`;
    })
    .toSorted();
}

const isOf = (pid: number) => (link: string) => link.endsWith(` -> ${pid}`);

/** Takes both locks and gives them back, with a fault on the way. */
async function lockAs(world: World, machine: Machine, pid: number, fault?: LockFault) {
  const paths = [at(world, 'b'), at(world, 'a')];
  const real = world.fs.promises;
  const { fs, firedAt } =
    fault === undefined ? { fs: real, firedAt: [] } : failingLockFs(real, fault);
  const taken = await acquireLocks(fs, paths, machine.start(pid), machine.probe);
  const during = links(world);
  const left = taken.ok ? await taken.locks.release() : taken.left;
  return { taken, during, left, firedAt };
}

function expectBoth(during: readonly string[], pid: number): void {
  expect(during).toContain(`a -> ${pid}`);
  expect(during).toContain(`b -> ${pid}`);
}

/** The stage must now let a healthy process have both locks, or refuse it for the one that lives. */
async function expectUsable(
  world: World,
  machine: Machine,
  pid: number,
  others: readonly string[],
) {
  const { taken, during } = await lockAs(world, machine, pid);
  expect(taken).toMatchObject(
    others.length === 0 ? { ok: true } : { reason: 'held', holder: { pid: ALIVE } },
  );
  if (others.length === 0) expectBoth(during, pid);
  expect(links(world).filter(isOf(pid))).toEqual([]);
  expect(links(world).filter(isOf(ALIVE))).toEqual(others);
}

/** Files that are there without an error saying so are told as left; with this lie nobody can know it. */
const isLie = ({ kind }: LockFault, firedAt: readonly string[]) =>
  kind === 'ENOENT' && firedAt.includes('readlink');

/** Runs on a new stage; says whether the fault happened. */
async function inStage(
  stage: string,
  run: (world: World, machine: Machine, others: readonly string[]) => Promise<boolean>,
): Promise<boolean> {
  return await inWorld('memory', async (world) => {
    const machine = new Machine();
    stages[stage]?.(world, machine);
    return await run(world, machine, links(world).filter(isOf(ALIVE)));
  });
}

async function sweep(
  faultsAt: (call: number) => readonly LockFault[],
  run: (fault: LockFault) => Promise<boolean>,
): Promise<number> {
  let cases = 0;
  for (let call = 1; ; call += 1) {
    let fired = 0;
    for (const fault of faultsAt(call)) {
      cases += 1;
      try {
        if (await run(fault)) fired += 1;
      } catch (error) {
        throw new Error(`${JSON.stringify(fault)}: ${String(error)}`, { cause: error });
      }
    }
    if (fired === 0) return cases;
  }
}

/** A call that failed once costs at most this attempt; everything is given back. */
async function expectNothingLeft(
  world: World,
  machine: Machine,
  left: readonly unknown[],
  others: readonly string[],
) {
  expect(links(world).filter(isOf(ME))).toEqual([]);
  expect(left).toEqual([]);
  await expectUsable(world, machine, ME, others);
}

/** Behind the dead can stay only break files of tokens that are gone: nobody ever reads them. */
function expectOnlyBreakFiles(world: World) {
  for (const link of links(world)) expect(link).toMatch(/^[ab]\.break\./);
}

function expectTruth(taken: Acquisition, during: readonly string[], others: readonly string[]) {
  if (!taken.ok) return;
  expect(others).toEqual([]);
  expectBoth(during, ME);
}

test.each(Object.keys(stages))('whatever call fails where %s, nobody is robbed', async (stage) => {
  const cases = await sweep(errorsAt, (fault) =>
    inStage(stage, async (world, machine, others) => {
      const { taken, during, left, firedAt } = await lockAs(world, machine, ME, fault);
      expectTruth(taken, during, others);
      expect(links(world).filter(isOf(ALIVE))).toEqual(others);
      if (!fault.lasting && !isLie(fault, firedAt)) {
        await expectNothingLeft(world, machine, left, others);
      }
      machine.end(ME);
      await expectUsable(world, machine, THE_NEXT, others);
      return firedAt.length > 0;
    }),
  );
  console.log(`${cases} cases of failing calls where ${stage}`);
});

test.each(Object.keys(stages))(
  'whoever dies where %s, and whoever dies while clearing up after him, the next gets the locks',
  async (stage) => {
    let pairs = 0;
    await sweep(deathsAt, async (first) => {
      let hasFired = false;
      pairs += await sweep(deathsAt, (second) =>
        inStage(stage, async (world, machine, others) => {
          const dead = await lockAs(world, machine, ME, first);
          hasFired ||= dead.firedAt.length > 0;
          machine.end(ME);
          const { firedAt } = await lockAs(world, machine, THE_NEXT, second);
          machine.end(THE_NEXT);
          await expectUsable(world, machine, THE_LAST, others);
          if (others.length === 0) expectOnlyBreakFiles(world);
          return firedAt.length > 0;
        }),
      );
      return hasFired;
    });
    expect(pairs).toBeGreaterThan(100);
    console.log(`${pairs} pairs of deaths where ${stage}`);
  },
);
