import { isTerminalError, type TerminalError } from 'claude-shared-state/tmux';

/** The error of a call of a terminal that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<TerminalError> {
  const outcome = await call.catch((error: unknown) => error);
  if (isTerminalError(outcome)) return outcome;
  throw new Error('The call did not fail as it should', { cause: outcome });
}
