/** The exit codes; part of the contract, as the JSON is. */
export const EXIT = { done: 0, problems: 1, usage: 2, failed: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What they mean, for help and the manual page. */
export const exitCodes: Readonly<Record<ExitCode, string>> = {
  0: 'healthy, or done',
  1: 'problems were found, or the command was refused or declined',
  2: 'the command line is wrong; nothing was changed',
  3: 'a run began and did not finish; the same command completes it',
  130: 'you left the chooser, for instance with Ctrl-C',
};

/** A command line that can't be carried out as it is; nothing was changed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was thrown, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A person left without choosing. Nothing is printed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
