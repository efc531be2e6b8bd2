import { isArray, memberOf, parsedJson } from '../../core/json.ts';
import { dirname, join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { textOf } from '../../fs/port.ts';
import { readSmallFile } from '../../fs/read-file.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { MAX_LAUNCH_BYTES, type ProcessLaunch } from '../terminal/terminal.ts';
import { keepArguments } from './launch-arguments.ts';
import type { LaunchOptions, LaunchRequest } from './options.ts';
import { replaceFile } from './resume-id.ts';
import type { SessionTerminal } from './session-terminal.ts';

/** How a session ran, kept next to its id for the next launch. */
export interface SavedLaunch {
  /** The session: for another one it means nothing. */
  readonly sessionId: ResumeUUID;
  /** The program, if it is not the `claude` of its PATH. */
  readonly program?: string | undefined;
  /** Its arguments, without those that may be secret. */
  readonly args: readonly string[];
  /** The pane in which it ran, if its terminal has several. */
  readonly pane?: string | undefined;
  /** Whether it was at work when it was stopped. */
  readonly wasBusy?: boolean | undefined;
}

/** Saves how a session runs; what says nothing new is not written again. */
export async function saveLaunch(terminal: SessionTerminal, launch: SavedLaunch): Promise<void> {
  const text = `${JSON.stringify(launch)}\n`;
  const { context, launchPath } = terminal;
  const saved = await readSmallFile(context.fs, launchPath, MAX_LAUNCH_BYTES);
  if (!saved.ok || saved.value !== text) await replaceFile(context, launchPath, text);
}

/** Reads how a session ran; nothing is known if that was not saved, or somebody has changed it. */
export async function readLaunch(
  terminal: SessionTerminal,
  sessionId: ResumeUUID,
): Promise<SavedLaunch | undefined> {
  const file = await readSmallFile(terminal.context.fs, terminal.launchPath, MAX_LAUNCH_BYTES);
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
 * @param started - Where that is unknown, what was saved before is used.
 * @param hasShell - Whether it is started from the same shell: another one may find no `claude` in its PATH.
 */
export async function describeLaunch(
  terminal: SessionTerminal,
  sessionId: ResumeUUID,
  started: ProcessLaunch | undefined,
  hasShell = true,
): Promise<{ readonly launch: SavedLaunch; readonly problems: readonly FailoverProblem[] }> {
  const { context, place, pane } = terminal;
  if (started === undefined) {
    const { program, args = [] } = (await readLaunch(terminal, sessionId)) ?? {};
    return { launch: { sessionId, program, args, pane }, problems: [] };
  }
  const { executable, args, env } = started;
  const kept = keepArguments(args);
  const problems = kept.omitted.map((omitted) =>
    failoverProblem('launch-argument-omitted', { ...place, ...omitted }),
  );
  const known = await findProgram(context.fs, 'claude', env);
  // A script is run by its interpreter; and what was updated since is gone.
  const own = /(?:^|\/)(?:node|bun)$| \(deleted\)$/.test(executable) ? known : executable;
  // An update puts the next version next to this one, which it removes at some time.
  const isUpdated = own !== undefined && known !== undefined && dirname(own) === dirname(known);
  const wanted = isUpdated ? known : own;
  const program = hasShell && wanted === known ? undefined : wanted;
  return { launch: { sessionId, program, args: kept.args, pane }, problems };
}

/** The real path of a program as a shell would find it; `undefined` if it finds none. */
export async function findProgram(
  fs: SessionTerminal['context']['fs'],
  name: string,
  env: ProcessLaunch['env'],
): Promise<string | undefined> {
  const directories = (env['PATH'] ?? '').split(':').filter((each) => each.startsWith('/'));
  const paths = directories.map((directory) => join(directory, name));
  for (const path of name.startsWith('/') ? [name] : paths) {
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
