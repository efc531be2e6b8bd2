import { setTimeout as timer } from 'node:timers/promises';
import { isObject } from '../../core/json.ts';
import {
  abortSignal,
  callback,
  check,
  integer,
  type Kind,
  kind,
  list,
  object,
  oneOf,
  optional,
  options,
  path,
  port,
  somePaths,
  string,
} from '../../core/options.ts';
import { type FailoverFs, failoverPort, realMigrateDisk } from '../../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../../fs/port.ts';
import type { ProcessInspector } from '../../fs/processes.ts';
import { RequiredShared, sharedLinks } from '../../links/required.ts';
import type { DiagnoseOptions } from '../../sessions/diagnose-resume.ts';
import {
  defaultInspector,
  processInspectorKind,
  programVersionKind,
} from '../../sessions/option-kinds.ts';
import { ownDefaultHome } from '../../sessions/program.ts';
import { resumeCommand, type ResumeCommandOptions } from '../../sessions/resume-command.ts';
import { isValidResumeUUID } from '../../sessions/resume-uuid.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { SwapEvent } from './report.ts';

/** How the program is started to resume a session. */
export type LaunchOptions = Pick<
  ResumeCommandOptions,
  'program' | 'extraArgs' | 'prompt' | 'keepVariables' | 'dangerouslySkipPermissions'
>;

/**
 * `as-it-ran`: with the program and the arguments that its session was last seen to run with, as far as the terminal
 * tells; what may be a secret is left out and reported.
 */
export type Launch = 'as-it-ran' | LaunchOptions;

/** A session that a failover looks after, in a terminal of its own, under whichever account. */
export interface FailoverSession {
  /** Its name: that of its terminal, and of its directory below the state directory. One path segment. */
  readonly name: string;
  /** The working directory of the program: an absolute path. */
  readonly cwd: string;
  /** The pane of its terminal, such as `%3`; by default its only one, the only one that runs a session, or its last one. */
  readonly pane?: string | undefined;
  /** How the program is started for this session, instead of the option for all. */
  readonly launch?: Launch | undefined;
}

/** The options of all calls that act on running sessions. */
export interface FailoverOptions {
  /** The terminals of the sessions, such as `tmuxTerminal()` of `claude-shared-state/tmux`. */
  readonly terminal: Terminal;
  /** The directory that keeps `<session>/resume-id.txt`: an absolute path; created if missing. */
  readonly stateDirectory: string;
  /** The file system; the real disk by default. */
  readonly fs?: FsLike<FailoverFs> | undefined;
  /** Tells which processes run; by default those of this machine, or unknown if `fs` is given. */
  readonly processInspector?: ProcessInspector | undefined;
  /** Aborts the call between two steps; call again to continue. */
  readonly signal?: AbortSignal | undefined;
  /** Waits a number of milliseconds between two looks at a terminal; a timer by default. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** Returns a time in milliseconds that only grows; by default a clock of this process. */
  readonly now?: (() => number) | undefined;
  /** Returns a number from 0 to below 1, for unique names; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** The process id to lock with; that of this process by default. */
  readonly pid?: number | undefined;
  /** How long to wait between two looks at a terminal, in milliseconds; 250 by default. */
  readonly pollMs?: number | undefined;
}

/** The options of `holdStateDirectory`. */
export type HoldOptions = Pick<
  FailoverOptions,
  'stateDirectory' | 'fs' | 'processInspector' | 'random' | 'pid'
>;

/** The options of `saveResumeUUIDs`. */
export interface SaveOptions extends Omit<FailoverOptions, 'now' | 'pid' | 'pollMs' | 'sleep'> {
  /** The account homes under which the sessions may be running: absolute paths, at least one. */
  readonly accountHomes: readonly string[];
}

interface ResumeOptions extends Pick<
  DiagnoseOptions,
  'required' | 'programVersion' | 'defaultAccountHome'
> {
  /** How the program is started, unless a session says otherwise; `as-it-ran` by default. */
  readonly launch?: Launch | undefined;
  /** A prompt for the sessions whose work the swap or a limit interrupted, on one line; none by default. */
  readonly continuePrompt?: string | undefined;
  /** How long a session may take to resume or fail, in milliseconds; 60,000 by default. */
  readonly resumeTimeoutMs?: number | undefined;
  /**
   * What to do if Claude Code asks because the session belongs to another account: leave the question unanswered, and do
   * not stop a session that would meet it (`report`, the default); or choose the copy, which continues under a new id
   * and shares the history with the target account (`copy`).
   */
  readonly onOwnedByAnother?: 'report' | 'copy' | undefined;
}

