import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inject } from 'vitest';

/** The package as a consumer has it: what was in the tarball, and nothing else. */
const root = join(inject('consumer'), 'node_modules', 'claude-shared-state');

export async function installedFiles(): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll(sep, '/'))
    .toSorted();
}

export function readInstalled(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

export async function sizeOfInstalled(path: string): Promise<number> {
  return (await stat(join(root, path))).size;
}
