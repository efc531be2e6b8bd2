import {
  check,
  date,
  flag,
  optional,
  options as optionsOf,
  path,
  somePaths,
} from '../core/options.ts';
import type { SharedSymlink } from '../links/required.ts';
import { recordedCwdIn } from './diagnose/causes.ts';
import { gatherFacts } from './diagnose/facts.ts';
import { sessionsNamed } from './diagnose/named-session.ts';
import { judgeResume } from './diagnose/verdict.ts';
import type { Transcript } from './find-transcripts.ts';
import { type InspectSettingsOptions, settingsOptions } from './inspect-settings.ts';
import type { LiveSessionsOptions } from './live-sessions.ts';
import {
  defaultInspector,
  processInspectorKind,
  programVersionKind,
  readFsOf,
  requiredKind,
} from './option-kinds.ts';
import { type SessionProblem, sessionProblem } from './problems.ts';
import { behaviorsOf, ownDefaultHome } from './program.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import type { TranscriptContent } from './transcript/summary.ts';

/** Options of `diagnoseResume`. All paths are as the program sees them. */
export interface DiagnoseOptions extends InspectSettingsOptions, LiveSessionsOptions {
  /** The config directory under which the session is to be resumed. */
  readonly accountHome: string;
  /** The directory in which the program is to be started; links are followed. */
  readonly cwd: string;
  /** All config directories that may have the session; `accountHome` alone by default. */
  readonly accountHomes?: readonly string[] | undefined;
  /** The shared links; `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The version of Claude Code, such as `2.1.329`; every supported version by default. */
  readonly programVersion?: string | undefined;
  /** Whether the program will run on a terminal, where it asks about trust; true by default. */
  readonly interactive?: boolean | undefined;
  /** The time to judge ages by; the time of the call by default. */
  readonly now?: Date | undefined;
}

/** The transcript that the program would continue. */
export interface ResumableTranscript extends Transcript {
  /** The path at which the program finds it. */
  readonly path: string;
  readonly projectKey: string;
  readonly content: TranscriptContent;
}

/** Whether a session can be resumed, and why not. */
export interface ResumeDiagnosis {
  /** `resumable-with-warnings`: it can be, and something is lost, or may be; see `problems`. */
  readonly verdict: 'resumable' | 'resumable-with-warnings' | 'not-resumable';
  /** The id of the session that is meant; absent if it is none, or if several have that title. */
  readonly sessionId?: ResumeUUID;
  /** The transcript that the program would continue; absent if it finds none. */
  readonly transcript?: ResumableTranscript;
  /**
   * The working directory that the session recorded last, in this or another home. It may be gone, and it is data: check
   * it before you use it.
   */
  readonly recordedCwd?: string;
  /** Errors, which keep it from being resumed, then warnings; each with a remedy. */
  readonly problems: readonly SessionProblem[];
}

/**
 * Tells whether Claude Code would resume a session under an account home, from which transcript, and if not, why not.
 *
 * Searches as the program does, and changes nothing. What it says about the program was compared with 2.1.197 and
 * 2.1.332.
 *
 * @param sessionId - The text that would be given to `claude --resume`: an id, the path of a `.jsonl` file, or the title of
 * a session.
 * @param options - `accountHome` and `cwd`, in which it would be resumed; `accountHomes`, all homes that may have it;
 * `required`, by default `RequiredShared`; `programVersion`; and see {@link DiagnoseOptions}.
 * @returns The verdict; the transcript; every problem with its remedy.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what it finds.
 *
 * @example A home that has no link yet
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { diagnoseResume } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const line = '{"type":"user","uuid":"1","timestamp":"2026-11-01T10:00:00Z","message":{"content":"Hi"}}';
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
  const request = checkRequest(options);
  const named = typeof sessionId === 'string' ? await sessionsNamed(sessionId, request) : [];
  const [session, ...others] = named;
  if (session === undefined || others.length > 0) {
    const fields = { path: '', sessionId: shown(sessionId) };
    const titled = named.map((each) => each.sessionId);
    const problem = sessionProblem(
      'session-id-invalid',
      titled.length === 0 ? fields : { ...fields, titled },
    );
    return { verdict: 'not-resumable', problems: [problem] };
  }
  const facts = await gatherFacts(session, request);
  const { verdict, candidate, problems } = judgeResume(behaviorsOf(request.programVersion), facts);
  const recordedCwd = [...(candidate === undefined ? [] : [candidate]), ...facts.here]
    .concat(facts.candidates)
    .map(recordedCwdIn)
    .find((cwd) => cwd !== undefined);
  return {
    verdict,
    sessionId: session.sessionId,
    ...(candidate?.content.kind === 'read'
      ? {
          transcript: {
            path: candidate.at.path,
            projectKey: candidate.at.projectKey,
            ...candidate.transcript,
            content: candidate.content.content,
          },
        }
      : {}),
    ...(recordedCwd === undefined ? {} : { recordedCwd }),
    problems,
  };
}

/** Checked options with their defaults. */
export type ResumeRequest = ReturnType<typeof checkRequest>;

const schema = /* @__PURE__ */ (() => ({
  options: optionsOf({
    accountHome: path,
    cwd: path,
    accountHomes: optional(somePaths),
    required: requiredKind,
    programVersion: optional(programVersionKind),
    interactive: optional(flag, true),
    processInspector: optional(processInspectorKind),
    now: optional(date),
    ...settingsOptions,
  }),
}))();

function checkRequest(options: unknown) {
  const { options: given } = check('diagnoseResume', schema, { options });
  const { fs, accountHome, accountHomes = [], processInspector, defaultAccountHome, now } = given;
  return {
    ...given,
    /** The home in question first, each spelling once. */
    accountHomes: [...new Set([accountHome, ...accountHomes])],
    defaultAccountHome: defaultAccountHome ?? ownDefaultHome(fs),
    now: now ?? new Date(),
    processInspector: processInspector ?? defaultInspector(fs),
    fs: readFsOf(fs),
  };
}

const MAX_SHOWN = 200;

// Callers without types may pass anything.
function shown(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_SHOWN) : typeof value;
}
