import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { repository } from './repository.ts';
import { succeed } from './run.ts';

const leftOut: ReadonlySet<string> = new Set(['.git', 'coverage', 'dist', 'node_modules']);

/**
 * Builds and packs a copy of the repository, and tells where the tarball is.
 *
 * A copy, so that a stale or half-built `dist` is never what gets checked, nor gets replaced.
 */
export async function pack(directory: string): Promise<string> {
  const copy = join(directory, 'repository');
  await cp(repository, copy, {
    recursive: true,
    filter: (source) => source === repository || !leftOut.has(basename(source)),
  });
  await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction');
  await succeed('npm', ['run', 'build'], copy);

  const packed = join(directory, 'packed');
  await mkdir(packed);
  await succeed('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], copy);
  const [tarball, ...others] = await readdir(packed);
  if (tarball === undefined || others.length > 0) throw new Error('npm pack makes one tarball');
  return join(packed, tarball);
}
