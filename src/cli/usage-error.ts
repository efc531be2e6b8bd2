import type { Problem } from '../index.ts';

/** A command line that cannot be carried out as it is; nothing was changed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}
