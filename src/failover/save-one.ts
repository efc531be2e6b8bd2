import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import { ask } from './ask-terminal.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { lastHint } from './last-hint.ts';
import { lookInto } from './look-into.ts';
import type { FailoverTools } from './request.ts';
import { idFileOf, readId, writeId } from './resume-id-file.ts';
import type { SavedSession } from './report.ts';

/** An id, or why there is none. */
type Found =
  | { readonly id: ResumeUUID; readonly source: 'record' | 'pane' }
  | { readonly id?: undefined; readonly problem: FailoverProblem };

/** Saves the id of the session that runs in a terminal, or that ran there last. */
export async function saveOne(
  tools: FailoverTools,
  session: FailoverSession,
  accountHomes: readonly string[],
): Promise<SavedSession> {
  const { name } = session;
  const path = idFileOf(tools.stateDirectory, name);
  if (tools.signal?.aborted === true) {
    const problem = failoverProblem('failover-stopped', { session: name, path });
    return await keep(tools, session, [problem]);
  }
  const found = await find(tools, session, accountHomes);
  if (found.id === undefined) return await keep(tools, session, [found.problem]);
  const { id, source } = found;
  const written = await writeId(tools.fs, path, id, tools.random);
  if (written.ok) return { name, outcome: 'saved', sessionId: id, source, path, problems: [] };
  const { errno } = written;
  const problem = failoverProblem('resume-id-unwritable', { session: name, path, errno });
  return { ...(await keep(tools, session, [problem])), source };
}

async function find(
  tools: FailoverTools,
  session: FailoverSession,
  accountHomes: readonly string[],
): Promise<Found> {
  const of = { session: session.name, path: idFileOf(tools.stateDirectory, session.name) };
  const occupant = await lookInto(tools, session, accountHomes);
  switch (occupant.kind) {
    case 'session':
      return { id: occupant.live.sessionId, source: 'record' };
    case 'unknown':
      return { problem: occupant.problem };
    case 'other':
      return { problem: failoverProblem('no-session-record', of) };
    case 'shell': {
      const text = await ask(of, () => tools.terminal.capture(session.name));
      if (!text.ok) return { problem: text.problem };
      const hint = lastHint(text.value);
      // Below an error the program prints the id that it was asked for, which it could not resume.
      if (hint?.id === undefined || hint.hasFailed || !hint.isBelowLastLaunch) {
        return { problem: failoverProblem('no-resume-hint', of) };
      }
      return { id: hint.id, source: 'pane' };
    }
    default:
      return occupant satisfies never;
  }
}

/** Nothing was found: what was saved before stays as it is. */
async function keep(
  { fs, stateDirectory }: FailoverTools,
  { name }: FailoverSession,
  problems: readonly FailoverProblem[],
): Promise<SavedSession> {
  const path = idFileOf(stateDirectory, name);
  const stored = await readId(fs, path);
  const nothing = { name, source: undefined, path } as const;
  switch (stored.kind) {
    case 'id':
      return { ...nothing, outcome: 'kept', sessionId: stored.id, problems };
    case 'missing':
      return { ...nothing, outcome: 'none', sessionId: undefined, problems };
    case 'invalid': {
      const problem = failoverProblem('resume-id-invalid', { session: name, path });
      return {
        ...nothing,
        outcome: 'none',
        sessionId: undefined,
        problems: [...problems, problem],
      };
    }
    case 'unreadable': {
      const { errno } = stored;
      const problem = failoverProblem('resume-id-unreadable', { session: name, path, errno });
      return {
        ...nothing,
        outcome: 'none',
        sessionId: undefined,
        problems: [...problems, problem],
      };
    }
    default:
      return stored satisfies never;
  }
}
