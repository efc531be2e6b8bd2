/** What the command tells whoever started it; part of its contract, as the JSON is. */
export const EXIT = {
  /** Healthy, or all of what was asked for is done. */
  done: 0,
  /** Something is wrong, or was refused or declined; nothing is half-done. */
  problems: 1,
  /** The command line cannot be carried out as it is. */
  usage: 2,
  /** A run that began did not come to its end: the same command completes it. */
  failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
