import { gatherFacts } from './diagnose/facts.ts';
import { type DiagnoseOptions, checkResumeRequest } from './diagnose/request.ts';
import { judge } from './diagnose/verdict.ts';
import { lookUpRules } from './program.ts';
import { type SessionProblem, sessionProblem } from './session-problem.ts';
import { parseResumeUUID, type ResumeUUID } from './resume-uuid.ts';
import type { TranscriptContent } from './transcript/content.ts';
import type { Transcript } from './transcripts.ts';

/** The transcript that the program would go on with. */
export interface ResumableTranscript extends Transcript {
  /** The path under which the program finds it. */
  readonly path: string;
  readonly projectKey: string;
  readonly content: TranscriptContent;
}

/** Whether a session can be resumed, and why not. */
export interface ResumeDiagnosis {
  /** `resumable-with-warnings`: it can be, and something is lost, or may be; see `problems`. */
  readonly verdict: 'resumable' | 'resumable-with-warnings' | 'not-resumable';
  /** The id, without the white space around it that the program trims; absent if it is none. */
  readonly sessionId?: ResumeUUID;
  /** The transcript that the program would go on with; absent where it finds none. */
  readonly transcript?: ResumableTranscript;
  /** Errors, which keep it from being resumed, then warnings; each with a remedy. */
  readonly problems: readonly SessionProblem[];
}

/**
 * Tells whether Claude Code would resume a session under an account home, from which transcript, and if
 * not, why not.
 *
 * Looks as the program does, and changes nothing. What it says about the program was compared with
 * 2.1.197 and 2.1.329.
 *
 * @param sessionId - The text that would be given to `claude --resume`.
 * @param options - `accountHome` and `cwd`, in which it would be resumed; `accountHomes`, all homes that
 * may have it; `required`, by default `RequiredShared`; `programVersion`; and see {@link DiagnoseOptions}.
 * @returns The verdict; the transcript; every problem with its remedy.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative`; never for what it finds.
 *
 * @example A home that has no link yet
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { diagnoseResume } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const line = '{"type":"user","timestamp":"2026-11-01T10:00:00Z","message":{"content":"Hello"}}';
 * const { fs } = memfs({
 *   [`/home/me/.claude-projects-shared/-work/${id}.jsonl`]: line,
 *   '/home/me/.claude-b/settings.json': '{}',
 *   '/work': null,
 * });
 * const { verdict, problems } = await diagnoseResume(id, {
 *   accountHome: '/home/me/.claude-b',
 *   cwd: '/work',
 *   required: requiredSharedUnder('/home/me'),
 *   fs,
 * });
 * assert.equal(verdict, 'not-resumable');
 * assert.equal(problems[0]?.code, 'projects-link-missing');
 * assert.equal(problems[0].remedy, 'ensure');
 * ```
 */
export async function diagnoseResume(
  sessionId: string,
  options: DiagnoseOptions,
): Promise<ResumeDiagnosis> {
  const request = checkResumeRequest(options);
  const id = typeof sessionId === 'string' ? parseResumeUUID(sessionId) : undefined;
  if (id === undefined) {
    const problems = [
      sessionProblem('session-id-not-uuid', { path: '', sessionId: textFor(sessionId) }),
    ];
    return { verdict: 'not-resumable', problems };
  }
  const facts = await gatherFacts(request.fs, id, request);
  const rules = lookUpRules(request.programVersion);
  const { verdict, candidate, problems } = judge(rules, facts, request);
  if (candidate?.content.state !== 'usable') return { verdict, sessionId: id, problems };
  const { name, transcript, content } = candidate;
  const { path, projectKey } = name;
  return {
    verdict,
    sessionId: id,
    transcript: { path, projectKey, ...transcript, content: content.details },
    problems,
  };
}

const MOST_SHOWN = 200;

// Callers without types may hand over anything.
function textFor(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_SHOWN) : typeof value;
}
