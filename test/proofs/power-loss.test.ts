import { describe, expect, test } from 'vitest';
import { checkerOf, expectedOf } from '../unit/support/migration/fault-checks.ts';
import { stages } from '../unit/support/migration/fault-scenarios.ts';
import {
  after,
  append,
  FIRST,
  migrateOn,
  restoreOn,
  SECOND,
  type Stage,
  write,
} from '../unit/support/migration/fault-stages.ts';
import { lines, ONE } from '../unit/support/migration/way-back.ts';
import { type PosixWorld, posixWorldOf } from '../unit/support/posix-memfs.ts';
import { recordPower } from '../unit/support/power-loss.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';

const THREE = '11111111-2222-4333-8444-555555555555';
const names = [
  'one home',
  'three generations in two homes and the target',
  'both sides kept',
  'a filled target',
  'a run that died in the window, and what came after',
  'across two file systems',
  'generations across two file systems',
];

async function stageOf(name: string): Promise<Stage> {
  const staged = await stages[name]?.();
  if (staged === undefined) throw new Error(`no such stage: ${name}`);
  return staged;
}

/** What is written behind the links. */
function goOn(world: PosixWorld): void {
  const key = '/s/.claude-projects-shared/-app';
  append(world, `${key}/${ONE}.jsonl`, lines(6, 7));
  write(world, {
    [`${key}/memory/MEMORY.md`]: 'second, and longer\n',
    [`${key}/memory/new.md`]: 'new\n',
    [`/s/.claude-projects-shared/-new/${THREE}.jsonl`]: lines(1, 2),
  });
}

/** Looks at every disk that a power failure during a run may leave, or at a sample of them. */
async function failing(
  name: string,
  staged: Stage,
  run: (world: PosixWorld) => Promise<{ readonly ok: boolean }>,
): Promise<number> {
  const { image, mounts } = staged;
  const options = { mounts, reuseInodes: false };
  const world = posixWorldOf(image, options);
  const power = recordPower(world, { mounts });
  const { ok } = await run(world);
  expect(ok).toBe(true);
  const { check, states: looked } = checkerOf(staged, await expectedOf(staged));
  const random = randomFrom(1);
  let states = 0;
  for (const state of power.crashStates({ exhaustive: rounds(12, 5), samples: rounds(64, 4) })) {
    if (random() >= rounds(1, 0.2)) continue;
    states += 1;
    try {
      await check(state.build());
    } catch (error) {
      const lost = `without ${state.lost.join(', ')}; ${state.data}`;
      const where = `after change ${state.after} (${state.last})`;
      throw new Error(`${name}: ${where}, ${lost}: ${String(error)}`, { cause: error });
    }
  }
  printFigures(`power failures: ${name}`, {
    changes: power.changes(),
    'pending at most': power.mostPending(),
    states,
    'of them different': looked(),
  });
  return states;
}

describe('a power failure loses nothing, and the same call or restore completes', () => {
  test.each(names)('migrate: %s', async (name) => {
    const staged = await stageOf(name);
    const states = await failing(name, staged, (world) => migrateOn(staged, world.fs, FIRST));
    expect(states).toBeGreaterThan(0);
  });

  test.each(names.filter((name) => !name.includes('died')))('restore: %s', async (name) => {
    const before = await stageOf(name);
    const linked = await after(before, async (world) => {
      await migrateOn(before, world.fs, FIRST);
      goOn(world);
    });
    const back = await after(linked, async (world) => {
      for (const home of linked.homes) await restoreOn(linked, world.fs, home, SECOND);
    });
    const staged = { ...linked, origin: back.image };
    const states = await failing(name, staged, (world) =>
      restoreOn(staged, world.fs, '/a', SECOND),
    );
    expect(states).toBeGreaterThan(0);
  });
});
