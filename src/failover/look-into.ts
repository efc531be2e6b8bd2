import { findLiveSessions, type LiveSession } from '../sessions/live-sessions.ts';
import { ask } from './ask-terminal.ts';
import type { FailoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import type { FailoverTools } from './request.ts';
import { placeOf } from './resume-id-file.ts';

/** What runs in the terminal of a session. */
export type Occupant =
  /** A session of Claude Code, by its own record; `isFirst`: its process is the first one of the terminal. */
  | { readonly kind: 'session'; readonly live: LiveSession; readonly isFirst: boolean }
  /** The shell, which waits for a command. */
  | { readonly kind: 'shell' }
  /** Something that keeps no record. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown'; readonly problem: FailoverProblem };

/** Which session runs in a terminal: its own record tells, whose process is one of those in the terminal. */
export async function lookInto(
  tools: FailoverTools,
  session: FailoverSession,
  accountHomes: readonly string[],
): Promise<Occupant> {
  const { fs, processInspector, terminal } = tools;
  const { name } = session;
  const of = placeOf(tools, session);
  const inside = await ask(of, () => terminal.processIds(name));
  if (!inside.ok) return { kind: 'unknown', problem: inside.problem };
  const { sessions } = await findLiveSessions(accountHomes, { fs, processInspector });
  // The nearest to the shell: a session may have started another one, which is not the one that is meant.
  for (const [index, pid] of inside.value.entries()) {
    const live = sessions.find((one) => one.pid === pid && one.processState === 'running');
    if (live !== undefined) return { kind: 'session', live, isFirst: index === 0 };
  }
  const atShell = await ask(of, () => terminal.isAtShell(name));
  if (!atShell.ok) return { kind: 'unknown', problem: atShell.problem };
  return { kind: atShell.value ? 'shell' : 'other' };
}
