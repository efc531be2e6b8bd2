import { rehome } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import type { MigrateFs } from '../../src/fs/migrate-fs.ts';
import type { Fault } from '../unit/support/migrate-faults.ts';
import { faultsOf, sweep } from '../unit/support/migrate-sweep.ts';
import { type PosixWorld, posixWorld } from '../unit/support/posix-memfs.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { expectEveryByte, filesIn } from '../unit/support/user-bytes.ts';

const [first, second, third] = [
  '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10',
  '5d4c3b2a-6f0e-4a57-9d0b-2f3b1c9e7a10',
];
const projects = '/home/projects';
const line = (cwd: string) => `{"type":"mode"}\n{"cwd":"${cwd}","text":"said in ${cwd}"}\n`;

const old = {
  '/new': null,
  [`${projects}/-old/${first}.jsonl`]: line('/old'),
  [`${projects}/-old/${first}/subagents/agent-1.jsonl`]: '{"n":1}\n',
  [`${projects}/-old/memory/MEMORY.md`]: 'old memory\n',
  [`${projects}/-old/memory/notes.md`]: 'notes\n',
  [`${projects}/-old/memory/elsewhere`]: { link: '/elsewhere' },
  [`${projects}/-old-below/${second}.jsonl`]: line('/old/below'),
  [`${projects}/-old-besides/${third}.jsonl`]: line('/old-besides'),
};
const trees = {
  'into nothing': old,
  'into a project with sessions': {
    ...old,
    [`${projects}/-new/${third}.jsonl`]: line('/new'),
    [`${projects}/-new/memory/MEMORY.md`]: 'new memory\n',
  },
  'after a death between two names': {
    ...old,
    [`${projects}/-new/${first}.jsonl`]: { sameAs: `${projects}/-old/${first}.jsonl` },
    [`${projects}/-new/memory/notes.md`]: { sameAs: `${projects}/-old/memory/notes.md` },
  },
};

let pid = 100;
/** Each run is another process, and finds those before it dead. */
function run(fs: MigrateFs) {
  pid += 1;
  const own = pid;
  return rehome('/old', '/new', {
    accountHomes: ['/home'],
    required: [{ name: 'projects', target: '/none' }],
    fs,
    pid: own,
    processInspector: {
      status: async ({ pid: other }) =>
        other === own ? { state: 'running', start: '1' } : { state: 'exited' },
      self: async () => ({ pid: own, start: '1', pidNamespace: 'here' }),
    },
  });
}

function resultOf(world: PosixWorld) {
  return new Map([...filesIn(world, [projects])].map(([path, bytes]) => [path, String(bytes)]));
}

/** A disk that goes on saying that nothing is there can't be told from one that has nothing to move. */
const isPossible = ({ kind, lasting }: Fault) => kind !== 'ENOENT' || lasting === false;

test.each(Object.entries(trees))(
  'rehome %s loses nothing whatever fails, and the same call completes it',
  async (name, tree) => {
    const start = posixWorld(tree);
    const before = filesIn(start, ['/']);
    const image = start.image();
    expect(await run(start.fs)).toMatchObject({ ok: true, outcome: 'done' });
    const expected = resultOf(start);
    expect(expected.get(`${projects}/-new/${first}.jsonl`)).toBe(line('/old'));

    const { cases, pairs, calls } = await sweep({
      scenario: {
        name,
        image,
        run,
        check: async (world, outcome) => {
          expectEveryByte(before, filesIn(world, ['/']));
          if (outcome.kind === 'threw') throw outcome.error;
          const isDone = outcome.kind === 'returned' && outcome.value.ok;
          expect(isDone ? resultOf(world) : expected).toEqual(expected);
          // A lock that could not be released is its process's as long as that runs: here it has ended.
          expect(await run(world.fs)).toMatchObject({ ok: true, outcome: 'done' });
          expect(resultOf(world)).toEqual(expected);
        },
      },
      faults: (call, what) => faultsOf(call, what).filter(isPossible),
      share: rounds(1, 0.04),
      pairs: rounds(150, 5),
      seed,
    });
    printFigures(`rehome ${name}`, { cases, 'double deaths': pairs, calls });
    expect(cases).toBeGreaterThan(0);
  },
);
