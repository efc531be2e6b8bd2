import { failedWith, orThrow, type Result, tolerate, toResult } from '../core/result.ts';
import { READ } from './calls.ts';
import { isSameFile } from './file-info.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDirectories,
  removeName,
  writeNewFile,
} from './io.ts';
import type { MigrateFs } from './migrate-fs.ts';
import { dirname, foldCase, join } from '../core/paths.ts';

/** The result of a trial link. */
type Trial = 'linked' | 'other-file' | { readonly errno: string };

/**
 * Tries whether files can have a second name in a directory: device numbers don't tell, because of bind mounts, owners, immutable
 * files, and file systems that show the two names of a file as two files.
 */
export interface TrialLinks {
  /** Whether hard links work there at all. */
  readonly hasLinks: boolean;
  readonly failure?: { readonly path: string; readonly errno: string };
  /**
   * The same for all spellings of a name that are one name there, as on APFS, which folds case and normalization;
   * `undefined`: every spelling is a name of its own.
   */
  readonly keyOf?: ((name: string) => string) | undefined;
  try(path: string): Promise<Trial>;
  close(): Promise<void>;
}

const TRIAL = '.claude-shared-state-trial';

/**
 * Opens trials in a directory, or in the nearest one above it that exists.
 *
 * @param nonce - For names that nobody else uses.
 */
export async function openTrialLinks(
  fs: MigrateFs,
  place: string,
  nonce: string,
): Promise<TrialLinks> {
  const base = await nearestDirectory(fs, place);
  const directory = join(base, TRIAL);
  const name = join(directory, `${nonce}${COMPOSED}`);
  const close = async () => {
    for (const path of [name, `${name}.2`]) await toResult(removeName(fs, path));
    await toResult(fs.rmdir(directory));
  };
  const opened = await toResult(tryOwnFile(fs, directory, name));
  if (!opened.ok) {
    await close();
    const failure = { path: base, errno: opened.errno };
    return { hasLinks: true, failure, try: async () => failure, close };
  }
  return {
    ...opened.value,
    close,
    async try(path) {
      const linked = await toResult(fs.link(path, name));
      const seen = linked.ok ? await toResult(lstatOrUndefined(fs, name)) : linked;
      // Only now: an overlay gives a file of a lower layer another number when it is linked.
      const own = await toResult(lstatOrUndefined(fs, path));
      if (linked.ok) await removeName(fs, name);
      if (!seen.ok) return { errno: seen.errno };
      // Gone: another run has tidied up.
      if (seen.value === undefined || !own.ok || own.value === undefined) return 'linked';
      return isSameFile(seen.value, own.value) ? 'linked' : 'other-file';
    },
  };
}

const [COMPOSED, UPPER_CASE, DECOMPOSED] = ['-\u00e9', '-\u00c9', '-e\u0301'] as const;

async function tryOwnFile(
  fs: MigrateFs,
  directory: string,
  name: string,
): Promise<Pick<TrialLinks, 'hasLinks' | 'keyOf'>> {
  // To sync a directory it is opened first.
  await orThrow(dirname(directory), fs.access(dirname(directory), READ));
  await makeDirectories(fs, directory);
  await writeNewFile(fs, name, new Uint8Array());
  const isThere = async (ending: string) => {
    const other = `${name.slice(0, -COMPOSED.length)}${ending}`;
    return (await lstatOrUndefined(fs, other)) !== undefined;
  };
  const [foldsCase, composes] = [await isThere(UPPER_CASE), await isThere(DECOMPOSED)];
  const keyOf = (spelling: string) => {
    const composed = composes ? spelling.normalize('NFC') : spelling;
    return foldsCase ? foldCase(composed) : composed;
  };
  const linked: Result<void> = await toResult(fs.link(name, `${name}.2`));
  await removeName(fs, `${name}.2`);
  await removeName(fs, name);
  return { hasLinks: linked.ok, ...(foldsCase || composes ? { keyOf } : {}) };
}

/** The path, or the nearest directory above it that exists. */
export async function nearestDirectory(
  fs: Pick<MigrateFs, 'lstat'>,
  path: string,
): Promise<string> {
  const info = await toResult(lstatOrUndefined(fs, path));
  const exists = info.ok && info.value?.kind === 'directory';
  return exists || dirname(path) === path ? path : await nearestDirectory(fs, dirname(path));
}

/** Removes the leftovers of interrupted trials, in a directory and the one above it; only while a lock on it is held. */
export async function clearTrials(fs: MigrateFs, place: string): Promise<void> {
  for (const directory of [join(place, TRIAL), join(dirname(place), TRIAL)]) {
    const listed = await listDirectory(fs, directory);
    if (!listed.ok && failedWith(listed, 'ENOENT')) continue;
    for (const { name } of listed.ok ? listed.value : []) {
      await removeName(fs, join(directory, name));
    }
    await tolerate(['ENOENT', 'ENOTEMPTY', 'EEXIST'], directory, fs.rmdir(directory));
  }
}
