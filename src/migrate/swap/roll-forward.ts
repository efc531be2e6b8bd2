import { childOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { removedLinkOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Survey } from '../plan/plan.ts';
import { putLink } from './put-link.ts';
import { isGoingBack } from '../record/runs.ts';
import { makeDirectory, removeName } from '../disk/directories.ts';
import { projectsLast } from './projects-last.ts';
import type { Tools } from '../tools.ts';

/**
 * Puts the link where a run that died had moved the directory aside, before anybody starts to work there: everything
 * had been merged by then. Where it died on the way back, the directory is moved back.
 */
export async function rollForward({ fs }: Tools, { homes }: Survey): Promise<void> {
  for (const { entries, pending } of homes) {
    for (const { name, path, target, realTarget, state } of projectsLast(
      entries,
      (entry) => entry.name,
    )) {
      const aside = pending.find(({ trees }) => trees.includes(name));
      if (state !== 'missing' || aside === undefined) continue;
      if (!isGoingBack(aside, name)) {
        // Behind a link that leads nowhere Claude Code writes nothing, and does not say so.
        await makeDirectory(fs, realTarget);
        await putLink(fs, target, path);
      } else if ((await factsAt(fs, path)) === undefined) {
        await must(path, fs.rename(childOf(aside.path, name), path));
        await removeName(fs, removedLinkOf(aside.path, name));
      }
    }
  }
}
