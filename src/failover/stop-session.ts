import { ask } from './ask-terminal.ts';
import { diagnoseFor } from './diagnose-for.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { lookInto } from './look-into.ts';
import type { FailoverTools } from './request.ts';
import { placeOf, readId, writeId } from './resume-id-file.ts';
import type { Swapping } from './swap-request.ts';

/** What came of stopping the program in a terminal. */
export type Stopped =
  /** It does not run under the one account any more; `pid` is absent where it did not before. */
  | { readonly kind: 'stopped'; readonly pid?: number; readonly wasKilled?: boolean }
  | { readonly kind: 'left'; readonly problems: readonly FailoverProblem[] };

/**
 * Ends the session that runs in a terminal under one account home: asks it to, and kills it if it does not. One that
 * runs under the other home stays as it is, and so does one that could not be resumed there.
 *
 * What is saved is that session, whatever was saved before. Asked to end, the program writes down what it has, and
 * prints the id; seen on 2.1.329 and 2.1.197, idle and busy. Only a process that its own record names is ever touched.
 */
export async function stopSession(
  tools: FailoverTools,
  session: FailoverSession,
  { from, to, relaunching, patience }: Swapping,
): Promise<Stopped> {
  const { graceMs, afterKillMs } = patience;
  const { terminal, signal } = tools;
  const { name } = session;
  const of = placeOf(tools, session);
  const occupant = await lookInto(tools, session, [from, to]);
  switch (occupant.kind) {
    case 'shell':
      return { kind: 'stopped' };
    case 'unknown':
      return left(occupant.problem);
    case 'other':
      return left(failoverProblem('no-session-record', of));
    case 'session':
      break;
    default:
      return occupant satisfies never;
  }
  const { pid, accountHomes, sessionId } = occupant.live;
  if (accountHomes.includes(to)) return { kind: 'stopped' };
  if (occupant.isFirst) return left(failoverProblem('no-shell', { ...of, pid }));
  if (signal?.aborted === true) return left(failoverProblem('failover-stopped', of));

  const { verdict, problems } = await diagnoseFor(tools, session, sessionId, relaunching);
  if (verdict === 'not-resumable') return left(...problems);

  // It may be another one than was saved a moment ago, as after /clear.
  const stored = await readId(tools.fs, of.path);
  if (stored.kind !== 'id' || stored.id !== sessionId) {
    const written = await writeId(tools.fs, of.path, sessionId, tools.random);
    if (!written.ok) {
      return left(failoverProblem('resume-id-unwritable', { ...of, errno: written.errno }));
    }
  }

  const isAtShell = () => terminal.isAtShell(name);
  const isGone = async () => !(await terminal.processIds(name)).includes(pid);
  const asked = await ask(of, async () => {
    await terminal.signal(name, pid, 'SIGTERM');
    let wasKilled = false;
    if (!(await until(tools, graceMs, isGone))) {
      wasKilled = true;
      await terminal.signal(name, pid, 'SIGKILL');
      if (!(await until(tools, afterKillMs, isGone))) return undefined;
    }
    // The shell has still to notice.
    return (await until(tools, afterKillMs, isAtShell)) ? { wasKilled } : 'no-shell';
  });
  if (!asked.ok) return left(asked.problem);
  if (asked.value === undefined) return left(failoverProblem('would-not-stop', { ...of, pid }));
  if (asked.value === 'no-shell') return left(failoverProblem('not-at-shell', of));
  return { kind: 'stopped', pid, ...asked.value };
}

function left(...problems: readonly FailoverProblem[]): Stopped {
  return { kind: 'left', problems };
}

/** Waits until something holds, for a bounded time; tells whether it does. */
async function until(
  { pause, pollMs }: FailoverTools,
  milliseconds: number,
  holds: () => Promise<boolean>,
): Promise<boolean> {
  for (let waited = 0; ; waited += pollMs) {
    if (await holds()) return true;
    if (waited >= milliseconds) return false;
    await pause(pollMs);
  }
}
