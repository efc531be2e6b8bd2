import { childOf, lastSegmentOf, parentOf } from '../../paths.ts';
import { bringBack } from './bring-back.ts';
import { makeDirectory, syncDirectories, syncDirectory } from '../disk/directories.ts';
import { appendGrowth } from '../merge/append-growth.ts';
import { factsAt } from '../disk/look.ts';
import { Merge, type Source } from '../merge/merge.ts';
import { mergeUntilQuiet } from '../merge/merge-until-quiet.ts';
import { addAllGrown } from './displaced.ts';
import type { Leftover } from '../report.ts';
import type { Returning } from './returning.ts';
import { readRun, type Run } from '../record/runs.ts';
import { reuniteMoved } from './reunite-moved.ts';
import { splitNames } from '../sweep/split-names.ts';
import { displacedIn } from '../sweep/sweep-displaced.ts';
import { LinkedFiles } from '../record/linked-files.ts';

/** Brings what came late into a directory that is back in its home. */
export async function completeReturn(returning: Returning, path: string): Promise<void> {
  const { tools, run: runPath } = returning;
  returning.root = path;
  returning.isInHome = true;
  await makeDirectory(tools.fs, path);
  await syncDirectory(tools.fs, parentOf(path));
  await syncDirectory(tools.fs, runPath);
  const run = await readRun(tools.fs, runPath, lastSegmentOf(runPath));
  await bringBack(returning);
  await mergeRecreated(returning, run);
  if (!run.isSealed) await addDisplaced(returning);
}

/** Looks once more at everything that somebody may have had open while it lost its name. */
export async function bringLate(returning: Returning): Promise<void> {
  await mergeAgain(returning);
  await addAllGrown(returning);
  await reuniteMoved(returning);
}

/** Merges the directories that Claude Code made anew while neither the link nor the directory was there. */
async function mergeRecreated(returning: Returning, run: Run): Promise<void> {
  const { tools, name, root } = returning;
  const sources = run.recreated
    .filter((it) => it.name === name && !returning.swept.has(it.entry))
    .map(({ entry }): Source => ({
      root: childOf(run.path, entry),
      run: run.path,
      isInHome: false,
      isFragmentary: true,
      canLink: true,
      linked: new LinkedFiles(),
      isLeft: () => false,
    }));
  const merge = new Merge(tools, name, root);
  merge.olderTrees.push(returning.target);
  returning.recreated = { merge, sources };
  await mergeAgain(returning);
}

async function mergeAgain({ tools, recreated, leftovers }: Returning): Promise<void> {
  const { merge, sources = [] } = recreated ?? {};
  if (merge === undefined || sources.length === 0) return;
  for (const { path } of leftoversOf(merge)) leftovers.delete(path);
  await mergeUntilQuiet(merge, sources, { isThorough: true, onFiles: () => undefined });
  for (const source of sources) await splitNames(merge, source);
  await syncDirectories(tools.fs, merge.touched);
  merge.touched.clear();
  for (const leftover of leftoversOf(merge)) {
    if (leftover.reason !== 'dead-cache') leftovers.set(leftover.path, leftover);
  }
}

function leftoversOf({ leftovers, stuck }: Merge): readonly Leftover[] {
  return [...leftovers, ...stuck.map(({ leftover }) => leftover)];
}

/** A run that did not come to its end may have displaced files to which something was appended at that moment. */
async function addDisplaced(returning: Returning): Promise<void> {
  const {
    tools: { fs },
    name,
    root,
    run,
  } = returning;
  for (const { at, path, offset } of await displacedIn(fs, run, name)) {
    const to = childOf(root, path);
    if (name !== 'projects' || (await factsAt(fs, to)) === undefined) continue;
    const growth = await appendGrowth(fs, at, offset, to);
    if (growth.kind === 'changed') returning.leave(at, 'changed');
  }
}
