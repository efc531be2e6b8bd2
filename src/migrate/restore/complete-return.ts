import { childOf, lastSegmentOf, parentOf } from '../../paths.ts';
import { bringBack } from './bring-back.ts';
import { makeDirectory, syncDirectories, syncDirectory } from '../disk/directories.ts';
import { appendGrowth } from '../merge/append-growth.ts';
import { factsAt } from '../disk/look.ts';
import { Merge, type Source } from '../merge/merge.ts';
import { mergeUntilQuiet } from '../merge/merge-until-quiet.ts';
import type { Returning } from './returning.ts';
import { readRun, type Run } from '../record/runs.ts';
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

/** Merges the directories that Claude Code made anew while neither the link nor the directory was there. */
async function mergeRecreated(returning: Returning, run: Run): Promise<void> {
  const { tools, name, root } = returning;
  const sources = run.recreated
    .filter((it) => it.name === name)
    .map(({ entry }): Source => ({
      root: childOf(run.path, entry),
      run: run.path,
      isInHome: false,
      isFragmentary: true,
      canLink: true,
      linked: new LinkedFiles(),
      isLeft: () => false,
    }));
  if (sources.length === 0) return;
  const merge = new Merge(tools, name, root);
  await mergeUntilQuiet(merge, sources, { isThorough: true, onFiles: () => undefined });
  for (const source of sources) await splitNames(merge, source);
  await syncDirectories(tools.fs, merge.touched);
  for (const { path, reason } of [...merge.leftovers, ...merge.stuck.map((it) => it.leftover)]) {
    if (reason !== 'dead-cache') returning.leave(path, reason);
  }
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
