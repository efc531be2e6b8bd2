import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LinkFs, type LinkFsSync, requiredSharedUnder } from 'claude-shared-state';
import { type RetentionReadFs } from 'claude-shared-state/retention';
import type { MigrateFs, WideStats } from 'claude-shared-state/migrate';
import type { SessionReadFs } from 'claude-shared-state/sessions';
import { memfs } from 'memfs';

/** What tests use to set a stage and to look at it; both the real `fs` and memfs have it. */
interface StageFs extends LinkFsSync {
  readonly promises: MigrateFs & SessionReadFs & RetentionReadFs & LinkFs;
  lstatSync(path: string, options: { bigint: true }): WideStats;
  appendFileSync(path: string, content: string): void;
  renameSync(from: string, to: string): void;
  linkSync(existing: string, path: string): void;
  chmodSync(path: string, mode: number): void;
  existsSync(path: string): boolean;
  readdirSync(path: string): unknown[];
  readFileSync(path: string, encoding: 'utf8'): string | Uint8Array;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  utimesSync(path: string, accessed: number, modified: number): void;
  writeFileSync(path: string, content: string): void;
}

/** A place to test in: the same tests run in memory and on a real directory. */
export interface World {
  readonly kind: 'memory' | 'disk';
  /** A real path: nothing above it is a link. */
  readonly root: string;
  readonly fs: StageFs;
}

const makers: Record<World['kind'], () => World> = {
  memory: () => {
    // memfs asks for the user at every path that it looks up; the system is asked only once.
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const machine = {
      platform: process.platform,
      env: {},
      emitWarning: (message: string) => process.emitWarning(message),
      cwd: () => '/',
      getuid: () => uid,
      getgid: () => gid,
    };
    const { fs } = memfs({ '/world': null }, { process: machine });
    return { kind: 'memory', root: '/world', fs };
  },
  disk: () => {
    const root = nodeFs.mkdtempSync(join(nodeFs.realpathSync(tmpdir()), 'shared-state-'));
    return { kind: 'disk', root, fs: nodeFs };
  },
};

export const worldKinds = ['memory', 'disk'] as const;

/** Runs a test in a world of its own, which is gone afterwards. */
export async function inWorld<Result>(
  kind: World['kind'],
  test: (world: World) => Result | Promise<Result>,
): Promise<Result> {
  const world = makers[kind]();
  try {
    return await test(world);
  } finally {
    if (kind === 'disk') nodeFs.rmSync(world.root, { recursive: true, force: true });
  }
}

/** An absolute path in a world: `at(world, 'a/b')`. */
export function at(world: World, path: string): string {
  return join(world.root, path);
}

export function makeDirectory(world: World, path: string): string {
  if (!world.fs.existsSync(path)) {
    makeDirectory(world, dirname(path));
    world.fs.mkdirSync(path, { mode: 0o700 });
  }
  return path;
}

export function makeFile(world: World, path: string, content = ''): string {
  makeDirectory(world, dirname(path));
  world.fs.writeFileSync(path, content);
  return path;
}

export function makeLink(world: World, path: string, storedTarget: string): string {
  makeDirectory(world, dirname(path));
  world.fs.symlinkSync(storedTarget, path, 'junction');
  return path;
}

/** Every path below the root with what it is: a link and its text, a file and its content, a mode. */
export function snapshot(world: World, path = world.root): Readonly<Record<string, string>> {
  const { fs } = world;
  const found: Record<string, string> = {};
  const look = (one: string): void => {
    const entry = fs.lstatSync(one, { bigint: true });
    if (entry.isSymbolicLink()) found[one] = `link to ${String(fs.readlinkSync(one))}`;
    else if (entry.isFile()) found[one] = `file of ${String(fs.readFileSync(one, 'utf8'))}`;
    else if (!entry.isDirectory()) found[one] = 'other';
    else {
      found[one] = `directory ${(Number(entry.mode) & 0o777).toString(8)}`;
      for (const name of fs.readdirSync(one)) look(`${one}/${String(name)}`);
    }
  };
  look(path);
  return found;
}

/** The usual required list of a world, with its targets under `shared/`. */
export function requiredIn(world: World) {
  return requiredSharedUnder(at(world, 'shared'));
}
