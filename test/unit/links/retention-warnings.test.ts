import { inspectAll, inspectAllSync, validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { counting } from '../support/watched.ts';
import { sweepFaults } from '../support/fault-sweep.ts';
import { inWords } from '../support/in-words.ts';
import { isThorough } from '../support/proof.ts';
import { makeHome } from '../support/retention.ts';
import { ensuringCalls, lookingCalls, validatingCalls } from '../support/six-calls.ts';
import {
  at,
  inWorld,
  makeDirectory,
  requiredIn,
  type World,
  worldKinds,
} from '../support/world.ts';

const inspecting = { inspectAll, inspectAllSync };

/** Home `a` deletes after 7 days, home `b` after 90. */
function stage(world: World) {
  const homes = [makeHome(world, 'a', 7), makeHome(world, 'b', 90)] as const;
  return { homes, required: requiredIn(world) };
}

const told = [[{ code: 'retention-shorter', severity: 'warning', periodDays: 7 }], []];

describe.each(worldKinds)('%s', (kind) => {
  test.each(Object.entries(validatingCalls))(
    '%s warns of the shorter home when it makes a projects link',
    async (_, validate) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        const first = await validate(world, homes, required);
        expect(first.reports.map(({ problems }) => problems)).toMatchObject(told);
        expect(first.reports.map(({ ok }) => ok)).toEqual([true, true]);
        const second = await validate(world, homes, required);
        expect(second.reports.map(({ problems }) => problems)).toEqual([[], []]);
      });
    },
  );

  test.each(Object.entries(ensuringCalls))(
    '%s reads no settings when it makes other links only',
    async (_, ensure) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        await validateAll(homes, { required, fs: world.fs });
        world.fs.unlinkSync(at(world, 'a/session-env'));
        const { calls, fs } = counting(world);
        const { reports } = await ensure({ fs }, homes, required);
        expect(reports[0]?.created).toEqual([at(world, 'a/session-env')]);
        expect(reports[0]?.problems).toEqual([]);
        expect(calls.get('readFile')).toBe(undefined);
      });
    },
  );

  test.each(['ensureForAccount', 'ensureForAccountSync'])(
    '%s compares its home with the default, as it knows no other',
    async (name) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        const result = await ensuringCalls[name]?.(world, homes, required);
        const problem = { code: 'retention-shorter', periodDays: 7, shorterThan: 30 };
        expect(result?.reports[0]?.problems).toMatchObject([problem]);
      });
    },
  );

  test.each(Object.entries(lookingCalls))(
    '%s foretells the warning where a projects link would be made, and only there',
    async (_, look) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        const before = await look(world, homes, required);
        const warnings = before.reports.map(({ problems }) =>
          problems.filter(({ severity }) => severity === 'warning'),
        );
        expect(warnings).toMatchObject(told);
        await validateAll(homes, { required, fs: world.fs });
        const after = await look(world, homes, required);
        expect(after.reports.map(({ problems }) => problems)).toEqual([[], []]);
      });
    },
  );

  test.each(Object.entries(inspecting))(
    '%s warns on request, also where every link is right, and the home stays ok',
    async (_, inspectHomes) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        await validateAll(homes, { required, fs: world.fs });
        const options = { required, fs: world.fs, retention: true };
        const reports = await inspectHomes(homes, options);
        expect(reports.map(({ problems }) => problems)).toMatchObject(told);
        expect(reports.map(({ ok }) => ok)).toEqual([true, true]);
      });
    },
  );

  test.each(Object.entries(ensuringCalls))(
    '%s makes the links all the same where settings cannot be used, and tells it',
    async (_, ensure) => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        world.fs.unlinkSync(at(world, 'a/settings.json'));
        makeDirectory(world, at(world, 'a/settings.json'));
        const { reports, error } = await ensure(world, homes, required);
        expect(error).toBeUndefined();
        expect(reports[0]?.ok).toBe(true);
        const codes = reports[0]?.problems.map(({ code }) => code);
        expect(codes).toContain('settings-unusable');
      });
    },
  );
});

test.each(inWords([1, 'yes', null]))('the option retention may not be %s', (_, retention) => {
  const options: object = { retention };
  expect(() => inspectAllSync(['/a'], options)).toThrow('options.retention');
});

test('the calls that make links do not know the option retention', async () => {
  const options: object = { retention: true };
  await expect(validateAll(['/a'], options)).rejects.toThrow('unknown-option');
});

test('inspectAll with retention survives every fault at every call', async () => {
  const step = isThorough ? 1 : 7;
  const { cases } = await sweepFaults(
    (world) => stage(world).homes,
    async ({ world, homes, faulty }) => {
      const options = { required: requiredIn(world), fs: faulty.fs, retention: true };
      const reports = await inspectAll(homes, options);
      expect(reports.map(({ accountHome }) => accountHome)).toEqual(homes);
    },
    step,
  );
  expect(cases * step).toBeGreaterThan(300);
});
