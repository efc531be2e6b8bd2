import { requiredSharedUnder } from 'claude-shared-state';
import { migrate, type MigrateFs, restore } from 'claude-shared-state/migrate';
import { type DiskImage, imageOfTree, type Tree } from '../disk-image.ts';
import { type PosixWorld, posixWorldOf } from '../posix-memfs.ts';
import { randomFrom } from '../seeded-random.ts';

/** What somebody else does while a migration runs: it acts once, at the call that it is waiting for. */
export interface Meanwhile {
  readonly isMoment: (call: string, path: string, to?: string) => boolean;
  /** What is written there, by path; the contents are to survive, too. */
  readonly act: (world: PosixWorld) => Readonly<Record<string, string>>;
}

/** A disk, and what is to be migrated on it. */
export interface Stage {
  readonly image: DiskImage;
  /** The disk to which the way back leads. */
  readonly origin: DiskImage;
  readonly mounts: readonly string[];
  readonly homes: readonly string[];
  readonly names: readonly string[];
  readonly keepBoth: readonly string[];
  readonly live: 'merge' | 'refuse';
  readonly meanwhile: Meanwhile | undefined;
}

/** A disk with these files, and the usual decisions about it. */
export function stage(tree: Tree, more: Partial<Stage> = {}): Stage {
  const image = imageOfTree({ '/s': null, ...tree });
  return {
    image,
    origin: image,
    mounts: [],
    homes: ['/a', '/b'].filter((path) => Object.keys(tree).some((it) => it.startsWith(`${path}/`))),
    names: ['projects'],
    keepBoth: [],
    live: 'refuse',
    meanwhile: undefined,
    ...more,
  };
}

/** The processes of a case. What they do to a disk is the same every time, names with nonces included. */
export const FIRST = 9001;
export const SECOND = 9002;
export const THIRD = 9003;

function optionsOf({ names }: Stage, fs: MigrateFs, pid: number) {
  return {
    required: requiredSharedUnder('/s').filter(({ name }) => names.includes(name)),
    fs,
    pid,
    now: new Date(Date.UTC(2026, 0, 2, 3, 4, pid % 4)),
    random: randomFrom(pid),
    pause: () => Promise.resolve(),
    processInspector: {
      status: () => Promise.resolve({ state: 'exited' } as const),
      self: () => Promise.resolve({ pid, start: '1', pidNamespace: 'test' }),
    },
  };
}

/** Migrates a stage; every process before this one has ended. */
export async function migrateOn(staged: Stage, fs: MigrateFs, pid: number) {
  const { homes, keepBoth, live } = staged;
  return await migrate(homes, {
    ...optionsOf(staged, fs, pid),
    acceptRetention: true,
    keepBoth,
    live,
  });
}

export async function restoreOn(staged: Stage, fs: MigrateFs, accountHome: string, pid: number) {
  return await restore(accountHome, optionsOf(staged, fs, pid));
}

/** Makes files; tells which. */
export function write(world: PosixWorld, files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    world.memfs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o700 });
    world.memfs.writeFileSync(path, content, { mode: 0o600 });
  }
  return files;
}

/** As editors do: a temporary file, renamed over the other one. */
export function edit(world: PosixWorld, path: string, content: string) {
  write(world, { [`${path}.tmp`]: content });
  move(world, `${path}.tmp`, path);
  return { [path]: content };
}

/** Gives a file another name; it takes effect before this returns. */
export function move(world: PosixWorld, from: string, to: string): void {
  world.fs.rename(from, to).catch((error: unknown) => {
    throw error;
  });
}

/** Appends to a file; tells what. */
export function append(world: PosixWorld, path: string, content: string) {
  world.memfs.appendFileSync(path, content);
  return { [path]: content };
}

/** The same stage, after something has been done to it. */
export async function after(
  staged: Stage,
  act: (world: PosixWorld) => Promise<unknown>,
): Promise<Stage> {
  const world = posixWorldOf(staged.image, { mounts: staged.mounts });
  await act(world);
  world.onCall = undefined;
  return { ...staged, image: world.image() };
}

/** The same stage, after a migration of it whose process ended right before a call. */
export async function diedBefore(
  staged: Stage,
  isLast: Meanwhile['isMoment'],
  more: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  return await after(staged, async (world) => {
    const dead: string[] = [];
    world.onCall = (call, path, to) => {
      if (dead.length > 0 || isLast(call, path, to)) dead.push(call);
      if (dead.length > 0) throw Object.assign(new Error('EDEAD: it has ended'), { code: 'EDEAD' });
    };
    await migrateOn(staged, world.fs, 8001);
    if (dead.length === 0) throw new Error('it should have died');
    world.onCall = undefined;
    write(world, more);
  });
}
