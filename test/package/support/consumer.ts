import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repository, tool } from './repository.ts';
import { run, succeed } from './run.ts';

const sources = join(repository, 'test', 'package', 'consumer');

/** What a consumer has beside the package; the package itself must not need any of it. */
const alsoInstalled = ['@types/node', 'memfs', 'typescript'];

/** Examples that need the Agent SDK, which the end-to-end tests install and run them with. */
export const NEED_MORE: readonly string[] = ['agent-runner.ts', 'session-store.ts'];

const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  lib: ['ES2023'],
  types: ['node'],
  strict: true,
  skipLibCheck: false,
  rewriteRelativeImportExtensions: true,
};

/** Makes a project that has the packed package installed. */
export async function makeConsumer(directory: string, tarball: string): Promise<void> {
  await mkdir(directory);
  await writeJson(join(directory, 'package.json'), { private: true, type: 'module' });
  await succeed(
    'npm',
    ['install', tarball, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    directory,
  );
  for (const name of alsoInstalled) {
    const link = join(directory, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(repository, 'node_modules', name), link, 'junction');
  }
}

/** Compiles the consumer's sources as ESM and as CJS, and the examples; gives the type errors. */
export async function compileConsumer(directory: string): Promise<string> {
  await cp(join(repository, 'examples'), join(directory, 'examples'), { recursive: true });
  for (const [folder, type] of [
    ['esm', 'module'],
    ['cjs', 'commonjs'],
  ] as const) {
    await cp(sources, join(directory, folder), { recursive: true });
    await writeJson(join(directory, folder, 'package.json'), { type });
  }
  await writeJson(join(directory, 'tsconfig.json'), {
    compilerOptions,
    include: ['esm', 'cjs', 'examples'],
    exclude: NEED_MORE.map((name) => `examples/${name}`),
  });
  const { stdout } = await run(tool('tsc'), ['--pretty', 'false'], directory);
  return stdout;
}

function writeJson(path: string, content: object): Promise<void> {
  return writeFile(path, JSON.stringify(content));
}
