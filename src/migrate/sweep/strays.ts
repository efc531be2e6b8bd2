import { childOf, parentOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { makeDirectory, removeName } from '../disk/directories.ts';
import type { Facts } from '../disk/facts.ts';
import { displacedAt, incomingOf, isTemporaryName, stateOf } from '../record/layout.ts';
import { entriesAt, factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { stopIfAborted } from '../tools.ts';
import { isDirectory, isFile, walkTogether } from '../disk/walk.ts';

/*
 * Removes the names for a moment that a run which died has left. Only for who holds the locks: to everybody else they
 * may be those of a run that lives.
 */

/**
 * Those beside the target: copies of what is still where it came from, and trials. Copies that had got another name
 * only at the end: by them it can be told that their other name may go.
 */
export async function clearIncoming(
  { tools: { fs }, target }: Merge,
  when: 'beginning' | 'end',
): Promise<void> {
  const incoming = incomingOf(target);
  for (const [name, found] of await entriesAt(fs, incoming)) {
    if (!isTemporaryName(name) && !TRIAL.test(name)) continue;
    if (when === 'beginning' && isFile(found) && found.names > 1) continue;
    await removeName(fs, childOf(incoming, name));
  }
}

/** Those in the target, wherever one of some trees has a directory. */
export async function removeStrays(merge: Merge, sources: readonly Source[]): Promise<void> {
  const { fs } = merge.tools;
  const roots = [merge.target, ...sources.map(({ root }) => root)];
  await walkTogether(fs, roots, async (groups) => {
    stopIfAborted(merge.tools);
    for (const { name, path, copies } of groups) {
      const [found] = copies;
      if (!isTemporaryName(name) || !isFile(found)) continue;
      const at = childOf(merge.target, path);
      if (found.names > 1) await removeName(fs, at);
      else await setAside(merge, path, found);
    }
    return groups.filter(
      ({ copies }) => isDirectory(copies[0]) && copies.slice(1).some(isDirectory),
    );
  });
}

const TRIAL = /^\.[0-9a-f]{16}$/;

/** No file loses its last name: it may be all that there is of a generation that was replaced since. */
async function setAside(merge: Merge, path: string, { size }: Facts): Promise<void> {
  const { fs } = merge.tools;
  const keepAt = childOf(displacedAt(stateOf(merge.target), merge.name, 'target', size), path);
  await makeDirectory(fs, parentOf(keepAt));
  const from = childOf(merge.target, path);
  if ((await factsAt(fs, keepAt)) === undefined) await must(from, fs.rename(from, keepAt));
}
