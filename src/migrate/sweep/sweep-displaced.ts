import { childOf } from '../../paths.ts';
import { isTranscript } from '../kinds-of-files.ts';
import { type Side, withoutNonce } from '../record/layout.ts';
import { entriesAt, factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { addGrowth } from '../merge/add-growth.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { isDirectory, walkTogether } from '../disk/walk.ts';

/** A file that has lost its name to another generation, and what it was called. */
export interface Displaced {
  /** Where it is now. */
  readonly at: string;
  /** Relative to the target. */
  readonly path: string;
  readonly side: Side;
  /** Up to where it is known to be in the shared one. */
  readonly offset: number;
}

/** What has been displaced under one name, in one directory for that. */
export async function displacedIn(
  fs: MigrateReadFs,
  base: string,
  name: string,
): Promise<readonly Displaced[]> {
  const found: Displaced[] = [];
  for (const side of ['home', 'target'] as const) {
    const top = [name, side].reduce(childOf, childOf(base, 'displaced'));
    for (const [text, entry] of await entriesAt(fs, top)) {
      const offset = Number(text);
      if (!isDirectory(entry) || !Number.isSafeInteger(offset)) continue;
      const root = childOf(top, text);
      await walkTogether(fs, [root], (groups) => {
        for (const { path, copies } of groups) {
          if (isDirectory(copies[0])) continue;
          found.push({ at: childOf(root, path), path: withoutNonce(path), side, offset });
        }
        return Promise.resolve(groups.filter(({ copies }) => isDirectory(copies[0])));
      });
    }
  }
  return found;
}

/**
 * Brings what displaced transcripts have gained since into the target: somebody may have opened them before.
 *
 * @returns Whether anything has changed.
 */
export async function sweepDisplaced(
  merge: Merge,
  bases: readonly (Pick<Source, 'isFresh'> & { readonly path: string })[],
): Promise<boolean> {
  const { fs } = merge.tools;
  let hasChanged = false;
  merge.sessions.forget();
  for (const base of bases) {
    for (const { at, path, offset } of await displacedIn(fs, base.path, merge.name)) {
      if (!isTranscript(merge.name, path) || !merge.isToLookAt(at, path)) continue;
      const [now, facts] = [await presentPath(merge, path), await factsAt(fs, at)];
      if (facts === undefined) continue;
      if (now === undefined) {
        merge.lookAgain(at);
        continue;
      }
      // What was edited since is not put back.
      const from = merge.supersededAt(facts) === undefined ? base : {};
      if (!(await addGrowth(merge, now, at, offset, from))) continue;
      if (!merge.isRestless(path)) hasChanged = true;
      merge.lookAgain(at);
    }
  }
  return hasChanged;
}

/** Where the target has a transcript now: its session may have moved since. */
async function presentPath(merge: Merge, path: string): Promise<string | undefined> {
  if ((await factsAt(merge.tools.fs, childOf(merge.target, path))) !== undefined) return path;
  return await merge.movedTo(path);
}
