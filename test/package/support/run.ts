import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** How a program ended. */
export interface Ending {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in its own process and without a shell. */
export async function run(
  command: string,
  args: readonly string[],
  directory: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return await endingOf(child);
}

/** Waits for the end of a program that was just started. */
export async function endingOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<Ending> {
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([
    exited,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { exitCode, stdout, stderr };
}

/** Like {@link run}, for a step that everything after it needs: a failure is an error. */
export async function succeed(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, directory);
  if (exitCode !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}
