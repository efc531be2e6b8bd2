import { isSharedStateError } from 'claude-shared-state';
import { findResumeUUID, isTerminalError, TerminalError } from 'claude-shared-state/failover';
import { type Terminal, tmuxTerminal } from 'claude-shared-state/tmux';

void work().then((told) => console.log(JSON.stringify(told)));

/** What a terminal that is not there comes to, with its errors in the other entry points. */
async function work() {
  const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
  const terminal: Terminal = tmuxTerminal({ tmux: '/nowhere/tmux' });
  const error = await terminal.capture('one').catch((reason: unknown) => reason);
  return {
    found: findResumeUUID(`Resume this session with:\nclaude --resume ${id}\n$ `) === id,
    trouble: isTerminalError(error) ? error.reason : String(error),
    isOfTheOtherClass: error instanceof TerminalError,
    refusal: refusal(),
  };
}

/** Whether one entry point recognizes an error of the other. */
function refusal(): boolean {
  try {
    tmuxTerminal({ socketPath: 'relative' });
    return false;
  } catch (error) {
    return isSharedStateError(error);
  }
}
