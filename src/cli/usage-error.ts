/** A command line that can't be carried out as it is; nothing was changed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
