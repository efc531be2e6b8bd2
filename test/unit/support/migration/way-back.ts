import { requiredSharedUnder } from 'claude-shared-state';
import {
  migrate,
  type MigrateFs,
  restore,
  type RestoreOptions,
  retireOriginals,
  type RetireOptions,
} from 'claude-shared-state/migrate';
import { randomFrom } from '../seeded-random.ts';
import { at, makeFile, requiredIn, type World } from '../world.ts';

/** Sessions of the tests. */
export const ONE = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
export const TWO = '7a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

/** Lines of a transcript, numbered. */
export function lines(from: number, to: number, of = 'n'): string {
  let text = '';
  for (let number = from; number <= to; number += 1) text += `{"${of}":${String(number)}}\n`;
  return text;
}

let pid = 100;

/** What every call of a test is given; each is another process, and all earlier ones have ended. */
export function optionsIn(world: World, fs: MigrateFs = diskOf(world)) {
  return { ...optionsOn(fs, at(world, 'shared')), required: requiredIn(world) };
}

/** The same without a world: the targets are under `root`. */
export function optionsOn(fs: MigrateFs, root: string) {
  pid += 1;
  const own = pid;
  return {
    required: requiredSharedUnder(root),
    fs,
    pid: own,
    now: new Date('2026-01-02T03:04:05Z'),
    random: randomFrom(own),
    pause: () => Promise.resolve(),
    processInspector: {
      status: () => Promise.resolve({ state: 'exited' } as const),
      self: () => Promise.resolve({ pid: own, start: '1', pidNamespace: 'test' }),
    },
  };
}

export function diskOf(world: World): MigrateFs {
  return world.fs.promises;
}

/** A home `a` with one session, and what belongs to it. */
export function makeHome(world: World, home = 'a', session = ONE): string {
  makeFile(world, at(world, `${home}/projects/-app/${session}.jsonl`), lines(1, 3));
  makeFile(world, at(world, `${home}/projects/-app/memory/MEMORY.md`), 'first\n');
  makeFile(world, at(world, `${home}/file-history/${session}/1@v1`), 'before\n');
  return at(world, home);
}

export async function migrateIn(world: World, homes: readonly string[]) {
  return await migrate(homes, { ...optionsIn(world), live: 'merge', acceptRetention: true });
}

export async function restoreIn(world: World, home: string, options: Partial<RestoreOptions> = {}) {
  return await restore(home, { ...optionsIn(world), ...options });
}

export async function retireIn(
  world: World,
  originals: string,
  options: Partial<RetireOptions> = {},
) {
  const { required: _, ...usual } = optionsIn(world);
  return await retireOriginals(originals, { ...usual, ...options });
}

/** The same disk, on which something else happens right after a call that changes a name. */
export function hooked(
  fs: MigrateFs,
  after: (call: 'rename' | 'unlink' | 'symlink', path: string) => void,
): MigrateFs {
  return {
    access: (path, mode) => fs.access(path, mode),
    lstat: (path, options) => fs.lstat(path, options),
    stat: (path, options) => fs.stat(path, options),
    readFile: (path, encoding) => fs.readFile(path, encoding),
    readlink: (path) => fs.readlink(path),
    realpath: (path) => fs.realpath(path),
    opendir: (path, options) => fs.opendir(path, options),
    open: (path, flags, mode) => fs.open(path, flags, mode),
    link: (existing, path) => fs.link(existing, path),
    mkdir: (path, options) => fs.mkdir(path, options),
    rmdir: (path) => fs.rmdir(path),
    utimes: (path, accessed, modified) => fs.utimes(path, accessed, modified),
    rename: async (from, to) => {
      await fs.rename(from, to);
      after('rename', to);
    },
    unlink: async (path) => {
      await fs.unlink(path);
      after('unlink', path);
    },
    symlink: async (target, path, type) => {
      await fs.symlink(target, path, type);
      after('symlink', path);
    },
  };
}
