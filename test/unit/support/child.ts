import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
    // Drivers of databases are CommonJS.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    // Finds the package by its name through the paths of the TypeScript configuration.
    tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** Starts a script in a process of its own, which talks over IPC. */
export function spawnChild(script: string, ...argv: readonly string[]): ChildProcess {
  return spawnWithin([], script, ...argv);
}

function spawnWithin(within: readonly string[], ...argv: readonly string[]): ChildProcess {
  const [command = '', ...args] = [...within, process.execPath, ...argv];
  return spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** A process of its own to which jobs are sent. */
export interface Child<Job, Answer> {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  tell(job: Job): void;
  /** The next answer; `undefined` when the process ends first. */
  answer(): Promise<Answer | undefined>;
}

/**
 * Starts a bundled child; `isAnswer` says what is one.
 *
 * @param within - A command that starts it, such as `setpriv`; Node and the script follow.
 */
export function startChild<Job extends object | string, Answer>(
  script: string,
  isAnswer: (message: unknown) => message is Answer,
  within: readonly string[] = [],
): Child<Job, Answer> {
  const child = spawnWithin(within, script);
  const waiting: ((answer: Answer | undefined) => void)[] = [];
  const early: Answer[] = [];
  let over = false;
  child.on('message', (message) => {
    if (!isAnswer(message)) throw new Error(`the child said ${JSON.stringify(message)}`);
    const next = waiting.shift();
    if (next === undefined) early.push(message);
    else next(message);
  });
  const ended = new Promise<Awaited<Child<Job, Answer>['ended']>>((resolve) => {
    // Not `exit`: what the child said last may still be on its way.
    child.once('close', (code, signal) => {
      over = true;
      for (const one of waiting.splice(0)) one(undefined);
      resolve({ code, signal });
    });
  });
  return {
    process: child,
    ended,
    tell: (job) => {
      // A child that has been killed needs no job.
      child.send(job, () => {});
    },
    answer: async () => {
      const first = early.shift();
      if (first !== undefined || over) return first;
      return await new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
}
