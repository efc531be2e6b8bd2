import { isArray, memberOf, parsedJson } from '../../core/json.ts';
import { dirname, join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { textOf } from '../../fs/port.ts';
import { readSmallFile } from '../../fs/read-file.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import type { ProcessLaunch } from '../terminal/terminal.ts';
import { keepArguments } from './launch-arguments.ts';
import type { LaunchOptions, LaunchRequest } from './options.ts';
import { replaceFile } from './resume-id.ts';
import type { SessionTerminal } from './session-terminal.ts';

/** How a session ran, kept beside its id for the next launch. */
export interface SavedLaunch {
  /** The session: for another one it means nothing. */
  readonly sessionId: ResumeUUID;
  /** The program, if it is not the `claude` of its PATH. */
  readonly program?: string | undefined;
  /** Its arguments, without those that may be secret. */
  readonly args: readonly string[];
  /** Whether it was at work when it was stopped. */
  readonly wasBusy?: boolean | undefined;
}

// The arguments of one process have at most this much by default on Linux.
const MAX_BYTES = 2 ** 21;

const pathOf = ({ place }: SessionTerminal) => join(dirname(place.path), 'launch.json');

/** Saves how a session runs; what says nothing new is not written again. */
export async function saveLaunch(terminal: SessionTerminal, launch: SavedLaunch): Promise<void> {
  const text = `${JSON.stringify(launch)}\n`;
  const { fs } = terminal.context;
  const saved = await readSmallFile(fs, pathOf(terminal), MAX_BYTES);
  if (!saved.ok || saved.value !== text)
    await replaceFile(terminal.context, pathOf(terminal), text);
}

/** Reads how a session ran; nothing is known if that was not saved, or somebody has changed it. */
export async function readLaunch(
  terminal: SessionTerminal,
  sessionId: ResumeUUID,
): Promise<SavedLaunch | undefined> {
  const file = await readSmallFile(terminal.context.fs, pathOf(terminal), MAX_BYTES);
  const value = file.ok ? parsedJson(file.value) : undefined;
  const [args, program] = [memberOf(value, 'args'), memberOf(value, 'program')];
  if (memberOf(value, 'sessionId') !== sessionId || !isArray(args)) return undefined;
  return {
    sessionId,
    program: typeof program === 'string' ? program : undefined,
    args: keepArguments(args.filter((arg) => typeof arg === 'string')).args,
    wasBusy: memberOf(value, 'wasBusy') === true,
  };
}

/**
 * What of the way in which a process was started is used again, and what is not.
 *
 * @param hasShell - Whether it is started from the same shell: another one may find no `claude` in its PATH.
 */
export async function describeLaunch(
  { context: { fs }, place }: SessionTerminal,
  sessionId: ResumeUUID,
  { executable, args, env }: ProcessLaunch,
  hasShell = true,
): Promise<{ readonly launch: SavedLaunch; readonly problems: readonly FailoverProblem[] }> {
  const kept = keepArguments(args);
  const problems = kept.omitted.map((omitted) =>
    failoverProblem('launch-argument-omitted', { ...place, ...omitted }),
  );
  const known = await findProgram(fs, 'claude', env);
  // A script is run by its interpreter; and what was updated since is gone.
  const own = /(?:^|\/)(?:node|bun)$| \(deleted\)$/.test(executable) ? known : executable;
  const program = hasShell && own === known ? undefined : own;
  return { launch: { sessionId, program, args: kept.args }, problems };
}

/** The real path of a program as a shell would find it; `undefined` if it finds none. */
export async function findProgram(
  fs: SessionTerminal['context']['fs'],
  name: string,
  env: ProcessLaunch['env'],
): Promise<string | undefined> {
  const directories = name.startsWith('/') ? [''] : (env['PATH'] ?? '').split(':');
  for (const directory of directories) {
    const path = directory === '' ? name : join(directory, name);
    const found = await toResult(fs.realpath(path));
    if (found.ok) return textOf(found.value);
  }
  return undefined;
}

/** How a session is started again. */
export function launchOptions(
  { session }: SessionTerminal,
  saved: SavedLaunch | undefined,
  { launch: common, continuePrompt }: LaunchRequest,
): LaunchOptions {
  const { launch = common } = session;
  const options =
    launch === 'as-it-ran' ? { program: saved?.program, extraArgs: saved?.args } : launch;
  return saved?.wasBusy === true && continuePrompt !== undefined
    ? { ...options, prompt: continuePrompt }
    : options;
}
