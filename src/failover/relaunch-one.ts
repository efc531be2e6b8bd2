import { resumeCommand } from '../sessions/resume-command.ts';
import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import { ask, type Asked } from './ask-terminal.ts';
import { awaitLaunch, type Launched } from './await-launch.ts';
import { diagnoseFor } from './diagnose-for.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { type Occupant, lookInto } from './look-into.ts';
import type { Relaunching } from './relaunch-request.ts';
import type { RelaunchedSession } from './report.ts';
import type { FailoverTools } from './request.ts';
import { placeOf, readId, type SessionPlace } from './resume-id-file.ts';
import { storedIdProblem } from './stored-id-problem.ts';

/** Which sessions are resumed in the course of one call, and the names of those that they are resumed for. */
export type ResumeClaims = Map<string, string>;

/** Resumes in one terminal the session that was saved for it, unless something stands against it. */
export async function relaunchOne(
  tools: FailoverTools,
  session: FailoverSession,
  relaunching: Relaunching,
  claims: ResumeClaims,
): Promise<RelaunchedSession> {
  const { name, cwd } = session;
  const of = placeOf(tools, session);
  const left = (
    problems: readonly FailoverProblem[],
    sessionId?: ResumeUUID,
  ): RelaunchedSession => ({
    name,
    outcome: 'left',
    sessionId,
    pid: undefined,
    problems,
  });
  if (tools.signal?.aborted === true) return left([failoverProblem('failover-stopped', of)]);
  const stored = await readId(tools.fs, of.path);
  if (stored.kind !== 'id') return left([storedIdProblem(stored, of)]);
  const { id } = stored;
  const { targetHome, accountHomes = [], defaultAccountHome } = relaunching;
  const occupant = await lookInto(tools, session, [...new Set([targetHome, ...accountHomes])]);
  if (isRunning(occupant, id, targetHome)) {
    const { pid } = occupant.live;
    return { name, outcome: 'already-running', sessionId: id, pid, problems: [] };
  }
  const hindrance = hindranceIn(occupant, of);
  if (hindrance !== undefined) return left([hindrance], id);
  const { verdict, problems } = await diagnoseFor(tools, session, id, relaunching);
  // Two processes would both write to it, and the next resume would follow one of them only.
  const runsElsewhere = problems.some(
    (one) => one.code === 'session-running' && one.processState === 'running',
  );
  // The spelling makes no other session of it. Not before it is judged: the other one may be the one that works.
  const claim = id.toLowerCase();
  const other = claims.get(claim);
  // It may run there by now.
  if (other !== undefined && (verdict !== 'not-resumable' || runsElsewhere)) {
    return left([failoverProblem('resume-id-shared', { ...of, sessionId: id, other })], id);
  }
  if (verdict === 'not-resumable' || runsElsewhere) return left(problems, id);
  claims.set(claim, name);

  const resume = session.resume ?? relaunching.resume;
  const { shell } = resumeCommand(id, {
    ...resume,
    accountHome: targetHome,
    cwd,
    defaultAccountHome,
  });
  const typed = await typeCommand(tools, of, shell);
  if (!typed.ok) return left([...problems, typed.problem], id);
  const launched = await awaitLaunch(tools, session, {
    command: shell,
    before: typed.value,
    accountHome: targetHome,
    timeoutMs: relaunching.timeoutMs,
  });
  return report(launched, { name, sessionId: id, pid: undefined, problems }, of);
}

/** Whether the session that is wanted runs in the terminal already, under the account that is wanted. */
function isRunning(
  occupant: Occupant,
  id: ResumeUUID,
  targetHome: string,
): occupant is Extract<Occupant, { readonly kind: 'session' }> {
  if (occupant.kind !== 'session') return false;
  const { sessionId, accountHomes } = occupant.live;
  return sessionId === id && accountHomes.includes(targetHome);
}

/** What stands against typing a command into a terminal. */
function hindranceIn(occupant: Occupant, of: SessionPlace): FailoverProblem | undefined {
  switch (occupant.kind) {
    case 'shell':
      return undefined;
    case 'unknown':
      return occupant.problem;
    case 'other':
      return failoverProblem('not-at-shell', of);
    case 'session': {
      const { pid, sessionId, accountHomes } = occupant.live;
      const fields = { ...of, pid, sessionId, accountHome: accountHomes[0] };
      return failoverProblem('other-session-running', fields);
    }
    default:
      return occupant satisfies never;
  }
}

/** Types a command into a shell, in the place of what somebody may have begun to type; tells what it showed before. */
async function typeCommand(
  { terminal }: FailoverTools,
  of: SessionPlace,
  command: string,
): Promise<Asked<string>> {
  return await ask(of, async () => {
    const before = await terminal.capture(of.session);
    await terminal.press(of.session, 'C-e');
    await terminal.press(of.session, 'C-u');
    await terminal.type(of.session, command);
    await terminal.press(of.session, 'Enter');
    return before;
  });
}

function report(
  launched: Launched,
  session: Omit<RelaunchedSession, 'outcome'>,
  of: SessionPlace,
): RelaunchedSession {
  const { problems } = session;
  const withProblem = (problem: FailoverProblem) => ({
    ...session,
    problems: [...problems, problem],
  });
  switch (launched.kind) {
    case 'resumed': {
      const { pid, sessionId } = launched.live;
      return { ...session, outcome: 'resumed', sessionId, pid };
    }
    case 'asking': {
      const { question } = launched;
      const problem = failoverProblem('resume-asks', { ...of, question });
      return { ...withProblem(problem), outcome: 'asking' };
    }
    case 'ended': {
      const { output } = launched;
      const problem = failoverProblem('resume-failed', { ...of, output });
      return { ...withProblem(problem), outcome: 'failed' };
    }
    case 'timed-out': {
      const { output } = launched;
      const problem = failoverProblem('resume-timed-out', { ...of, output });
      return { ...withProblem(problem), outcome: 'unclear' };
    }
    case 'stopped':
      return { ...withProblem(failoverProblem('failover-stopped', of)), outcome: 'unclear' };
    case 'unknown':
      return { ...withProblem(launched.problem), outcome: 'unclear' };
    default:
      return launched satisfies never;
  }
}
