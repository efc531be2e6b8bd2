import {
  type AccountReport,
  inspectAll,
  inspectAllSync,
  isSharedStateError,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { failing, faultsAt } from '../support/faults.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  snapshot,
  type World,
} from '../support/world.ts';

/** Sets a stage that a healthy `validateAll` puts right without an error, and names its homes. */
type Stage = (world: World) => readonly string[];

const stages: Readonly<Record<string, Stage>> = {
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

const validations = {
  validateAll: async (homes: readonly string[], options: Parameters<typeof validateAll>[1]) =>
    await validateAll(homes, options),
  validateAllSync: (homes: readonly string[], options: Parameters<typeof validateAllSync>[1]) =>
    validateAllSync(homes, options),
};

const inspections = {
  inspectAll: async (homes: readonly string[], options: Parameters<typeof inspectAll>[1]) =>
    await inspectAll(homes, options),
  inspectAllSync: (homes: readonly string[], options: Parameters<typeof inspectAllSync>[1]) =>
    inspectAllSync(homes, options),
};

/** Runs a call with every fault at every of its file-system calls, until none is left to fail. */
async function sweep(
  stage: Stage,
  run: (
    world: World,
    homes: readonly string[],
    faulty: ReturnType<typeof failing>,
  ) => Promise<void>,
) {
  let cases = 0;
  for (let call = 1; ; call += 1) {
    let fired = 0;
    for (const fault of faultsAt(call)) {
      await inWorld('memory', async (world) => {
        const homes = stage(world);
        const faulty = failing(world, fault);
        try {
          await run(world, homes, faulty);
        } catch (error) {
          throw new Error(`${JSON.stringify(fault)}: ${String(error)}`, { cause: error });
        }
        fired += faulty.injected.length;
        cases += 1;
      });
    }
    if (fired === 0) return cases;
  }
}

function expectHealthy(reports: readonly AccountReport[]): void {
  expect(reports.map(({ ok }) => ok)).toEqual(reports.map(() => true));
}

/** The error is ours, names what it is about, and keeps the fault as its cause. */
function expectHonestError(world: World, error: unknown, injected: readonly Error[]): void {
  if (!isSharedStateError(error)) throw error;
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
  // The comparison is made by hand because it is made some ten thousand times.
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

describe.each(Object.entries(stages))('where %s', (_, stage) => {
  test.each(Object.entries(validations))(
    '%s survives every fault at every call',
    async (_name, validate) => {
      const cases = await sweep(stage, async (world, homes, { fs, injected }) => {
        const required = requiredIn(world);
        const before = snapshot(world);
        const [outcome] = await Promise.allSettled([
          (async () => await validate(homes, { required, fs }))(),
        ]);
        expect(snapshot(world)).toMatchObject(before);
        expectNoNewDanglingLink(world, before);
        if (outcome.status === 'rejected') expectHonestError(world, outcome.reason, injected);
        else expectHealthy(outcome.value);
        expectHealthy(await validateAll(homes, { required, fs: world.fs }));
      });
      expect(cases).toBeGreaterThan(300);
    },
  );

  test.each(Object.entries(inspections))(
    '%s tells every fault and never throws it',
    async (_name, inspect) => {
      await sweep(stage, async (world, homes, { fs, injected }) => {
        const required = requiredIn(world);
        const before = snapshot(world);
        const healthy = await inspectAll(homes, { required, fs: world.fs });
        const reports = await inspect(homes, { required, fs });
        expectKept(world, before);
        expect(Object.keys(snapshot(world))).toHaveLength(Object.keys(before).length);
        // A fault may be invisible, where its answer was not needed; but it never makes a home look
        // right that is not.
        if (injected.length > 0 && reports.every(({ ok }) => ok)) expectHealthy(healthy);
      });
    },
  );
});
