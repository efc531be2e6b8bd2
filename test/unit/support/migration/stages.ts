import { type DiskImage, imageOfTree, type Tree } from '../disk-image.ts';
import { failWith } from '../posix-error.ts';
import { type PosixWorld, posixWorldOf } from '../posix-memfs.ts';
import type { VolumeOptions } from '../posix-volume.ts';
import { callsOn } from './calls.ts';

/** Sessions of the stages. */
export const ONE = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
export const TWO = '7a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

/** Lines of a transcript, numbered. */
export function lines(from: number, to: number): string {
  let text = '';
  for (let number = from; number <= to; number += 1) text += `{"n":${String(number)}}\n`;
  return text;
}

/** The command that is proved on a stage. */
export type Command =
  | { readonly call: 'migrate' | 'archive' }
  | { readonly call: 'restore'; readonly home: string }
  | { readonly call: 'delete'; readonly path: string };

/** Something that another program does once while the command runs: right before the given call. */
export interface Meanwhile {
  readonly isMoment: (call: string, path: string, to?: string) => boolean;
  /** Returns what it has written, by path. */
  readonly act: (world: PosixWorld) => Readonly<Record<string, string>>;
}

/** A disk, and a command that runs on it. */
export interface Stage {
  readonly image: DiskImage;
  readonly volume: VolumeOptions;
  readonly command: Command;
  readonly homes: readonly string[];
  /** The names that are shared. */
  readonly names: readonly string[];
  readonly live: 'merge' | 'refuse';
  readonly preferShared: readonly string[];
  readonly preferHome: readonly string[];
  readonly meanwhile?: Meanwhile;
}

/** A disk with these files, on which `projects` of all homes is migrated unless something else is said. */
export function stage(tree: Tree, more: Partial<Stage> = {}): Stage {
  return {
    image: imageOfTree({ '/s': null, ...tree }),
    volume: {},
    command: { call: 'migrate' },
    homes: ['/a', '/b'].filter((home) => Object.keys(tree).some((it) => it.startsWith(`${home}/`))),
    names: ['projects'],
    live: 'refuse',
    preferShared: [],
    preferHome: [],
    ...more,
  };
}

/** A world with the disk of a stage. */
export function worldOf({ image, volume }: Pick<Stage, 'image' | 'volume'>): PosixWorld {
  return posixWorldOf(image, volume);
}

/** The same stage, after something was done on its disk. */
export async function after(
  staged: Stage,
  act: (world: PosixWorld) => Promise<unknown> | undefined,
): Promise<Stage> {
  const world = worldOf(staged);
  await act(world);
  world.onCall = undefined;
  return { ...staged, image: world.image() };
}

/** The same stage, after a migration of it that ended `done`. */
export async function migrated(staged: Stage): Promise<Stage> {
  return await after(staged, async (world) => {
    const { ok, outcome } = await callsOn(staged, world.fs, 7001).migrate();
    if (!ok) throw new Error(`not migrated: ${outcome}`);
  });
}

/** The same stage, after a run of its command whose process died right before a call. */
export async function diedBefore(staged: Stage, isLast: Meanwhile['isMoment']): Promise<Stage> {
  return await after(staged, async (world) => {
    const dead: string[] = [];
    world.onCall = (call, path, to) => {
      if (dead.length > 0 || isLast(call, path, to)) dead.push(call);
      if (dead.length > 0) failWith('EDEAD');
    };
    await callsOn(staged, world.fs, 8001).command();
    if (dead.length === 0) throw new Error('it should have died');
  });
}

/** Writes files, and returns them. */
export function write(world: PosixWorld, files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    world.memfs.mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o700 });
    world.memfs.writeFileSync(path, content, { mode: 0o600 });
  }
  return files;
}

/** Replaces a file as editors do: a temporary file, renamed over it. */
export function edit(world: PosixWorld, path: string, content: string) {
  write(world, { [`${path}.tmp`]: content });
  move(world, `${path}.tmp`, path);
  return { [path]: content };
}

/** Renames a file, before this returns. */
export function move(world: PosixWorld, from: string, to: string): void {
  world.fs.rename(from, to).catch((error: unknown) => {
    throw error;
  });
}

/** Appends to a file, and returns what. */
export function append(world: PosixWorld, path: string, content: string) {
  world.memfs.appendFileSync(path, content);
  return { [path]: content };
}
