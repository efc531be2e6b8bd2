import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { MigrateFs } from '../../../src/fs/migrate-fs.ts';
import { OPEN } from '../../../src/fs/io.ts';
import { type ImageNode, imageOfTree, type Tree } from '../support/disk-image.ts';
import { faultErrnos, faulty } from '../support/migrate-faults.ts';
import { faultsOf, type Scenario, sweep } from '../support/migrate-sweep.ts';
import { posixWorld } from '../support/posix-memfs.ts';
import { stageOnDisk } from '../support/posix-script.ts';
import { recordPower } from '../support/power-loss.ts';
import {
  everyByteReachable,
  expectEveryByte,
  filesIn,
  filesOnDisk,
} from '../support/user-bytes.ts';

/** A home with one transcript, and a target, to try the harness on. */
const sampleTree: Tree = {
  '/home/projects/a/1.jsonl': '{"line":1}\n{"line":2}\n',
  '/target': null,
};

const SOURCE = '/home/projects/a/1.jsonl';
const MOVED = '/target/1.jsonl';

/** Ways of moving one file, of which all but the last ones lose it sometimes. */
const moves = {
  /** Believes that a write writes everything, and waits for no disk. */
  async 'copy then delete'(fs: MigrateFs): Promise<void> {
    const from = await fs.open(SOURCE, OPEN.read);
    try {
      const { size } = await from.stat({ bigint: true });
      const buffer = new Uint8Array(Number(size));
      await from.read(buffer, 0, buffer.length, 0);
      const to = await fs.open(MOVED, OPEN.create, 0o600);
      try {
        await to.write(buffer, 0, buffer.length, null);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
    await fs.unlink(SOURCE);
  },

  /** The same, but leaves files open where something fails. */
  async 'open and forget'(fs: MigrateFs): Promise<void> {
    const from = await fs.open(SOURCE, OPEN.read);
    await from.stat({ bigint: true });
    await from.close();
  },

  /** Lists, and goes away in the middle without closing where a later call fails. */
  async 'list by hand'(fs: MigrateFs): Promise<void> {
    const listing = await fs.opendir('/home/projects/a', { bufferSize: 32 });
    await fs.lstat(MOVED, { bigint: true }).catch(() => undefined);
    await fs.stat('/target', { bigint: true });
    for await (const entry of listing) if (entry.name === '') break;
  },

  async 'rename over'(fs: MigrateFs): Promise<void> {
    await fs.rename(SOURCE, MOVED);
  },

  /** Believes that what failed has had no effect. */
  async 'undo by unlinking'(fs: MigrateFs): Promise<void> {
    try {
      await fs.rename(SOURCE, MOVED);
    } catch (error) {
      await fs.unlink(MOVED).catch(() => undefined);
      throw error;
    }
  },

  /** Tries for ever. */
  async 'try until it works'(fs: MigrateFs): Promise<void> {
    for (;;) {
      try {
        return await fs.access('/target', 0);
      } catch {
        // Again.
      }
    }
  },

  async 'link, then unlink'(fs: MigrateFs): Promise<void> {
    await linkUnlessThere(fs);
    await unlinkIfThere(fs);
  },

  async 'link, sync, then unlink'(fs: MigrateFs): Promise<void> {
    await linkUnlessThere(fs);
    await sync(fs, '/target');
    await unlinkIfThere(fs);
  },

  async 'into a new directory, whose parent is not synced'(fs: MigrateFs): Promise<void> {
    await fs.mkdir('/target/new', { mode: 0o700 });
    await fs.link(SOURCE, '/target/new/1.jsonl');
    await sync(fs, '/target/new');
    await fs.unlink(SOURCE);
  },

  async 'into a new directory, synced with its parent'(fs: MigrateFs): Promise<void> {
    await fs.mkdir('/target/new', { mode: 0o700 });
    await fs.link(SOURCE, '/target/new/1.jsonl');
    await sync(fs, '/target/new');
    await sync(fs, '/target');
    await fs.unlink(SOURCE);
  },
};

async function linkUnlessThere(fs: MigrateFs): Promise<void> {
  try {
    await fs.link(SOURCE, MOVED);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      // Gone already, if it is there and the source is not.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    const { size } = await fs.lstat(MOVED, { bigint: true });
    if (Number(size) === 0) throw error;
  }
}

async function unlinkIfThere(fs: MigrateFs): Promise<void> {
  await fs.lstat(MOVED, { bigint: true });
  try {
    await fs.unlink(SOURCE);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function sync(fs: MigrateFs, path: string): Promise<void> {
  const handle = await fs.open(path, OPEN.directory);
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

const before = filesIn(posixWorld(sampleTree));

function moving(name: keyof typeof moves): Scenario<void> {
  return {
    name,
    image: imageOfTree(sampleTree),
    run: moves[name],
    check: (world) => expectEveryByte(before, filesIn(world)),
  };
}

const lastingly = (call: number, name: string) =>
  faultsOf(call, name).filter(({ kind, lasting }) => kind === 'EIO' && lasting === 'all');

describe('sweeping faults', () => {
  test('catches a copy that believes every write is whole', async () => {
    await expect(sweep({ scenario: moving('copy then delete') })).rejects.toThrow(
      /"kind":"short".*lost: \/home\/projects\/a\/1.jsonl/su,
    );
  });

  test('catches what undoes a call that took effect and then failed', async () => {
    await expect(sweep({ scenario: moving('undo by unlinking') })).rejects.toThrow(
      /"moment":"after".*lost: /su,
    );
  });

  test.each(['open and forget', 'list by hand'] as const)(
    'catches handles that are left open: %s',
    async (name) => {
      await expect(sweep({ scenario: moving(name) })).rejects.toThrow('1 handles left open');
    },
  );

  test('catches what never ends', async () => {
    await expect(
      sweep({ scenario: moving('try until it works'), faults: lastingly }),
    ).rejects.toThrow('and no end');
  });

  test('finds nothing in a careful move, whose second run completes, fast', async () => {
    const careful = moving('link, sync, then unlink');
    const scenario: Scenario<void> = {
      ...careful,
      async check(world, outcome, faults) {
        await careful.check(world, outcome, faults);
        await moves['link, sync, then unlink'](world.fs);
        expectEveryByte(before, filesIn(world));
        if (filesIn(world, ['/home']).size > 0) throw new Error('not completed');
      },
    };
    const start = performance.now();
    const { cases, pairs, calls } = await sweep({ scenario, pairs: 500 });
    const perSecond = Math.round(((cases + pairs) / (performance.now() - start)) * 1000);
    console.log(`${cases} faults and ${pairs} pairs in ${calls} calls, ${perSecond} a second`);
    expect(calls).toBe(6);
    expect(cases).toBeGreaterThan(calls * faultErrnos.length * 3);
    expect(pairs).toBe(500);
  });

  test('sweeps a sample where that is asked for', async () => {
    const { cases } = await sweep({ scenario: moving('link, sync, then unlink'), share: 0.5 });
    expect(cases).toBeGreaterThan(0);
    expect(cases).toBeLessThan(350);
  });
});

describe('one fault', () => {
  const fault = { call: 1, kind: 'EIO', moment: 'after', lasting: false } as const;

  test('happens after the effect', async () => {
    const world = posixWorld(sampleTree);
    const { fs, fired } = faulty(world.fs, fault);
    await expect(fs.mkdir('/new', { mode: 0o700 })).rejects.toMatchObject({ code: 'EIO' });
    await expect(fs.access('/new', 0)).resolves.toBeUndefined();
    expect(fired()).toBe(1);
  });

  test('leaves nothing open where opening fails after its effect', async () => {
    const world = posixWorld(sampleTree);
    const { fs, openHandles } = faulty(world.fs, fault);
    await expect(fs.open('/new', OPEN.create, 0o600)).rejects.toMatchObject({ code: 'EIO' });
    await expect(fs.access('/new', 0)).resolves.toBeUndefined();
    expect(openHandles()).toBe(0);
  });

  test('a dead process changes nothing any more', async () => {
    const world = posixWorld(sampleTree);
    const { fs, hasDied } = faulty(world.fs, { ...fault, kind: 'death' });
    await expect(fs.mkdir('/new', { mode: 0o700 })).rejects.toMatchObject({ code: 'EDEAD' });
    await expect(fs.mkdir('/newer', { mode: 0o700 })).rejects.toMatchObject({ code: 'EDEAD' });
    expect(hasDied()).toBe(true);
    await expect(world.fs.access('/new', 0)).resolves.toBeUndefined();
    await expect(world.fs.access('/newer', 0)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('may last for what changes something only', async () => {
    const world = posixWorld(sampleTree);
    const { fs } = faulty(world.fs, {
      ...fault,
      kind: 'EROFS',
      moment: 'before',
      lasting: 'writes',
    });
    await expect(fs.mkdir('/new', { mode: 0o700 })).rejects.toMatchObject({ code: 'EROFS' });
    await expect(fs.access('/home', 0)).resolves.toBeUndefined();
    await expect(fs.unlink('/home')).rejects.toMatchObject({ code: 'EROFS' });
  });
});

describe('power failures', () => {
  test.each([
    ['copy then delete', 'make 1.jsonl'],
    ['link, then unlink', 'make 1.jsonl'],
    ['into a new directory, whose parent is not synced', 'make new'],
  ] as const)('catch %s', async (name, missing) => {
    expect((await lostBy(moves[name])).join('\n')).toContain(missing);
  });

  test.each([
    'rename over',
    'link, sync, then unlink',
    'into a new directory, synced with its parent',
  ] as const)('find nothing in %s', async (name) => {
    expect(await lostBy(moves[name])).toEqual([]);
  });

  test('spare names of new directories where these are said to be safe', async () => {
    const careless = moves['into a new directory, whose parent is not synced'];
    expect(await lostBy(careless, 'safe')).toEqual([]);
  });

  test('catch a copy that syncs names only', async () => {
    const lost = await lostBy(async (fs) => {
      const to = await fs.open('/target/1.jsonl', OPEN.create, 0o600);
      const bytes = before.get('/home/projects/a/1.jsonl') ?? Buffer.alloc(0);
      await to.write(bytes, 0, bytes.length, null);
      const directory = await fs.open('/target', OPEN.directory);
      await directory.sync?.();
      await fs.unlink('/home/projects/a/1.jsonl');
      await to.sync?.();
    });
    expect(lost).toContain('; all lost');
    expect(lost).not.toContain('; all there');
  });

  test('try every set of independent changes, and none twice', async () => {
    const world = posixWorld({ '/d': null }, { reuseInodes: false });
    const power = recordPower(world);
    for (let index = 0; index < 10; index += 1)
      await world.fs.mkdir(`/d/${index}`, { mode: 0o700 });
    const states = [...power.crashStates()].map(({ build }) => treeText(build()));
    expect(states.length).toBe(2 ** 10 - 1);
    expect(new Set(states).size).toBe(states.length);
    expect([...power.crashStates({ when: 'end' })].length).toBe(2 ** 10);
    expect(power.mostPending()).toBe(10);
  });

  test('keep the order of the changes of one name, and a rename whole', async () => {
    const world = posixWorld({ '/a': 'a', '/d': null }, { reuseInodes: false });
    const power = recordPower(world);
    await world.fs.mkdir('/d/new', { mode: 0o700 });
    await world.fs.rename('/a', '/d/new/b');
    await world.fs.rename('/d/new/b', '/c');
    const states = [...power.crashStates({ when: 'end' })].map(({ build }) => treeText(build()));
    expect(states.toSorted()).toEqual([
      '/a /d',
      '/a /d /d/new',
      '/c /d /d/new',
      '/d /d/new /d/new/b',
    ]);
  });

  test('take samples where there are many changes', async () => {
    const world = posixWorld({ '/d': null }, { reuseInodes: false });
    const power = recordPower(world);
    for (let index = 0; index < 30; index += 1)
      await world.fs.mkdir(`/d/${index}`, { mode: 0o700 });
    const states = [...power.crashStates({ when: 'end' })];
    expect(states.length).toBeGreaterThan(100);
    expect(states.length).toBeLessThan(200);
  });
});

describe('user bytes', () => {
  test('are read from the real disk alike', () => {
    const root = mkdtempSync(join(tmpdir(), 'bytes-'));
    try {
      stageOnDisk(root, sampleTree);
      const onDisk = filesOnDisk([root, join(root, 'none')]);
      expect([...onDisk].map(([path, bytes]) => [path.slice(root.length), bytes])).toEqual([
        ...before,
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('a rename over another file is caught', async () => {
    const world = posixWorld({ ...sampleTree, '/target/1.jsonl': 'of another home\n' });
    const before = filesIn(world);
    await moves['rename over'](world.fs);
    expect(everyByteReachable(before, filesIn(world))).toEqual([
      { path: '/target/1.jsonl', content: 'of another home\n' },
    ]);
  });

  test('a generation may grow, and a fragment may stand in the middle', () => {
    const before = filesIn(posixWorld({ '/a': '1\n2\n', '/b': '3\n', '/empty': '' }));
    const after = filesIn(posixWorld({ '/elsewhere/c': '1\n2\n3\n4\n' }));
    expect(everyByteReachable(before, after)).toEqual([]);
  });

  test('the middle of a line is no place for a fragment', () => {
    const before = filesIn(posixWorld({ '/b': '3\n' }));
    expect(everyByteReachable(before, filesIn(posixWorld({ '/c': '1\n23\n' })))).toHaveLength(1);
  });

  test('only what lies below the given roots counts, and links are not followed', () => {
    const world = posixWorld({ '/a/f': '1\n', '/b/l': { link: '/a' } });
    expect([...filesIn(world, ['/b', '/none']).keys()]).toEqual([]);
    expect([...filesIn(world, ['/a']).keys()]).toEqual(['/a/f']);
  });
});

/** All paths of a world. */
function treeText(world: ReturnType<typeof posixWorld>): string {
  const paths: string[] = [];
  const look = ({ entries = new Map() }: ImageNode, path: string): void => {
    for (const [name, child] of entries) {
      paths.push(`${path}/${name}`);
      look(child, `${path}/${name}`);
    }
  };
  look(world.image().root, '');
  return paths.toSorted().join(' ');
}

/** In which states after a power failure something of the sample is missing. */
async function lostBy(
  run: (fs: MigrateFs) => Promise<void>,
  newDirectories: 'safe' | 'unsafe' = 'unsafe',
): Promise<readonly string[]> {
  const world = posixWorld(sampleTree, { reuseInodes: false });
  const power = recordPower(world, { newDirectories });
  await run(world.fs);
  const lost: string[] = [];
  for (const state of power.crashStates()) {
    const missing = everyByteReachable(before, filesIn(state.build()));
    if (missing.length > 0) lost.push(`${state.lost.join(', ')}; ${state.data}`);
  }
  return lost;
}
