import { join } from 'node:path';
import { holdStateDirectory } from '../../failover/index.ts';
import { findAccountHomes } from '../../homes/index.ts';
import { inspectAll, parseResumeUUID } from '../../index.ts';
import { resumeCommand, type ResumeCommandOptions } from '../../sessions/index.ts';
import { type AnyProblem, isError } from '../causes.ts';
import {
  choiceOption,
  type CliContext,
  flagOption,
  listOption,
  textOption,
  type ValuesOf,
} from '../command.ts';
import { defaultHomeIn } from '../diagnoses.ts';
import { reasonOf, UsageError } from '../exit.ts';
import { isDirectoryAt, textAt, xdgDirectory } from '../files.ts';
import type { Io } from '../io.ts';
import { absolutePath } from '../scope.ts';
import { daemonFile } from './daemon.ts';
import { folded, isUsableName, orNone, type WantedSession } from './look.ts';
import { memoryFrom } from './memory.ts';
import type { DaemonStatus } from './status.ts';

/** The options of `failover`, of which each action takes some. */
export const failoverOptions = {
  session: listOption(
    '--session <name[:pane][=directory]>',
    'a tmux session, such as api; its pane, such as api:%3, if Claude Code runs in several; and the directory that it runs in. Can be repeated (default: all in which it runs)',
  ),
  state: textOption(
    '--state <directory>',
    'where ids, status.json and daemon.json are (default: $XDG_STATE_HOME/claude-shared-state/failover)',
  ),
  socket: textOption('--socket <name>', 'the tmux socket: a name, or a path with a slash'),
  poll: textOption('--poll <time>', 'how often to look (default: 15s)'),
  coolDown: textOption(
    '--cool-down <time>',
    'how long after a swap no other one begins (default: 5m)',
  ),
  next: choiceOption(
    '--next <rule>',
    'which account is next: the one after the current one, or the first that can be used',
    ['round-robin', 'in-order'],
  ),
  continue: textOption('--continue <prompt>', 'what to tell sessions whose work was interrupted'),
  canary: textOption('--canary <name>', 'the session to move first'),
  whenExhausted: choiceOption(
    '--when-exhausted <what>',
    'what run does while all accounts are exhausted',
    ['wait', 'stop'],
  ),
  once: flagOption('--once', 'with run: look once, do what is due, and end'),
  on: listOption(
    '--on <event=command|url>',
    'with run: report an event with a shell command, or with a POST to a URL; can be repeated',
  ),
  listen: textOption(
    '--listen <port|socket>',
    'with run: answer GET /status, /quota/status and /metrics on a loopback port, or on a socket',
  ),
  to: textOption('--to <home>', 'with check and swap: the account to move to'),
  launchd: flagOption('--launchd', 'with unit: write a launchd agent instead of a systemd unit'),
  yes: flagOption('-y, --yes', 'with swap and unit: do it without asking').conflicts('dryRun'),
  dryRun: flagOption(
    '--dry-run',
    'say what would be done; stop and start nothing, and write only ids and the status',
  ),
};

export type FailoverValues = ValuesOf<typeof failoverOptions>;

/** What every action works with. */
export type FailoverSetup = Awaited<ReturnType<typeof setupFor>>;

/** Reads and checks the options; a mistake is told before anything is begun. */
export async function setupFor(
  { io, scope }: CliContext,
  values: FailoverValues,
  extraArgs: readonly string[],
) {
  requireTypeable('--continue', { prompt: values.continue });
  requireTypeable('the arguments after --', { extraArgs });
  const named: WantedSession[] = [];
  for (const text of values.session ?? []) {
    const session = await sessionFrom(text, io);
    const twin = named.find(({ name }) => folded(name) === folded(session.name));
    if (twin !== undefined) {
      const isOne = twin.name === session.name;
      throw new UsageError(
        `--session ${text}: ${isOne ? 'only one pane of a session can be named' : 'two names must differ by more than case'}`,
      );
    }
    named.push(session);
  }
  const { canary } = values;
  if (canary !== undefined && named.length > 0 && !named.some(({ name }) => name === canary)) {
    throw new UsageError(`--canary ${canary}: no --session has this name`);
  }
  const found = await findAccountHomes({
    homeDirectory: io.home,
    env: io.env,
    accountHomes: scope.homes,
    required: scope.required,
    sessions: false,
    processInspector: io.processInspector,
  });
  const organizations = new Map(
    found.homes.map((home) => [home.accountHome, home.account?.organizationUuid]),
  );
  const defaultState = `${xdgDirectory(io, 'XDG_STATE_HOME')}/claude-shared-state/failover`;
  return {
    homes: scope.homes,
    accounts: scope.homes.map((account) => ({ account, organization: organizations.get(account) })),
    isDiscovering: values.session === undefined,
    named,
    extraArgs,
    tools: {
      ...io.tmux(values.socket),
      stateDirectory: absoluteIn('--state', values.state ?? defaultState, io),
      required: scope.required,
      defaultAccountHome: defaultHomeIn(io.home),
      launch: extraArgs.length === 0 ? 'as-it-ran' : { extraArgs },
      continuePrompt: values.continue,
    },
    readFile,
    canary,
    pollMs: timeFrom('--poll', values.poll ?? '15s'),
    cooldownMs: timeFrom('--cool-down', values.coolDown ?? '5m'),
    timeZone: zoneHere(),
    next: values.next ?? 'round-robin',
    whenExhausted: values.whenExhausted ?? 'wait',
    isDryRun: values.dryRun === true,
    isOnce: values.once === true,
  } as const;
}

