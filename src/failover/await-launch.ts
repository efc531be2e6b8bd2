import { lookInto } from './look-into.ts';
import { ask } from './ask-terminal.ts';
import type { FailoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { judgeLaunch, lastWords, type LaunchState } from './launch-screen.ts';
import type { FailoverTools } from './request.ts';
import { placeOf } from './resume-id-file.ts';

/** How a launch came out. */
export type Launched =
  | Exclude<LaunchState, { readonly kind: 'waiting' }>
  | { readonly kind: 'timed-out'; readonly output: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unknown'; readonly problem: FailoverProblem };

// A question or a prompt of the shell may be on its way off the screen.
const AGREEING_LOOKS = 2;

/** Waits until a command that was typed into a terminal has come to something, for a bounded time. */
export async function awaitLaunch(
  tools: FailoverTools,
  session: FailoverSession,
  launch: {
    readonly command: string;
    /** What the terminal showed before the command was typed. */
    readonly before: string;
    readonly accountHome: string;
    readonly timeoutMs: number;
  },
): Promise<Launched> {
  const { terminal, pause, pollMs, signal } = tools;
  const of = placeOf(tools, session);
  let agreeing = 0;
  let last: LaunchState = { kind: 'waiting' };
  let text = '';
  for (let waited = 0; waited <= launch.timeoutMs; waited += pollMs) {
    if (signal?.aborted === true) return { kind: 'stopped' };
    const occupant = await lookInto(tools, session, [launch.accountHome]);
    if (occupant.kind === 'unknown') return occupant;
    const shown = await ask(of, () => terminal.capture(session.name));
    if (!shown.ok) return { kind: 'unknown', problem: shown.problem };
    text = shown.value;
    const state = judgeLaunch({
      command: launch.command,
      before: launch.before,
      text,
      isAtShell: occupant.kind === 'shell',
      live: occupant.kind === 'session' ? occupant.live : undefined,
    });
    agreeing = state.kind === last.kind ? agreeing + 1 : 1;
    last = state;
    if (state.kind !== 'waiting' && agreeing >= AGREEING_LOOKS) return state;
    await pause(pollMs);
  }
  return { kind: 'timed-out', output: lastWords(text) };
}
