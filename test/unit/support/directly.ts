import type { MigrateFs } from 'claude-shared-state/migrate';
import { type Facts, factsOf } from '../../../src/migrate/disk/facts.ts';
import type { Tools } from '../../../src/migrate/tools.ts';
import { type Call, inPlace, NOW } from './migrating.ts';
import { posixError } from './posix-error.ts';
import { randomFrom } from './seeded-random.ts';
import { snapshot, type World } from './world.ts';

/** What parts of a run are given that are tested by themselves. */
export function toolsOn(fs: MigrateFs, isLive = false): Tools {
  return {
    fs,
    random: randomFrom(1),
    now: NOW.getTime(),
    isLive,
    signal: undefined,
    onProgress: undefined,
    pause: () => Promise.resolve(),
  };
}

/** What is known of a file that is there. */
export function factsIn(world: World, path: string): Facts {
  return factsOf(world.fs.lstatSync(inPlace(world, path), { bigint: true }));
}

/** How a call of the file system fails. */
export function fails(code: string): never {
  throw posixError(code, 'injected');
}

/** Tells a call on a certain file from others. */
export const isCallOn = (world: World, meant: Call, file: string) => (call: Call, path: string) =>
  call === meant && path === inPlace(world, file);

/** Removes a file when it is told to. */
export const removing = (world: World, file: string) => () => {
  world.fs.unlinkSync(inPlace(world, file));
};

/** The temporary names of the library that are left in a world. */
export function temporariesIn(world: World): readonly string[] {
  return Object.keys(snapshot(world)).filter((path) => /state-[0-9a-f]{16}$/.test(path));
}
