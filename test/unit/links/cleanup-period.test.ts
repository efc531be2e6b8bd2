import { execFileSync } from 'node:child_process';
import { inspectRetention } from 'claude-shared-state/retention';
import { describe, expect, test } from 'vitest';
import { failing, hooked } from '../support/hooked.ts';
import { inWords } from '../support/in-words.ts';
import { makeHome } from '../support/retention.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  type World,
  worldKinds,
} from '../support/world.ts';

async function periodOf(world: World, home: string) {
  const report = await inspectRetention([home], { required: requiredIn(world), fs: world.fs });
  const [told] = report.homes;
  return { ...told, problems: told?.problems.filter(({ code }) => code !== 'retention-shorter') };
}

/** Each seen in Claude Code 2.1.329 and 2.1.197: what is in settings.json, and what it deletes. */
const told = {
  '{}': [30, 'default'],
  '{"cleanupPeriodDays": 1}': [1, 'settings'],
  '{"cleanupPeriodDays": 2}': [2, 'settings'],
  '{"cleanupPeriodDays": 100000}': [100_000, 'settings'],
  '\ufeff{"cleanupPeriodDays": 2}': [2, 'settings'],
  '{"foo": 1, "cleanupPeriodDays": 2}': [2, 'settings'],
  '{"cleanupPeriodDays": 1000000000}': ['never', 'settings'],
  '{"cleanupPeriodDays": 1e15}': ['never', 'settings'],
  '{"__proto__": {"cleanupPeriodDays": 2}}': [30, 'default'],
} as const;

const badPeriods = ['0', '0.5', '1.5', '2.9', '-1', '"10"', 'null', 'true', '[2]', '{}', '1e999'];

const noObjects = [
  '',
  '[]',
  'null',
  '2',
  '{"cleanupPeriodDays": 2',
  '{/*x*/"cleanupPeriodDays": 2}',
  '{"cleanupPeriodDays": 2,}',
];

describe.each(worldKinds)('%s', (kind) => {
  test.each(inWords(Object.entries(told)))(
    'settings %s are read as documented',
    async (_, text, [periodDays, source]) => {
      await inWorld(kind, async (world) => {
        const home = makeHome(world, 'a', text);
        const settings = at(world, 'a/settings.json');
        expect(await periodOf(world, home)).toEqual({
          accountHome: home,
          settings,
          periodDays,
          source,
          problems: [],
        });
      });
    },
  );

  test.each(badPeriods)(
    'the period %s means that nothing is deleted, and is told',
    async (value) => {
      await inWorld(kind, async (world) => {
        const home = makeHome(world, 'a', `{"cleanupPeriodDays": ${value}}`);
        expect(await periodOf(world, home)).toMatchObject({
          periodDays: 'never',
          source: 'settings',
          problems: [{ code: 'settings-unusable', severity: 'warning', reason: 'bad-period' }],
        });
      });
    },
  );

  test.each(inWords(noObjects))(
    'text %s is no settings: it is told, and the default assumed',
    async (_, text) => {
      await inWorld(kind, async (world) => {
        const path = at(world, 'a/settings.json');
        expect(await periodOf(world, makeHome(world, 'a', text))).toMatchObject({
          periodDays: 30,
          source: 'default',
          problems: [{ code: 'settings-unusable', path, reason: 'not-an-object' }],
        });
      });
    },
  );

  test.each(['a home without settings', 'a home that is not there', 'a home that is a file'])(
    '%s has the default',
    async (which) => {
      await inWorld(kind, async (world) => {
        makeDirectory(world, at(world, 'a home without settings'));
        makeFile(world, at(world, 'a home that is a file'));
        const told = { periodDays: 30, source: 'default', problems: [] };
        expect(await periodOf(world, at(world, which))).toMatchObject(told);
      });
    },
  );

  test('settings behind a link count, those in settings.local.json of a home do not', async () => {
    await inWorld(kind, async (world) => {
      const elsewhere = makeFile(world, at(world, 's.json'), '{"cleanupPeriodDays": 2}');
      makeLink(world, at(world, 'a/settings.json'), elsewhere);
      makeFile(world, at(world, 'b/settings.local.json'), '{"cleanupPeriodDays": 2}');
      expect(await periodOf(world, at(world, 'a'))).toMatchObject({ periodDays: 2 });
      expect(await periodOf(world, at(world, 'b'))).toMatchObject({ periodDays: 30 });
    });
  });

  test('a directory in the place of settings is told, and the default assumed', async () => {
    await inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'a/settings.json'));
      expect(await periodOf(world, at(world, 'a'))).toMatchObject({
        periodDays: 30,
        source: 'default',
        problems: [{ reason: 'not-a-file' }],
      });
    });
  });

  test('settings of up to 1 MB are read, larger ones are not', async () => {
    await inWorld(kind, async (world) => {
      const text = '{"cleanupPeriodDays": 2}';
      const most = makeHome(world, 'most', text.padEnd(2 ** 20));
      const more = makeHome(world, 'more', text.padEnd(2 ** 20 + 1));
      expect(await periodOf(world, most)).toMatchObject({ periodDays: 2, problems: [] });
      const told = { periodDays: 30, problems: [{ reason: 'too-large' }] };
      expect(await periodOf(world, more)).toMatchObject(told);
    });
  });
});

test('a FIFO in the place of settings is not opened', async () => {
  await inWorld('disk', async (world) => {
    makeDirectory(world, at(world, 'a'));
    execFileSync('mkfifo', [at(world, 'a/settings.json')]);
    const told = { periodDays: 30, problems: [{ reason: 'not-a-file' }] };
    expect(await periodOf(world, at(world, 'a'))).toMatchObject(told);
  });
});

test.each(['stat', 'readFile'] as const)('settings whose %s fails are told', async (call) => {
  await inWorld('memory', async (world) => {
    const home = makeHome(world, 'a', 7);
    const fs = hooked(
      world,
      failing('EACCES', (called) => called === call),
    );
    const report = await inspectRetention([home], { required: requiredIn(world), fs });
    expect(report.homes).toMatchObject([
      { periodDays: 30, problems: [{ reason: 'unreadable', errno: 'EACCES' }] },
    ]);
  });
});
