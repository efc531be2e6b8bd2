import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './repository.ts';
import { succeed } from './run.ts';

const folder = join(repository, 'test', 'package', 'toolchains');

/** Installs the compilers, bundlers, test runners and runtimes, unless just these are installed. */
export async function installToolchains(): Promise<void> {
  const lock = join(folder, 'package-lock.json');
  const installed = toolchain('.installed.json');
  if ((await textOf(lock)) === (await textOf(installed))) return;
  await succeed('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  await copyFile(lock, installed);
}

/** The path of something that is installed there. */
export function toolchain(path: string): string {
  return join(folder, 'node_modules', path);
}

/** Bundles a program, with nothing but memfs and Node's own modules left outside. */
export async function bundle(bundler: string, entry: string, output: string): Promise<void> {
  await succeed(process.execPath, [join(folder, 'bundle.mjs'), bundler, entry, output], folder);
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