/** The options of `relaunchSessions`. */
export interface RelaunchOptions extends FailoverOptions, ResumeOptions {
  /** The account home to resume the sessions under: an absolute path. */
  readonly targetHome: string;
  /** The account homes that may have a session, to explain why it can't be resumed; `targetHome` alone by default. */
  readonly accountHomes?: readonly string[] | undefined;
}

/** The options of `swapAccounts`. */
export interface SwapOptions extends FailoverOptions, ResumeOptions {
  /** The account home under which the sessions run: an absolute path. */
  readonly from: string;
  /** The account home to move them to: an absolute path. It must exist. */
  readonly to: string;
  /** All configured sessions, whatever they do. */
  readonly sessions: readonly FailoverSession[];
  /** All account homes: a session that runs under one of them is not started again. `from` and `to` by default. */
  readonly accountHomes?: readonly string[] | undefined;
  /** How long a program may take to end before it is killed, in milliseconds; 10,000 by default. */
  readonly stopTimeoutMs?: number | undefined;
  /**
   * What happens to a session with which its terminal would end: it is left alone (`skip`, the default), or a shell is
   * started in its place (`respawn`), if the terminal can do that.
   */
  readonly onNoShell?: 'skip' | 'respawn' | undefined;
  /** The name of the session to move first; one whose work isn't interrupted for that by default. */
  readonly canary?: string | undefined;
  /** Called at every step. If it throws, the swap ends as in a crash. */
  readonly onEvent?: ((event: SwapEvent) => void) | undefined;
}

type ValuesOf<Schema> = {
  readonly [Key in keyof Schema]: Schema[Key] extends Kind<infer Value> ? Value : never;
};

/** What the calls work with: {@link FailoverOptions}, with their defaults. */
export type FailoverContext = ReturnType<typeof contextOf>;
/** How to resume sessions. */
export type LaunchRequest = ReturnType<typeof resumeRequest>;
/** How to swap. */
export type SwapRequest = ReturnType<typeof checkSwap>['request'];

// One path segment, without anything hidden or anything that a terminal would not take literally.
const NO_NAME =
  // oxlint-disable-next-line no-control-regex -- the pattern is about control characters
  /^$|^\.|[/\\:\0-\x1f\x7f-\x9f\ud800-\udfff]|[. ]$/u;

const isPane = (value: unknown): value is string =>
  typeof value === 'string' && /^%\d+$/.test(value);
const launch = /* @__PURE__ */ kind(
  (value): value is Launch => value === 'as-it-ran' || isObject(value),
  'as-it-ran, or a plain object',
);
// A timer of more than this fires at once.
const milliseconds = /* @__PURE__ */ integer({ min: 1, max: 2 ** 31 - 1, of: 'milliseconds' });
const anySessions = /* @__PURE__ */ (() =>
  list(
    object<FailoverSession>({
      name: kind(
        (value): value is string => typeof value === 'string' && !NO_NAME.test(value),
        'a plain path segment, such as api',
      ),
      cwd: path,
      pane: optional(kind(isPane, 'the id of a pane, such as %3')),
      launch: optional(launch),
    }),
    '{ name, cwd }',
  ))();

const sessions: Kind<readonly FailoverSession[]> = (value, argument, faults) => {
  const read = anySessions(value, argument, faults) ?? [];
  // Some file systems take two such names for one.
  const folded = read.map(({ name }) => name.normalize('NFKC').toLowerCase());
  for (const [index, name] of folded.entries()) {
    if (folded.indexOf(name) === index) continue;
    const expected = 'another name: two must differ by more than upper and lower case';
    faults.add(`${argument}[${index}].name`, name, expected);
  }
  return read;
};

const calls = ['capture', 'type', 'press', 'processIds', 'isAtShell', 'signal'] as const;

function isTerminal(value: unknown): value is Terminal {
  return isObject(value) && calls.every((call) => typeof Reflect.get(value, call) === 'function');
}

const shared = /* @__PURE__ */ (() => ({
  terminal: kind(isTerminal, `a terminal with ${calls.join(', ')}, such as tmuxTerminal() returns`),
  stateDirectory: path,
  fs: optional(port<FsLike<FailoverFs>>(failoverPort)),
  processInspector: optional(processInspectorKind),
  signal: optional(abortSignal),
  random: optional(callback<() => number>(), Math.random),
}))();
const waiting = /* @__PURE__ */ (() => ({
  sleep: optional(callback<(duration: number) => Promise<void>>(), (duration) => timer(duration)),
  pid: optional(integer({ min: 1 })),
  pollMs: optional(milliseconds, 250),
  now: optional(callback<() => number>(), () => performance.now()),
}))();
const resuming = /* @__PURE__ */ (() => ({
  required: optional(sharedLinks, RequiredShared),
  programVersion: optional(programVersionKind),
  defaultAccountHome: optional(path),
  launch: optional(launch, 'as-it-ran'),
  continuePrompt: optional(string),
  resumeTimeoutMs: optional(milliseconds, 60_000),
  onOwnedByAnother: optional(oneOf('report', 'copy'), 'report'),
}))();

