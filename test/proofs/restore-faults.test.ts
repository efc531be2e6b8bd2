import { migrate, restore } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import type { MigrateFs } from '../../src/fs/migrate-fs.ts';
import { type Fault, faultErrnos } from '../unit/support/migrate-faults.ts';
import { isPossible, sweep } from '../unit/support/migrate-sweep.ts';
import { lines, ONE, optionsOn, TWO } from '../unit/support/migration/way-back.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { type PosixWorld, posixWorld, posixWorldOf } from '../unit/support/posix-memfs.ts';
import { expectEveryByte, filesIn } from '../unit/support/user-bytes.ts';

const isWhole = rounds(1, 0) === 1;
// Reduced, the kinds that differ most.
const kinds = ['death', ...(isWhole ? faultErrnos : (['EIO', 'ENOSPC'] as const))] as const;

/** Each once, and from then on. */
function faults(call: number): readonly Fault[] {
  const all = (['before', 'after'] as const).flatMap((moment) =>
    kinds.flatMap((kind): readonly Fault[] =>
      kind === 'death'
        ? [{ call, kind, moment, lasting: 'all' }]
        : [
            { call, kind, moment, lasting: false },
            { call, kind, moment, lasting: 'all' },
          ],
    ),
  );
  return all.filter(isPossible);
}

/** What a user would see: the files of home and target, and whether two of them are one. */
function seen(world: PosixWorld) {
  const files = [...filesIn(world, ['/a/projects', '/a/file-history', '/s'])].filter(
    ([path]) => !path.includes('.state/'),
  );
  return Object.fromEntries(files.map(([path, bytes]) => [path, bytes.toString()]));
}

async function stage(mounts: readonly string[]) {
  const world = posixWorld(
    {
      [`/a/projects/-app/${ONE}.jsonl`]: lines(1, 3),
      '/a/projects/-app/memory/MEMORY.md': 'first\n',
      [`/a/file-history/${ONE}/1@v1`]: 'before\n',
      [`/b/projects/-app/${TWO}.jsonl`]: lines(1, 2),
      '/s': null,
    },
    { mounts },
  );
  const options = { ...optionsOn(world.fs, '/s'), acceptRetention: true };
  const migrated = await migrate(['/a', '/b'], options);
  expect(migrated.outcome).toBe('done');
  const key = '/s/.claude-projects-shared/-app';
  world.memfs.appendFileSync(`${key}/${ONE}.jsonl`, lines(4, 5));
  world.memfs.writeFileSync(`${key}/memory/MEMORY.md`, 'second, and longer\n');
  world.memfs.writeFileSync(`${key}/memory/new.md`, 'new\n');
  return world.image();
}

const places: readonly (readonly [string, readonly string[]])[] = [
  ['on one file system', []],
  ['across two', ['/s']],
];

const run = (fs: MigrateFs) => restore('/a', optionsOn(fs, '/s'));

/** The shared files, without what migrations put beside them. */
function sharedIn(world: PosixWorld) {
  return [...filesIn(world, ['/s'])].filter(([path]) => !path.includes('.state/'));
}

describe.each(places)('restore %s', (name, mounts) => {
  test('loses nothing whatever fails, and the same call completes it', async () => {
    const image = await stage(mounts);
    const healthy = posixWorldOf(image, { mounts });
    const before = filesIn(healthy);
    const shared = sharedIn(healthy);
    expect(await run(healthy.fs)).toMatchObject({ outcome: 'done' });
    const expected = seen(healthy);
    const { cases, pairs, calls } = await sweep({
      scenario: {
        name,
        image,
        options: { mounts },
        run,
        check: async (world) => {
          expectEveryByte(before, filesIn(world));
          const again = await run(world.fs);
          if (again.outcome !== 'done') throw new Error(JSON.stringify(again));
          expect(seen(world)).toEqual(expected);
          expectEveryByte(before, filesIn(world));
          expect(sharedIn(world)).toEqual(expect.arrayContaining(shared));
        },
      },
      faults,
      sample: rounds(1, 0.03),
      pairs: rounds(1000, 20),
    });
    printFigures(`restore ${name}`, { cases, 'double deaths': pairs, calls });
    expect(cases).toBeGreaterThan(100);
  });
});
