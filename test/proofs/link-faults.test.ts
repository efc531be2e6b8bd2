import {
  type AccountReport,
  inspectAll,
  type SharedStateError,
  validateAll,
} from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { type Stage, sweepFaults } from '../unit/support/fault-sweep.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { ensuringCalls, lookingCalls } from '../unit/support/six-calls.ts';
import {
  at,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  snapshot,
  type World,
} from '../unit/support/world.ts';

/** Stages on which every kind of call is made. */
const faultStages: Readonly<Record<string, Stage>> = {
  'nothing is there': (world) => [at(world, 'deep/a'), at(world, 'b')],
  'all is right': (world) => {
    for (const { name, target } of requiredIn(world)) {
      makeDirectory(world, target);
      makeLink(world, at(world, `a/${name}`), target);
      makeLink(world, at(world, `b/${name}`), `../shared/.claude-${name}-shared`);
    }
    return [at(world, 'a'), at(world, 'b')];
  },
  'the targets are missing behind links of all spellings': (world) => {
    for (const { name, target } of requiredIn(world)) {
      makeLink(world, at(world, `a/${name}`), target);
      makeLink(world, at(world, `b/${name}`), `../shared/.claude-${name}-shared/`);
    }
    return [at(world, 'a'), at(world, 'b')];
  },
  'a home and the shared root lie behind links': (world) => {
    makeFile(world, at(world, 'a/settings.json'), '{}');
    makeLink(world, at(world, 'shared'), makeDirectory(world, at(world, 'volume')));
    return [makeLink(world, at(world, 'alias'), at(world, 'a')), at(world, 'a')];
  },
};

// Of the faults of each call, every so many: other ones at other calls.
const STEP = rounds(1, 4);

describe.each(Object.entries(faultStages))('where %s', (where, stage) => {
  test.each(Object.entries(ensuringCalls))(
    '%s survives every fault at every call',
    async (name, ensure) => {
      const { cases, calls } = await sweepFaults(
        stage,
        async ({ world, homes, faulty, injected }) => {
          const required = requiredIn(world);
          const before = snapshot(world);
          const { reports, error } = await ensure(faulty, homes, required);
          expectKept(world, before);
          expectNoNewDanglingLink(world, before);
          if (error === undefined) expectHealthy(reports);
          else expectHonest(error, injected, world);
          expectHealthy(await validateAll(homes, { required, fs: world.fs }));
        },
        STEP,
      );
      printFigures(`${name}, where ${where}`, { calls, 'faults survived': cases });
      expect(cases).toBeGreaterThan(300 / STEP);
    },
  );

  test.each(Object.entries(lookingCalls))(
    '%s never throws for a fault, changes nothing, and calls nothing right that is not',
    async (name, look) => {
      const { cases, calls } = await sweepFaults(
        stage,
        async ({ world, homes, faulty }) => {
          const required = requiredIn(world);
          const before = JSON.stringify(snapshot(world));
          const healthy = await inspectAll(homes, { required, fs: world.fs });
          const { reports, error } = await look(faulty, homes, required);
          expect(error).toBeUndefined();
          expect(JSON.stringify(snapshot(world))).toBe(before);
          // A fault may go unnoticed where its answer was not needed in the end.
          const flattered = reports.filter(({ ok }, index) => ok && healthy[index]?.ok !== true);
          expect(flattered).toEqual([]);
        },
        STEP,
      );
      printFigures(`${name}, where ${where}`, { calls, 'faults survived': cases });
      expect(cases).toBeGreaterThan(300 / STEP);
    },
  );
});

function expectHealthy(reports: readonly AccountReport[]): void {
  expect(reports.map(({ ok }) => ok)).toEqual(reports.map(() => true));
}

/** The error names what it is about, and keeps the fault as its cause. */
function expectHonest(error: SharedStateError, injected: readonly Error[], world: World): void {
  expect(injected).toContain(error.cause);
  const told = error.problems.filter(({ severity }) => severity === 'error');
  expect(told).not.toEqual([]);
  for (const { path, message } of told) {
    expect(path.startsWith(world.root)).toBe(true);
    expect(message).toContain(path);
  }
}

/** Nothing that was there has been removed, replaced or rewritten. */
function expectKept(world: World, before: Readonly<Record<string, string>>): void {
  const after = snapshot(world);
  // By hand, because it is done some ten thousand times.
  const changed = Object.keys(before).filter((path) => before[path] !== after[path]);
  if (changed.length > 0) throw new Error(`lost or changed: ${changed.join(', ')}`);
}

/** No link leads to nothing, unless it did so before. */
function expectNoNewDanglingLink(world: World, before: Readonly<Record<string, string>>): void {
  for (const [path, what] of Object.entries(snapshot(world))) {
    if (!what.startsWith('link to') || path in before) continue;
    if (!world.fs.existsSync(path)) throw new Error(`${path} leads to nothing`);
  }
}
