/** The exit codes; part of the contract, as the JSON is. */
export const EXIT = {
  /** Healthy, or everything that was asked for is done. */
  done: 0,
  /** Something is wrong, or was refused or declined; nothing is half-done. */
  problems: 1,
  /** The command line can't be carried out as it is. */
  usage: 2,
  /** A run began and did not finish: the same command completes it. */
  failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What they mean, for help and the manual page. */
export const exitCodes: Readonly<Record<ExitCode, string>> = {
  0: 'healthy, or done',
  1: 'problems were found, or the command was refused or declined',
  2: 'the command line is wrong; nothing was changed',
  3: 'a run began and did not finish; the same command completes it',
};

/** A command line that can't be carried out as it is; nothing was changed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
