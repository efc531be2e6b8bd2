import { randomUUID } from 'node:crypto';
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Io } from './io.ts';

// The files of the command itself: its configuration, a unit, and what a daemon remembers.

/** Where the XDG Base Directory Specification wants such files; it ignores relative paths. */
export function xdgDirectory(
  { env, home }: Pick<Io, 'env' | 'home'>,
  variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME',
): string {
  const { [variable]: named = '' } = env;
  const standard = { XDG_CONFIG_HOME: '.config', XDG_STATE_HOME: '.local/state' }[variable];
  return named.startsWith('/') ? named : `${home}/${standard}`;
}

/** The text of a file; `undefined` if there is none. */
export async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates a file, and the directories above it; rejects with `EEXIST` if there is one. */
export async function createFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
}

/** Replaces a file: readers, and a restart after a crash, find the old content or the new one. */
export async function saveFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes a socket; anything else is left alone. */
export async function removeSocket(path: string): Promise<void> {
  if ((await stat(path)).isSocket()) await rm(path);
}

/** The directories that are wanted, in those that may have some; links are not followed. */
export async function directoriesWhere(
  isWanted: (path: string) => boolean,
  mayHave: (path: string) => boolean,
  from = '/',
): Promise<readonly string[]> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.filter((it) => it.isDirectory())) {
    const path = join(from, entry.name);
    if (isWanted(path)) found.push(path);
    if (mayHave(path)) found.push(...(await directoriesWhere(isWanted, mayHave, path)));
  }
  return found;
}

/** The bytes that are free where a directory is, or would be. */
export async function freeBytesAt(path: string): Promise<number> {
  const stats = await statfs(path).catch(() => undefined);
  if (stats !== undefined) return stats.bavail * stats.bsize;
  return dirname(path) === path ? Infinity : await freeBytesAt(dirname(path));
}

export async function isDirectoryAt(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
