import { must } from '../disk/call-failure.ts';
import { setTimes, syncDirectories, syncDirectory } from '../disk/directories.ts';
import { secondsOf } from '../disk/facts.ts';
import { manifestOf, originalsOf, ownDirectoryOf, preparedLinkOf } from '../record/layout.ts';
import { writeManifest } from '../record/manifest.ts';
import type { LinkedFiles } from '../record/linked-files.ts';
import type { Migration } from '../migration.ts';
import { parentOf } from '../../paths.ts';
import { factsAt } from '../disk/look.ts';
import { stopIfAborted } from '../tools.ts';

/**
 * Makes durable that everything has a name in the targets, and writes down what this run knows: after this, and not
 * before, directories may be moved aside. A failed sync ends the run; it is never tried again.
 */
export async function makeDurable(migration: Migration): Promise<void> {
  const { tools, merges, homes, trees } = migration;
  const { fs } = tools;
  const targets = [];
  for (const [name, merge] of merges) {
    await keepTimes(migration, name);
    await syncDirectories(fs, merge.touched);
    merge.touched.clear();
    await syncDirectory(fs, merge.target);
    await syncDirectory(fs, parentOf(merge.target));
    const facts = await factsAt(fs, merge.target);
    if (facts === undefined) continue;
    const { device, inode, birth } = facts;
    targets.push({ name, target: merge.target, device, inode, birth });
  }
  for (const { run, realHome } of homes) {
    if (run === undefined) continue;
    stopIfAborted(tools);
    const own = trees.filter(({ source }) => source.run === run);
    const linked = new Map<string, LinkedFiles>(
      own.map(({ entry, source }) => [entry.name, source.linked]),
    );
    const left = new Map(own.map((tree) => [tree.entry.name, tree.left]));
    await writeManifest(fs, manifestOf(run), { targets, linked, left });
    // Where no link can be made nothing must be moved away.
    for (const { entry } of own) {
      const prepared = preparedLinkOf(run, entry.name);
      await must(prepared, fs.symlink(entry.target, prepared, 'junction'));
    }
    await syncDirectory(fs, run);
    await syncDirectory(fs, originalsOf(realHome));
    await syncDirectory(fs, ownDirectoryOf(realHome));
    await syncDirectory(fs, realHome);
  }
}

/** The directories that were made in the target get the time that they had: Claude Code deletes by it. */
export async function keepTimes({ tools, merges }: Migration, name: string): Promise<void> {
  for (const [path, modified] of merges.get(name)?.made ?? []) {
    if ((await factsAt(tools.fs, path)) === undefined) continue;
    await setTimes(tools.fs, path, secondsOf(modified));
  }
}
