import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pollUntil } from './poll.ts';

const PATIENCE_MS = 120_000;

/** What a block came to. */
export interface Run {
  /** Of its last command. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell into which blocks are pasted, one after the other: what one sets, the next ones have. */
export interface Shell {
  readonly paste: (code: string) => Promise<Run>;
}

const programs = { bash: ['--noprofile', '--norc', '-s'], zsh: ['-f', '-s'] } as const;

/**
 * Opens one, with no other environment than the given one.
 *
 * @param scratch - A directory for the blocks, which are not to be seen where the shell works.
 */
export async function openShell(
  program: keyof typeof programs,
  directory: string,
  env: Readonly<Record<string, string>>,
  scratch: string,
): Promise<Shell> {
  const child = spawn(program, programs[program], { cwd: directory, env });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.stdin.end();
    child.kill('SIGKILL');
    await closed;
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: unknown) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: unknown) => (stderr += String(chunk)));
  let pasted = 0;
  return {
    paste: async (code) => {
      pasted += 1;
      const block = join(scratch, `block-${pasted}.sh`);
      await writeFile(block, code);
      [stdout, stderr] = ['', ''];
      const mark = `-- block ${pasted} has ended with `;
      // From a file, because a program that reads its standard input would take what is pasted next.
      const tell = `printf '\\n%s%s.' '${mark}' "$exitCode"`;
      child.stdin.write(`. '${block}' </dev/null; exitCode=$?; ${tell}; ${tell} >&2\n`);
      const hasEnded = (text: string) => text.includes(`\n${mark}`) && text.endsWith('.');
      const isOver = () => hasEnded(stdout) && hasEnded(stderr);
      await pollUntil(`block ${pasted} ends`, isOver, () => `${stdout}\n${stderr}`, PATIENCE_MS);
      const [own = '', exitCode = ''] = stdout.split(`\n${mark}`);
      return {
        exitCode: Number.parseInt(exitCode, 10),
        stdout: own,
        stderr: stderr.split(`\n${mark}`)[0] ?? '',
      };
    },
  };
}
