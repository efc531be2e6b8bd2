import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ChildAnswer } from './validate-child.ts';

const bundles = new Map<string, Promise<string>>();

/** Makes a TypeScript file of this folder runnable, so that many processes can start quickly; once is enough. */
export async function bundleChild(file: string, folder: string): Promise<string> {
  const bundle = bundles.get(file) ?? bundled(file);
  bundles.set(file, bundle);
  const outfile = join(folder, `${basename(file)}.mjs`);
  writeFileSync(outfile, await bundle);
  return outfile;
}

async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    // Finds the package by its name through the paths of the TypeScript configuration.
    tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** Starts a script in a process of its own, which talks over IPC. */
export function startChild(script: string, ...argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, [script, ...argv], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next answer of a child; rejects when the child ends first, or says something else. */
export async function nextAnswer(child: ChildProcess): Promise<ChildAnswer> {
  return await new Promise((resolve, reject) => {
    const onExit = (code: number | null) => {
      reject(new Error(`the child ended early, with code ${code}`));
    };
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      if (isAnswer(message)) resolve(message);
      else reject(new Error(`the child said ${JSON.stringify(message)}`));
    });
  });
}

function isAnswer(message: unknown): message is ChildAnswer {
  return (
    typeof message === 'object' && message !== null && 'created' in message && 'failed' in message
  );
}
