import { join } from 'node:path';
import type { DeleteRestorePointOptions } from 'claude-shared-state/migrate';
import type { Call } from './hooked.ts';
import { contents, ID } from './migrating.ts';
import { isThorough } from './proof.ts';
import { deleting, restorePointsIn } from './way-back.ts';
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

/** The states of the restore points of homes, the oldest first. */
export async function statesOf(world: World, ...homes: readonly string[]) {
  return (await restorePointsIn(world, ...homes)).map(({ state }) => state);
}

/** Deletes every restore point of homes; returns the reports. */
export async function pruneAll(
  world: World,
  homes: readonly string[],
  options: DeleteRestorePointOptions = {},
) {
  const reports = [];
  for (const { path } of await restorePointsIn(world, ...homes)) {
    reports.push(await deleting(world, path, options));
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

/** Which calls are tried: in CI every one in memory and some on the disk, otherwise a sample of them. */
const STRIDES = isThorough ? { memory: 1, disk: 17 } : { memory: 11, disk: 101 };
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
