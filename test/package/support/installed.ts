import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inject } from 'vitest';

/** The package as a consumer has it: what was in the tarball, and nothing else. */
export const installed = join(inject('consumer'), 'node_modules', 'claude-shared-state');

export async function installedFiles(): Promise<readonly string[]> {
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(installed, join(parentPath, name)).replaceAll(sep, '/'))
    .toSorted();
}

export function readInstalled(path: string): Promise<string> {
  return readFile(join(installed, path), 'utf8');
}
