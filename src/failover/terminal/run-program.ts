import { execFile } from 'node:child_process';

/** How a run of a program failed; `code` is an errno, an exit code, or what Node says of itself. */
export interface ProgramFailure {
  readonly program: string;
  readonly code: string | number | undefined;
  /** What the program said on its standard error, or else what Node says. */
  readonly said: string;
  readonly isOverdue: boolean;
  readonly error: Error;
}

export type ProgramEnding =
  | { readonly output: string; readonly failure?: never }
  | { readonly failure: ProgramFailure };

interface Bounds {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Runs a program to its end, without a shell. */
export function runProgram(
  program: string,
  args: readonly string[],
  { timeoutMs, maxBytes }: Bounds,
): Promise<ProgramEnding> {
  const options = {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: maxBytes,
    // A program that hangs may not care for anything else.
    killSignal: 'SIGKILL',
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ output: stdout });
        return;
      }
      const code = error.code ?? undefined;
      const said = stderr.trim() === '' ? error.message : stderr.trim();
      const isOverdue = error.killed === true && code === undefined;
      resolve({ failure: { program, code, said, isOverdue, error } });
    });
  });
}
