import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { isOwnMark } from './former-place.ts';
import { manifestOf, madeAt } from '../record/layout.ts';
import { readManifest } from '../record/manifest.ts';
import type { Originals } from '../report.ts';
import { isPending, type Run, runsOf } from '../record/runs.ts';
import { isDirectory, walkTogether } from '../disk/walk.ts';

/** Describes all originals of a home, the oldest first. */
export async function surveyOriginals(
  fs: MigrateReadFs,
  accountHome: string,
  realHome: string,
): Promise<readonly Originals[]> {
  const originals: Originals[] = [];
  for (const run of await runsOf(fs, realHome)) {
    const made = madeAt(run.name);
    if (made === undefined) continue;
    const manifest = await readManifest(fs, manifestOf(run.path));
    originals.push({
      path: run.path,
      accountHome,
      made,
      state: stateOf(run),
      names: run.trees,
      ...(await measure(fs, run.path)),
      targets: (manifest?.targets ?? []).map(({ name, target }) => ({ name, target })),
    });
  }
  return originals.toSorted((one, other) => Number(one.made) - Number(other.made));
}

/** In which state a run is. */
export function stateOf(run: Run): Originals['state'] {
  if (run.isRetiring) return 'retiring';
  if (run.isRestored) return 'restored';
  if (isPending(run)) return 'pending';
  return run.removedLinks.length > 0 ? 'returning' : 'sealed';
}

/** How much is in a run directory, without what the library has put there for itself. */
export async function measure(
  fs: MigrateReadFs,
  run: string,
): Promise<Pick<Originals, 'files' | 'bytes'>> {
  let files = 0;
  let bytes = 0;
  await walkTogether(fs, [run], (groups) => {
    for (const { path, copies } of groups) {
      const [found] = copies;
      if (found === undefined || isDirectory(found)) continue;
      if (found !== 'unrepresentable' && isOwnMark(path, found.kind)) continue;
      files += 1;
      bytes += found === 'unrepresentable' ? 0 : found.size;
    }
    return Promise.resolve(groups.filter(({ copies }) => isDirectory(copies[0])));
  });
  return { files, bytes };
}
