import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pathInRepository } from './source.ts';

/** The files of the package, but for what is built. */
export async function packedFiles(): Promise<readonly string[]> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const options = { cwd: pathInRepository('.') };
  const { stdout } = await promisify(execFile)('npm', args, options);
  return [...stdout.matchAll(/"path": "(.*?)"/g)].map(([, path = '']) => path);
}
