import { dirname, join } from 'node:path';
import {
  deleteRestorePoint,
  type DeleteRestorePointOptions,
  listRestorePoints,
  type MigrateFs,
  planRestore,
  restore,
  type RestoreOptions,
  type WideStats,
} from 'claude-shared-state/migrate';
import { type Call, contents, hooked, type Hooks, ID, usual } from './migrating.ts';
import { isThorough } from './proof.ts';
import { at, inWorld, requiredIn, type World } from './world.ts';

// What the stories of users are told with, beyond the support for all tests of migrations.

/** A session record as Claude Code keeps it; of a process that started at `1`, as in `processesWith`. */
export function record(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ sessionId: ID, cwd: '/', procStart: '1', status: 'idle', ...more });
}

/** The option that shares nothing but `projects`: for sweeps, which then have less to go through. */
export function onlyProjects(world: World) {
  return { required: requiredIn(world).filter(({ name }) => name === 'projects') };
}

/** Gives a home its directories back. */
export async function giveBack(world: World, home: string, options: RestoreOptions = {}) {
  const { required: _, ...rest } = usual(world);
  return await restore(at(world, home), { ...rest, ...options });
}

export async function planBack(world: World, home: string) {
  const { fs, now, processInspector } = usual(world);
  return await planRestore(at(world, home), { fs, now, processInspector });
}

/** The restore points of homes, the oldest first. */
export async function pointsOf(world: World, ...homes: readonly string[]) {
  const listed = await listRestorePoints(
    homes.map((home) => at(world, home)),
    { fs: world.fs },
  );
  return listed.restorePoints;
}

/** The states of the restore points of homes, the oldest first. */
export async function statesOf(world: World, ...homes: readonly string[]) {
  return (await pointsOf(world, ...homes)).map(({ state }) => state);
}

/** Deletes every restore point of homes; returns the reports. */
export async function pruneAll(
  world: World,
  homes: readonly string[],
  options: DeleteRestorePointOptions = {},
) {
  const { required: _, ...rest } = usual(world);
  const reports = [];
  for (const { path } of await pointsOf(world, ...homes)) {
    reports.push(await deleteRestorePoint(path, { ...rest, ...options }));
  }
  return reports;
}

/** What is at a path: a directory, a link and where it leads, a file, or nothing. */
export function kindAt(world: World, path: string): string {
  const { fs } = world;
  const full = at(world, path);
  try {
    const stats = fs.lstatSync(full, { bigint: true });
    if (stats.isDirectory()) return 'directory';
    if (!stats.isSymbolicLink()) return 'file';
    return `link to ${String(fs.readlinkSync(full)).replace(`${world.root}/`, '')}`;
  } catch {
    return 'nothing';
  }
}

/** The link that every home must have, as `kindAt` says it. */
export const PROJECTS_LINK = 'link to shared/.claude-projects-shared';

/** Those of the texts that no file has anywhere: a file that contains a text has it. */
export function lostOf(world: World, texts: readonly string[]): readonly string[] {
  const all = contents(world);
  return texts.filter((text) => !all.some((content) => content.includes(text)));
}

/** Removes a tree, as a person does by hand. */
export function removeByHand(world: World, path: string): void {
  const { fs } = world;
  if (kindAt(world, path) === 'nothing') return;
  if (kindAt(world, path) !== 'directory') {
    fs.unlinkSync(at(world, path));
    return;
  }
  for (const name of fs.readdirSync(at(world, path))) {
    removeByHand(world, join(path, String(name)));
  }
  fs.rmdirSync(at(world, path));
}

/** A call fails with a code, as the system says it. */
export function failWith(code: string): never {
  throw Object.assign(new Error(`${code}: by the test`), { code });
}

/** Calls that fail with a code, as often as they are made. */
export function failing(
  code: string,
  isMeant: (call: Call, path: string, to?: string) => boolean,
): Hooks {
  return {
    before: (call, path, to) => {
      if (isMeant(call, path, to)) failWith(code);
    },
  };
}

/** Whether a path is below another one. */
export function isBelow(path: string, directory: string): boolean {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    if (above === directory) return true;
  }
  return false;
}

/** Which calls are tried: in CI every one in memory and some on the disk, otherwise a sample of them. */
const STRIDES = isThorough ? { memory: 1, disk: 17 } : { memory: 7, disk: 68 };
const CHANGES: ReadonlySet<Call> = new Set<Call>([
  'copyFile',
  'link',
  'mkdir',
  'rename',
  'rmdir',
  'symlink',
  'unlink',
  'utimes',
  'handle.chmod',
  'handle.utimes',
  'handle.write',
]);

/**
 * Tells a story once for each call of a run: something happens at the first call, in the next world at the second one, and
 * so on, until a story ends before its moment has come.
 *
 * @param tell - Tells the story in a new world; asks `moment` at every call whether it is the one.
 */
export async function everyCall(
  kind: World['kind'],
  tell: (world: World, moment: (call: Call, path: string) => boolean) => Promise<void>,
  counts: (call: Call) => boolean = () => true,
): Promise<void> {
  for (let count = 1; ; count += STRIDES[kind]) {
    let calls = 0;
    let last = '';
    const moment = (call: Call, path: string) => {
      if (!counts(call)) return false;
      calls += 1;
      if (calls === count) last = `call ${count}: ${call} ${path}`;
      return calls === count;
    };
    await inWorld(kind, async (world) => {
      try {
        await tell(world, moment);
      } catch (error) {
        throw new Error(`${last}: ${String(error)}`, { cause: error });
      }
    });
    if (last === '') {
      if (count === 1) throw new Error('there was no call');
      return;
    }
  }
}

/** The same for the calls that change something: to die after any other one leaves the same disk. */
export async function everyChange(
  kind: World['kind'],
  tell: (world: World, moment: (call: Call, path: string) => boolean) => Promise<void>,
): Promise<void> {
  await everyCall(kind, tell, (call) => CHANGES.has(call));
}

/** The facts of a file that a file system may show otherwise than it is. */
type Shown = Partial<Record<'ino' | 'dev' | 'nlink', bigint>>;

/** A file system that shows some facts otherwise: of one that was made of several, say. */
export function showing(
  world: World,
  shown: (path: string, stats: WideStats) => Shown,
  hooks: Hooks = {},
): MigrateFs {
  const fs = hooked(world, hooks);
  const show = (path: string, stats: WideStats): WideStats => {
    const other = shown(path, stats);
    return new Proxy(stats, {
      get: (target, name): unknown =>
        Reflect.has(other, name) ? Reflect.get(other, name) : Reflect.get(target, name, target),
    });
  };
  return {
    ...fs,
    lstat: async (path, options) => show(path, await fs.lstat(path, options)),
    stat: async (path, options) => show(path, await fs.stat(path, options)),
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      return { ...handle, stat: async (options) => show(path, await handle.stat(options)) };
    },
  };
}
