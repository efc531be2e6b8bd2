import { diagnoseResume, type ResumeDiagnosis } from '../../sessions/diagnose-resume.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { failoverProblem } from '../problems.ts';
import type { LaunchRequest, SwapRequest } from './options.ts';
import { readId, writeId } from './resume-id.ts';
import { attempt, block, type SessionTerminal } from './session-terminal.ts';

const KILL_TIMEOUT_MS = 5_000;

/** The program that was stopped; `pid` is undefined if none ran under the old account. */
export interface StoppedProgram {
  readonly pid: number | undefined;
  readonly wasKilled: boolean;
}

/**
 * Ends the session that runs in a terminal under one account: asks it to, and kills it if it doesn't. The session is
 * blocked if it could not be resumed under the other account.
 *
 * Saves the id of that session, whatever was saved before. When asked to end, the program writes down what it has and
 * prints the id (2.1.197 and 2.1.329, idle and busy). Only a process that its own record names is ever touched.
 */
export async function stopSession(
  terminal: SessionTerminal,
  { from, to, resume, stopTimeoutMs }: SwapRequest,
): Promise<StoppedProgram> {
  const { place } = terminal;
  const notRunning = { pid: undefined, wasKilled: false };
  const occupant = await terminal.occupant([from, to]);
  if (occupant.kind === 'shell') return notRunning;
  if (occupant.kind === 'other') return terminal.blockBusy('no-record');
  const { pid, accountHomes, sessionId } = occupant.live;
  if (accountHomes.includes(to)) return notRunning;
  if (occupant.isFirst) terminal.blockBusy('no-shell', occupant.live);
  terminal.requireActive();

  const { verdict, problems } = await diagnose(terminal, sessionId, resume);
  if (verdict === 'not-resumable') block(...problems);

  // After /clear it is another one than was saved a moment ago.
  const stored = await attempt(() => readId(terminal));
  if (!stored.ok || stored.value !== sessionId) await writeId(terminal, sessionId);

  const hasEnded = async () => !(await terminal.processIds()).includes(pid);
  await terminal.signal(pid, 'SIGTERM');
  const wasKilled = !(await terminal.waitFor(stopTimeoutMs, hasEnded));
  if (wasKilled) {
    await terminal.signal(pid, 'SIGKILL');
    if (!(await terminal.waitFor(KILL_TIMEOUT_MS, hasEnded))) {
      block(failoverProblem('stop-timeout', { ...place, pid }));
    }
  }
  // The shell takes a moment to notice.
  if (!(await terminal.waitFor(KILL_TIMEOUT_MS, () => terminal.isAtShell()))) {
    terminal.blockBusy('no-record');
  }
  return { pid, wasKilled };
}

/** Diagnoses whether a session can be resumed under the target home. */
export async function diagnose(
  { context: { fs, processInspector }, session: { cwd } }: SessionTerminal,
  id: ResumeUUID,
  { targetHome, accountHomes, required, programVersion, defaultAccountHome }: LaunchRequest,
): Promise<ResumeDiagnosis> {
  return await diagnoseResume(id, {
    accountHome: targetHome,
    cwd,
    accountHomes,
    required,
    programVersion,
    defaultAccountHome,
    processInspector,
    fs,
  });
}