export function checkHold(holdOptions: HoldOptions, run: unknown) {
  const { stateDirectory, fs, processInspector, random } = shared;
  const own = { stateDirectory, fs, processInspector, random, pid: waiting.pid };
  const schema = { options: options(own), run: callback<() => Promise<unknown>>() };
  const checked = check('holdStateDirectory', schema, { options: holdOptions, run });
  return { ...checked.options, ...systemOf(checked.options) };
}

export function checkSave(given: unknown, saveOptions: SaveOptions) {
  const schema = { sessions, options: options({ ...shared, accountHomes: somePaths }) };
  const checked = check('saveResumeUUIDs', schema, { sessions: given, options: saveOptions });
  const { accountHomes, ...tools } = checked.options;
  const context = contextOf({ ...tools, sleep: timer, now: () => 0, pid: undefined, pollMs: 1 });
  return { sessions: checked.sessions, accountHomes, context };
}

export function checkRelaunch(given: unknown, relaunchOptions: RelaunchOptions) {
  const own = { targetHome: path, accountHomes: optional(somePaths, []) };
  const schema = { sessions, options: options({ ...shared, ...waiting, ...resuming, ...own }) };
  const checked = check('relaunchSessions', schema, { sessions: given, options: relaunchOptions });
  const { targetHome, accountHomes } = checked.options;
  const request = resumeRequest(checked.options, targetHome, accountHomes);
  requireTypeable(checked.sessions, request);
  return { sessions: checked.sessions, context: contextOf(checked.options), request };
}

export function checkSwap(swapOptions: SwapOptions, call: 'swapAccounts' | 'planSwap') {
  const read = options({
    ...shared,
    ...waiting,
    ...resuming,
    from: path,
    to: path,
    sessions,
    accountHomes: optional(somePaths, []),
    stopTimeoutMs: optional(milliseconds, 10_000),
    onNoShell: optional(oneOf('skip', 'respawn'), 'skip'),
    canary: optional(string),
    onEvent: optional(callback<(event: SwapEvent) => void>(), () => undefined),
  });
  const readSwap: typeof read = (value, argument, faults) => {
    const swap = read(value, argument, faults);
    return swap === undefined || swap.from !== swap.to
      ? swap
      : faults.add('options.to', swap.to, 'another account home than options.from');
  };
  const { options: swap } = check(call, { options: readSwap }, { options: swapOptions });
  const resume = resumeRequest(swap, swap.to, [swap.from, ...swap.accountHomes]);
  requireTypeable(swap.sessions, resume);
  return { context: contextOf(swap), request: { ...swap, resume } };
}

function contextOf(given: ValuesOf<typeof shared & typeof waiting>) {
  return { ...given, ...systemOf(given) };
}

/** The file system and the processes that a call works with. */
function systemOf({
  fs: givenFs,
  processInspector = defaultInspector(givenFs),
}: Pick<FailoverOptions, 'fs' | 'processInspector'>) {
  const fs = givenFs === undefined ? realMigrateDisk : promisesOf(givenFs);
  return { fs, processInspector };
}

function resumeRequest(
  given: ValuesOf<typeof shared & typeof resuming>,
  targetHome: string,
  others: readonly string[],
) {
  const { defaultAccountHome = ownDefaultHome(given.fs) } = given;
  const accountHomes = [...new Set([targetHome, ...others])];
  return { ...given, defaultAccountHome, targetHome, accountHomes };
}

const anyId = /* @__PURE__ */ (() =>
  ['00000000-0000-0000-0000-000000000000'].filter(isValidResumeUUID))();

/** Refuses a command that can't be typed before anything is touched. That of one session's directory blocks only that. */
function requireTypeable(
  all: readonly FailoverSession[],
  { launch: common, continuePrompt, targetHome: accountHome, defaultAccountHome }: LaunchRequest,
): void {
  for (const { launch: own = common } of all) {
    const how = own === 'as-it-ran' ? {} : own;
    const options = { ...how, accountHome, cwd: '/', defaultAccountHome };
    const continued = { ...options, prompt: continuePrompt ?? options.prompt };
    for (const id of anyId) for (const each of [options, continued]) resumeCommand(id, each);
  }
}
