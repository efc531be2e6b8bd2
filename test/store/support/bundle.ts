import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Makes a program of this repository runnable, where it finds the drivers. */
export async function bundleOf(program: string): Promise<string> {
  const name = `.${basename(program, '.ts')}-${process.pid}.mjs`;
  const outfile = join(root, 'test/store/node_modules', name);
  await build({
    entryPoints: [join(root, program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    tsconfig: join(root, 'tsconfig.json'),
    external: ['pg', 'ioredis', '@aws-sdk/client-s3'],
  });
  return outfile;
}