/** At a limit it would be too late. */
function requireTypeable(
  option: string,
  given: Pick<ResumeCommandOptions, 'extraArgs' | 'prompt'>,
): void {
  const id = parseResumeUUID('00000000-0000-0000-0000-000000000000');
  try {
    if (id !== undefined) resumeCommand(id, { accountHome: '/', cwd: '/', ...given });
  } catch (error) {
    throw new UsageError(`${option}: ${reasonOf(error)}`);
  }
}

async function readFile(path: string): Promise<string | undefined> {
  return await textAt(path).catch((error: unknown) => {
    throw new UsageError(`--state: ${reasonOf(error)}`);
  });
}

/** With an empty `TZ` Node 20 returns a zone that it doesn't accept itself; the clock is that of UTC. */
function zoneHere(): string | undefined {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

/** A daemon keeps it for weeks: it must not depend on where that was started. */
function absoluteIn(option: string, path: string, io: Io): string {
  if (/^(?:\/|~(?:\/|$))/.test(path)) return absolutePath(path, io);
  throw new UsageError(`${option}: ${path} is relative; write the whole path`);
}

async function sessionFrom(text: string, io: Io): Promise<WantedSession> {
  const [, name = '', pane, directory] = /^([^=]*?)(?::(%\d+))?(?:=(.*))?$/s.exec(text) ?? [];
  if (!isUsableName(name)) throw new UsageError(`--session ${text}: ${noSuchSession}`);
  if (directory === undefined) return { name, pane };
  const cwd = absoluteIn('--session', directory, io);
  if (await isDirectoryAt(cwd)) return { name, pane, cwd };
  throw new UsageError(`--session ${text}: there is no directory ${cwd}`);
}

const units = new Map(Object.entries({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }));

/** A time such as `15s`, in milliseconds; a number alone is in seconds. */
function timeFrom(option: string, text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9})([a-z]{1,2})?$/.exec(text) ?? [];
  const milliseconds = Number(number) * Number(units.get(unit));
  // A timer of more than that fires at once.
  if (milliseconds > 0 && milliseconds < 2 ** 31) return milliseconds;
  throw new UsageError(`${option} ${text}: it must be a time, such as 500ms, 15s, 5m or 1h`);
}

/** Makes sure that a daemon can work with it; returns what keeps the homes from sharing their sessions. */
export async function checkToRun(setup: FailoverSetup, io: Io): Promise<readonly AnyProblem[]> {
  const { homes } = setup;
  const { required } = setup.tools;
  await requireTerminals(setup);
  await requireSameServer(setup, io);
  // The home that has what is shared needs no links.
  const isPool = (home: string) =>
    required.every(({ name, target }) => target === join(home, name));
  const reports = await inspectAll(
    homes.filter((home) => !isPool(home)),
    { required },
  );
  const problems = reports.flatMap((report) => report.problems);
  // A swap creates what is missing.
  return problems.filter((problem) => isError(problem) && problem.remedy !== 'ensure');
}

export function requireTwo(homes: readonly string[]): void {
  if (homes.length > 1) return;
  throw new UsageError(
    `there is only one account home, ${homes.join()}: name two or more with --home`,
  );
}

/** Runs something as the only daemon of its state directory. */
export async function asOnlyDaemon<Value>(
  { tools }: FailoverSetup,
  run: () => Promise<Value>,
): Promise<Value> {
  const { stateDirectory, processInspector } = tools;
  const held = await holdStateDirectory({ stateDirectory, processInspector }, run);
  if (held.ok) return held.value;
  const [problem] = held.problems;
  const pid = problem?.code === 'locked-by-other' ? problem.pid : undefined;
  throw new UsageError(
    pid === undefined
      ? `--state ${stateDirectory}: ${problem?.message}`
      : `process ${pid} is already running with --state ${stateDirectory}`,
  );
}

/** Requires tmux, what it needs, and every named pane; a server that isn't running is fine. */
export async function requireTerminals({ tools, named }: FailoverSetup): Promise<void> {
  const { terminal } = tools;
  try {
    const [first] = await terminal.sessions();
    if (first !== undefined) await orNone(() => terminal.processIds(first));
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
  for (const { name, pane } of named) {
    if (pane === undefined) continue;
    const ids = (await orNone(() => terminal.panes(name))).map(({ id }) => id);
    if (ids.includes(pane)) continue;
    const reason =
      ids.length === 0 ? noSuchSession : `it has no such pane; its panes are ${ids.join(', ')}`;
    throw new UsageError(`--session ${name}:${pane}: ${reason}`);
  }
}

export const noSuchSession = 'tmux has no session of this name';

/** By a mistyped socket all sessions would seem to be lost, and be started once more. */
async function requireSameServer(
  { tools: { terminal, stateDirectory }, readFile: read }: FailoverSetup,
  io: Io,
): Promise<void> {
  const { server = '' } = memoryFrom(await read(daemonFile(stateDirectory))).loop;
  const [path] = /\/.*$/s.exec(server) ?? [];
  if (path === undefined || server === (await terminal.server())) return;
  const remembered = io.tmux(path).terminal.server();
  // What does not answer can't be told from one that has died.
  if (server !== (await remembered.catch(() => undefined))) return;
  throw new UsageError(
    `--socket: the sessions of --state ${stateDirectory} run in the tmux server at ${path}; correct it, or give this one a --state of its own`,
  );
}

/** Whether the daemon that wrote a status still runs. */
export function isRunning({ at, pid, pollMs }: DaemonStatus): boolean {
  // A swap may take minutes; another process may have got its id by then.
  return Date.now() - Date.parse(at) < MAX_SWAP_MS + 3 * pollMs && exists(pid);
}

const MAX_SWAP_MS = 600_000;

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's.
    return reasonOf(error).includes('EPERM');
  }
}
