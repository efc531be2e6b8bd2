import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
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

/** The bytes of a file of the package, and of those of the package that it imports. */
export async function sizeToLoad(path: string): Promise<number> {
  const imports = (await readInstalled(path)).matchAll(/from "\.\/(chunk-\w+\.js)"/g);
  const paths = [path, ...Array.from(imports, ([, name = '']) => join(dirname(path), name))];
  const sizes = await Promise.all(paths.map(async (it) => (await stat(join(installed, it))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
