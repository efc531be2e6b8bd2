import {
  listOriginals,
  migrate,
  type MigrateFs,
  retireOriginals,
} from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { type Fault, faultErrnos } from '../unit/support/migrate-faults.ts';
import { isPossible, sweep } from '../unit/support/migrate-sweep.ts';
import { lines, ONE, optionsOn, TWO } from '../unit/support/migration/way-back.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { type PosixWorld, posixWorld, posixWorldOf } from '../unit/support/posix-memfs.ts';
import { expectEveryByte, filesIn } from '../unit/support/user-bytes.ts';

const isWhole = rounds(1, 0) === 1;
const kinds = ['death', ...(isWhole ? faultErrnos : (['EIO', 'ENOENT'] as const))] as const;

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

const key = '/s/.claude-projects-shared/-app';

/** Two homes, of which `/a` has had a generation displaced. */
async function stage(mounts: readonly string[], isAllShared: boolean) {
  const world = posixWorld(
    {
      [`/a/projects/-app/${ONE}.jsonl`]: lines(1, 2),
      '/a/projects/-app/memory/MEMORY.md': 'first\n',
      [`/a/file-history/${ONE}/1@v1`]: 'before\n',
      [`/b/projects/-app/${ONE}.jsonl`]: lines(1, 3),
      [`/b/projects/-app/${TWO}.jsonl`]: lines(1, 2),
      '/s': null,
    },
    { mounts },
  );
  const options = { ...optionsOn(world.fs, '/s'), acceptRetention: true };
  const { outcome, originals } = await migrate(['/b', '/a'], options);
  expect(outcome).toBe('done');
  world.memfs.appendFileSync(`${key}/${ONE}.jsonl`, lines(4, 5));
  if (!isAllShared) {
    world.memfs.writeFileSync(`${key}/memory/MEMORY.md`, 'second, and longer\n');
    world.memfs.unlinkSync(`/s/.claude-file-history-shared/${ONE}/1@v1`);
  }
  const path = originals.find((it) => it.startsWith('/a/')) ?? '';
  return { image: world.image(), path };
}

/** The files of the home, the targets and the originals, whatever these are called meanwhile. */
function seen(world: PosixWorld) {
  return Object.fromEntries(
    [...filesIn(world)].map(([path, bytes]) => [path.replace('retiring-', ''), bytes.toString()]),
  );
}

const stages = [
  ['all of which is shared', [], true],
  ['of which a part is shared', [], false],
  ['copied across two file systems', ['/s'], true],
  ['copied, of which a part is shared', ['/s'], false],
] as const;

describe.each(stages)('retiring originals %s', (name, mounts, isAllShared) => {
  test('loses nothing whatever fails, and the same call completes it', async () => {
    const { image, path } = await stage(mounts, isAllShared);
    const run = (fs: MigrateFs) => {
      const { required: _, ...options } = optionsOn(fs, '/s');
      return retireOriginals(path, options);
    };
    const healthy = posixWorldOf(image, { mounts });
    const before = filesIn(healthy);
    const users = new Map([...before].filter(([file]) => !/[/](?:manifest|sealed)$/.test(file)));
    expect(await run(healthy.fs)).toMatchObject({
      outcome: isAllShared ? 'done' : 'done-with-leftovers',
    });
    const expected = seen(healthy);
    const { cases, pairs, calls } = await sweep({
      scenario: {
        name,
        image,
        options: { mounts },
        run,
        check: async (world) => {
          expectEveryByte(users, filesIn(world));
          const { originals, problems } = await listOriginals('/a', { fs: world.fs });
          expect(problems).toEqual([]);
          const again = await run(world.fs);
          if (again.ok !== isAllShared || again.problems.length > 0) {
            throw new Error(JSON.stringify({ originals, again }));
          }
          expect(seen(world)).toEqual(expected);
          const left = await listOriginals('/a', { fs: world.fs });
          expect(left.originals.map((it) => [it.path, it.state])).toEqual(
            isAllShared ? [] : [[path, 'sealed']],
          );
        },
      },
      faults,
      sample: rounds(1, 0.05),
      pairs: rounds(500, 10),
    });
    printFigures(`retiring originals ${name}`, { cases, 'double deaths': pairs, calls });
    expect(cases).toBeGreaterThan(50);
  });
});
