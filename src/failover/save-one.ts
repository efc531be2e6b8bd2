import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import { ask } from './ask-terminal.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { lastHint } from './last-hint.ts';
import { lookInto } from './look-into.ts';
import type { FailoverTools } from './request.ts';
import { placeOf, readId, writeId } from './resume-id-file.ts';
import { storedIdProblem } from './stored-id-problem.ts';
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
  const of = placeOf(tools, session);
  const { path } = of;
  if (tools.signal?.aborted === true) {
    const problem = failoverProblem('failover-stopped', of);
    return await keep(tools, session, [problem]);
  }
  const found = await find(tools, session, accountHomes);
  if (found.id === undefined) return await keep(tools, session, [found.problem]);
  const { id, source } = found;
  const written = await writeId(tools.fs, path, id, tools.random);
  if (written.ok) return { name, outcome: 'saved', sessionId: id, source, path, problems: [] };
  const { errno } = written;
  const problem = failoverProblem('resume-id-unwritable', { ...of, errno });
  return { ...(await keep(tools, session, [problem])), source };
}

async function find(
  tools: FailoverTools,
  session: FailoverSession,
  accountHomes: readonly string[],
): Promise<Found> {
  const of = placeOf(tools, session);
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
  tools: FailoverTools,
  session: FailoverSession,
  problems: readonly FailoverProblem[],
): Promise<SavedSession> {
  const of = placeOf(tools, session);
  const stored = await readId(tools.fs, of.path);
  const nothing = { name: session.name, source: undefined, path: of.path } as const;
  if (stored.kind === 'id') return { ...nothing, outcome: 'kept', sessionId: stored.id, problems };
  // That there was none before is no problem of its own.
  const more = stored.kind === 'missing' ? [] : [storedIdProblem(stored, of)];
  return { ...nothing, outcome: 'none', sessionId: undefined, problems: [...problems, ...more] };
}
