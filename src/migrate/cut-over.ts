import { CallError, orThrow, tolerate, toResult } from '../core/result.ts';
import { lstatOrUndefined, makeDurableDirectories, removeName, syncDirectory } from '../fs/io.ts';
import { textOf } from '../fs/port.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { dirname, join } from '../core/paths.ts';
import { type Context, type OnFiles, stopIfAborted } from './context.ts';
import { homeStateOf, preparedLinkOf, restorePointsOf } from './layout.ts';
import { failedCall, migrationProblem, type MigrationProblem } from './problems.ts';
import { putLink, putPrepared } from '../fs/put-link.ts';
import { freeName, removeIfEmpty } from './restore-points.ts';
import { requireLocks } from './run.ts';
import type { SurveyedEntry, SurveyedHome } from './scan/homes.ts';

/** A directory that was moved away. */
interface MovedTree {
  readonly entry: SurveyedEntry;
  readonly root: string;
  readonly isFragment: boolean;
  /** When its link was prepared; nanoseconds of the file system's clock. */
  readonly cutOverAt: bigint;
}

/** What was moved away from one home, and why it stopped if it did. */
export interface CutOver {
  readonly moved: readonly MovedTree[];
  readonly restorePoint?: string;
  readonly problem?: MigrationProblem;
}

/** While `projects` is shared and `file-history` is not, a rewind destroys files, so `projects` comes last. */
export function projectsLast<Item extends { readonly name: string }>(
  items: readonly Item[],
): readonly Item[] {
  const rank = ({ name }: Item) => (name === 'projects' ? 1 : 0);
  return items.toSorted((one, other) => rank(one) - rank(other));
}

/**
 * Replaces the directories of one home by links: each is renamed into the restore point, and the link, which was prepared there,
 * gets its place at once.
 *
 * What fails leaves the directory in its place. If the process ends between the two calls, the next run finds the directory
 * in an unfinished restore point, and creates the link.
 */
export async function cutOver(
  context: Context,
  home: SurveyedHome,
  runId: string,
  locks: HeldLocks,
  onDirectories: OnFiles,
): Promise<CutOver> {
  const { fs } = context;
  const entries = projectsLast(home.entries).filter(({ directory }) => directory !== undefined);
  if (entries.length === 0) return { moved: [] };
  const restorePoint = await prepareRestorePoint(context, home, runId, entries);
  const moved: MovedTree[] = [];
  const cutOverAll = async (): Promise<MigrationProblem | undefined> => {
    for (const entry of entries) {
      stopIfAborted(context);
      const result = await cutOverOne(context, entry, restorePoint, locks);
      moved.push(...result.moved);
      if (result.problem !== undefined) return result.problem;
      onDirectories(1, 0);
    }
    return undefined;
  };
  const result = await toResult(cutOverAll());
  if (!result.ok || result.value !== undefined) await removeIfEmpty(fs, restorePoint);
  if (!result.ok) throw result.error;
  if (result.value !== undefined) return { moved, restorePoint, problem: result.value };
  // Not before: syncing after each one would widen the gap.
  await syncDirectory(fs, home.realHome);
  await syncDirectory(fs, restorePoint);
  return { moved, restorePoint };
}

/** Makes durable what the way back needs, before anything is moved. */
async function prepareRestorePoint(
  context: Context,
  home: SurveyedHome,
  runId: string,
  entries: readonly SurveyedEntry[],
): Promise<string> {
  const { fs } = context;
  const { realHome } = home;
  const earlier = home.unfinished.at(-1)?.path;
  const path = earlier ?? join(restorePointsOf(realHome), runId);
  await makeDurableDirectories(fs, path);
  for (const { name, target } of entries) {
    const prepared = preparedLinkOf(path, name);
    const made = await tolerate(['EEXIST'], prepared, fs.symlink(target, prepared, 'junction'));
    if (made.ok) continue;
    // Of an earlier run, perhaps with the target in another spelling.
    const text = await orThrow(prepared, fs.readlink(prepared));
    if (textOf(text) === target) continue;
    await removeName(fs, prepared);
    await orThrow(prepared, fs.symlink(target, prepared, 'junction'));
  }
  for (const directory of [path, restorePointsOf(realHome), homeStateOf(realHome), realHome]) {
    await syncDirectory(fs, directory);
  }
  return path;
}

const MAX_RECREATED = 2;
// The program's second attempt follows its `mkdir` within a few milliseconds, or a few hundred on a busy machine.
const UNTIL_FILLED_MS = 1000;

async function cutOverOne(
  context: Context,
  entry: SurveyedEntry,
  restorePoint: string,
  locks: HeldLocks,
): Promise<{ readonly moved: readonly MovedTree[]; readonly problem?: MigrationProblem }> {
  const { fs } = context;
  const { name, path, realPath, target } = entry;
  const moved: MovedTree[] = [];
  const prepared = preparedLinkOf(restorePoint, name);
  const cutOverAt = (await lstatOrUndefined(fs, prepared))?.mtimeNs ?? 0n;
  for (let attempt = 0; ; attempt += 1) {
    const isFragment = attempt > 0 || entry.isFragment;
    const root = isFragment ? await freeName(fs, restorePoint, name) : join(restorePoint, name);
    await requireLocks(locks, path);
    const renamed = await toResult(fs.rename(realPath, root));
    // The call may have taken effect all the same.
    if (!renamed.ok && (await lstatOrUndefined(fs, root)) === undefined) {
      const problem =
        renamed.errno === 'EXDEV'
          ? // Its layers could not be seen before.
            migrationProblem('place-unsuitable', { path, reason: 'source-in-lower-layer' })
          : failedCall({ path, code: renamed.errno }, 'move');
      return { moved, problem };
    }
    const put = await toResult(putPrepared(fs, prepared, target, realPath));
    if (!put.ok) {
      // Nothing must be missing: but what somebody else has put there stays.
      if ((await lstatOrUndefined(fs, realPath)) === undefined) {
        await orThrow(realPath, fs.rename(root, realPath));
      }
      throw put.error;
    }
    moved.push({ entry, root, isFragment, cutOverAt });
    if (put.value === 'link') return { moved };
    if (attempt === MAX_RECREATED) {
      return { moved, problem: migrationProblem('source-recreated', { path }) };
    }
    // Claude Code tries twice to append a record, and drops it silently if that fails, too: so a directory must not be taken
    // away right after it was created. Source: Claude Code 2.1.329.
    await context.sleep(UNTIL_FILLED_MS);
  }
}

/**
 * Creates the link where an earlier run moved the directory away and ended, or where a home has nothing: before anybody
 * starts to work there. It leads where that run wanted it to, as long as that exists.
 */
export async function putMissingLink(
  { fs }: Pick<Context, 'fs'>,
  { name, target, realTarget, realPath }: SurveyedEntry,
  { unfinished }: Pick<SurveyedHome, 'unfinished'>,
): Promise<void> {
  const recorded = unfinished.find(({ trees }) => trees.includes(name))?.targets.get(name);
  const isThere = recorded !== undefined && (await toResult(fs.realpath(recorded))).ok;
  // Through a dangling link, Claude Code silently saves nothing.
  if (!isThere) await makeDurableDirectories(fs, realTarget);
  if ((await putLink(fs, isThere ? recorded : target, realPath)) === 'directory') {
    throw new CallError(realPath, { code: 'EEXIST' });
  }
  await syncDirectory(fs, dirname(realPath));
}
