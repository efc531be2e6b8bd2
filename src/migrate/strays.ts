import { childOf } from '../paths.ts';
import { removeName } from './directories.ts';
import { incomingOf, isTemporaryName } from './layout.ts';
import { entriesAt, type Found } from './look.ts';
import type { Merge, Source } from './merge.ts';
import { stopIfAborted } from './tools.ts';
import { isDirectory, walkTogether } from './walk.ts';

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
    if (when === 'beginning' && hasOtherNames(found)) continue;
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
      if (!isTemporaryName(name) || !hasOtherNames(copies[0])) continue;
      await removeName(fs, childOf(merge.target, path));
    }
    return groups.filter(
      ({ copies }) => isDirectory(copies[0]) && copies.slice(1).some(isDirectory),
    );
  });
}

const TRIAL = /^\.[0-9a-f]{16}$/;

/** No file loses its last name. */
function hasOtherNames(found: Found | undefined): boolean {
  return (
    found !== undefined && found !== 'unrepresentable' && found.kind === 'file' && found.names > 1
  );
}
