import {
  type Arbitrary,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  record,
  subarray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absorb, type Job } from '../../../src/migrate/absorb/absorb.ts';
import { readBrought } from '../../../src/migrate/absorb/brought.ts';
import { DiskActor } from '../../../src/migrate/absorb/disk-actor.ts';
import { comparer } from '../../../src/fs/compare-files.ts';
import type { Tree } from '../support/disk-image.ts';
import { ID, KEY, lines, OTHER_ID } from '../support/migrating.ts';
import { diskText } from '../support/migration/visible.ts';
import { type PosixWorld, posixWorld } from '../support/posix-memfs.ts';
import { isThorough, rounds, seed } from '../support/proof.ts';
import { randomFrom } from '../support/seeded-random.ts';
import { everyByteReachable, filesIn } from '../support/user-bytes.ts';

const TRANSCRIPT = `${KEY}/${ID}.jsonl`;
const CACHE = `${KEY}/sessions-index.json`;

const transcripts = [
  '',
  lines(1),
  lines(1, 2),
  lines(1, 2, 3),
  `${lines(1)}{"torn`,
  lines(1, 2).slice(0, -1),
  lines(1, 'other'),
  lines('else'),
];
const texts = ['', 'one\n', 'two\n', 'one\ntwo\n', 'three'];

/** What may be at one path of a tree. */
const entries = {
  [TRANSCRIPT]: constantFrom(...transcripts),
  [`${KEY}/${OTHER_ID}.jsonl`]: constantFrom(...transcripts),
  [`${KEY}/${ID}/subagents/agent-1.jsonl`]: constantFrom(...transcripts),
  [`${KEY}/${ID}/tool-results/x.txt`]: constantFrom(...texts),
  [`${KEY}/memory/MEMORY.md`]: constantFrom(...texts),
  [`${KEY}/memory/notes.md`]: constantFrom(...texts),
  [CACHE]: constantFrom('{}', '{"x":1}'),
  [`${KEY}/link`]: constantFrom({ link: 'memory' }, { link: '/elsewhere' }, { link: '../..' }),
  [`${KEY}/any`]: constantFrom('text', null, { link: 'memory' }),
  other: constantFrom('a file', null),
} as const;

/** The content of a tree: some of these entries. */
const contents = record(entries, { requiredKeys: [] });

const stages = record({
  one: contents,
  two: contents,
  fragment: contents,
  target: contents,
  canLink: boolean(),
  shared: subarray(Object.keys(entries)),
  home: subarray(Object.keys(entries)),
  isRestoring: boolean(),
});

type Stage = typeof stages extends Arbitrary<infer Value> ? Value : never;

type Entries = Readonly<Partial<Record<string, string | null | { readonly link: string }>>>;

function placed(root: string, tree: Entries): Tree {
  const entries = Object.entries(tree).flatMap(([path, entry]) =>
    entry === undefined ? [] : [[`${root}/${path}`, entry] as const],
  );
  return { [root]: null, ...Object.fromEntries(entries) };
}

const HOMES = ['/a/projects', '/b/projects'];
/** What the first home has created while the link was missing. */
const FRAGMENT = '/a/restore-point/recreated-1-projects';

function jobIn(world: PosixWorld, { canLink, isRestoring, shared, home }: Stage): Job {
  const spelled = HOMES.map((root) => ({
    root,
    place: root,
    origin: root,
    spellings: [root],
    canLink,
    isFragment: false,
  }));
  const fragment = { ...spelled[0], root: FRAGMENT, origin: FRAGMENT, isFragment: true };
  return {
    fs: world.fs,
    name: 'projects',
    target: '/s/target',
    trees: isRestoring
      ? spelled.slice(0, 1)
      : [...spelled, { canLink, place: HOMES[0] ?? '', spellings: [HOMES[0] ?? ''], ...fragment }],
    policy: isRestoring
      ? { differences: 'tree-wins', linksTranscripts: false, separatesFiles: true }
      : { differences: 'choose', linksTranscripts: true, separatesFiles: false },
    choices: {
      shared: shared.map((path) => `/b/projects/${path}`),
      home: home.map((path) => `/b/projects/${path}`),
    },
    comparer: comparer(world.fs),
    losers: new Map(),
    leaveOut: new Set(),
  };
}

async function actorIn(world: PosixWorld, process: number) {
  const { fs } = world;
  const random = randomFrom(process);
  const context = {
    fs,
    random,
    now: 0,
    signal: undefined,
    onProgress: undefined,
    sleep: () => Promise.resolve(),
  };
  return new DiskActor({
    context,
    target: '/s/target',
    incoming: '/s/state/incoming',
    replaced: `/s/state/replaced/${process}`,
    brought: await readBrought(context, '/s/state/incoming'),
    onFiles: () => {},
  });
}

async function pass(job: Job, actor: DiskActor): Promise<number> {
  actor.beginPass();
  await absorb(job, actor);
  await actor.sync();
  return actor.added;
}

function worldOf({ one, two, fragment, target }: Stage): PosixWorld {
  return posixWorld({
    ...placed('/a/projects', one),
    ...placed('/b/projects', two),
    ...placed(FRAGMENT, fragment),
    ...placed('/s/target', target),
  });
}

const numRuns = rounds(20_000, isThorough ? 300 : 60);

describe('absorb', () => {
  test('applied twice adds nothing', async () => {
    await assert(
      asyncProperty(stages, async (stage) => {
        const world = worldOf(stage);
        const [job, actor] = [jobIn(world, stage), await actorIn(world, 1)];
        await pass(job, actor);
        const before = diskText(world);
        expect(await pass(job, actor)).toBe(0);
        expect(diskText(world)).toBe(before);
      }),
      { numRuns, seed },
    );
  });

  test('applied again by another process adds nothing', async () => {
    await assert(
      asyncProperty(stages, async (stage) => {
        const world = worldOf(stage);
        await pass(jobIn(world, stage), await actorIn(world, 1));
        const before = diskText(world);
        expect(await pass(jobIn(world, stage), await actorIn(world, 2))).toBe(0);
        expect(diskText(world)).toBe(before);
      }),
      { numRuns, seed },
    );
  });

  test('loses no byte, and at most appends to a transcript of a tree, which it shares', async () => {
    await assert(
      asyncProperty(stages, async (stage) => {
        const world = worldOf(stage);
        const before = filesIn(world);
        const trees = filesIn(world, HOMES);
        await pass(jobIn(world, stage), await actorIn(world, 1));
        expect(everyByteReachable(before, filesIn(world))).toEqual([]);
        const now = filesIn(world, HOMES);
        expect([...now.keys()]).toEqual([...trees.keys()]);
        const changed = [...trees].filter(
          ([path, bytes]) => now.get(path)?.subarray(0, bytes.length).equals(bytes) !== true,
        );
        expect(changed).toEqual([]);
      }),
      { numRuns, seed },
    );
  });
});
