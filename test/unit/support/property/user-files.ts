import { constants } from 'node:fs';
import type { MigrateFs } from 'claude-shared-state/migrate';

const WRITING = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

/** Writes a file by its path, and makes the directories that are missing. */
export async function writeFile(
  fs: MigrateFs,
  path: string,
  content: string,
  { flags = WRITING, mode = 0o600 } = {},
): Promise<void> {
  await makeDirectory(fs, parentOf(path));
  const handle = await fs.open(path, flags, mode);
  const bytes = Buffer.from(content);
  await handle.write(bytes, 0, bytes.length, null);
  await handle.close();
}

export async function makeDirectory(fs: MigrateFs, path: string): Promise<void> {
  const there = await fs.stat(path || '/', { bigint: true }).catch(() => undefined);
  if (there !== undefined) return;
  await makeDirectory(fs, parentOf(path));
  await fs.mkdir(path, { mode: 0o700 });
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export async function readText(fs: MigrateFs, path: string): Promise<string | undefined> {
  const text = await fs.readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : String(text);
}

/** As editors do: a temporary file, renamed over it. */
export async function replaceFile(fs: MigrateFs, path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(fs, temporary, content);
  await fs.rename(temporary, path);
}
