import { setTimeout as delay } from 'node:timers/promises';
import {
  planSwap,
  saveResumeUUIDs,
  swapAccounts,
  type SavedSession,
  type SwapPlan,
  type SwapReport,
} from '../../failover/index.ts';
import { offerFile, type Refusal, refusalOf } from '../act.ts';
import { isError } from '../causes.ts';
import { type CliContext, defineCommand, flagsOf, requireAction } from '../command.ts';
import { EXIT, type ExitCode, reasonOf, UsageError } from '../exit.ts';
import { alertsFrom, sendAlert } from '../failover/alerts.ts';
import { daemonFile, noteFile, runDaemon, statusFile } from '../failover/daemon.ts';
import { type DaemonEvent, eventLine } from '../failover/events.ts';
import { findInTerminals, sessionsIn } from '../failover/look.ts';
import { beginning, isMoved, nextAccount, type SwapNote } from '../failover/loop.ts';
import { memoryFrom, noteFrom, noteText } from '../failover/memory.ts';
import { addressFrom, cannotListen, type Pages, serve } from '../failover/serve.ts';
import {
  asOnlyDaemon,
  checkToRun,
  failoverOptions,
  type FailoverSetup,
  type FailoverValues,
  isRunning,
  noSuchSession,
  requireTerminals,
  requireTwo,
  setupFor,
} from '../failover/setup.ts';
import { type DaemonStatus, metricsOf, quotaStatusOf, statusFrom } from '../failover/status.ts';
import { plistPath, plistText, unitPath, unitText } from '../failover/unit.ts';
import { saveFile, xdgDirectory } from '../files.ts';
import { jsonLine } from '../json.ts';
import { absolutePath, accountFor, scopeFlags } from '../scope.ts';
import {
  printMessagesOf,
  printSession,
  printSwapPlan,
  printStatus,
  printSubject,
} from '../ui/failover.ts';
import { printProblems } from '../ui/problems.ts';
import type { NextStep } from '../ui/steps.ts';

/** Each takes the context, the options as they were typed, and what was made of them. */
const actions = { run, check, swap, status: showStatus, save, unit: writeUnit } as const;

export const failoverCommand = defineCommand({
  name: 'failover',
  summary: 'move running sessions to the next account at a limit',
  description:
    'run watches the Claude Code sessions in tmux, moves them to the next account when one has reached a usage limit, and prints what happens as lines of JSON. check says whether the sessions could be moved now, and changes nothing; swap moves them now; save saves their ids; status prints what the daemon does; unit writes a systemd user unit that runs it. Arguments after -- are given to Claude Code when a session is resumed.',
  arguments: '<action> [args...]',
  options: failoverOptions,
  async run(context, values, [action = '', ...extraArgs]) {
    requireAction('failover', actions, action);
    const setup = await setupFor(context, values, extraArgs);
    const { exitCode, body } = await actions[action](context, values, setup);
    return { exitCode, body: body && { action, ...body } };
  },
});

/** What an action prints with `--json`. */
interface FailoverBody {
  readonly from?: string;
  readonly plans?: readonly TargetPlan[];
  readonly report?: SwapReport;
  readonly saved?: readonly SavedSession[];
  readonly running?: boolean;
  readonly status?: DaemonStatus | undefined;
  readonly path?: string;
  readonly text?: string;
  readonly written?: boolean;
  readonly outcome?: 'done' | 'refused' | Refusal['outcome'];
  readonly next?: readonly NextStep[];
}

interface TargetPlan extends SwapPlan {
  readonly to: string;
}

/** `run` prints events, and no result. */
type Ended = Promise<{ readonly exitCode: ExitCode; readonly body?: FailoverBody }>;

const codeFor = (isOk: boolean): ExitCode => (isOk ? EXIT.done : EXIT.problems);

async function run(context: CliContext, values: FailoverValues, setup: FailoverSetup): Ended {
  requireTwo(setup.homes);
  return await asOnlyDaemon(setup, () => watch(context, values, setup));
}

async function watch(context: CliContext, values: FailoverValues, setup: FailoverSetup): Ended {
  const { io, stderr } = context;
  const alerts = alertsFrom(values.on ?? []);
  const address = values.listen === undefined ? undefined : addressFrom(values.listen);
  const problems = await checkToRun(setup, io);
  if (problems.length > 0) {
    printProblems(stderr, problems);
    return { exitCode: EXIT.problems };
  }
  let status: DaemonStatus | undefined;
  const json = (part: (status: DaemonStatus) => object) => () => ({
    type: 'application/json',
    body: jsonLine(status === undefined ? {} : part(status)),
  });
  const pages: Pages = {
    '/status': json((all) => all),
    '/quota/status': json(quotaStatusOf),
    '/metrics': () => ({
      type: 'text/plain; version=0.0.4',
      body: status === undefined ? '' : metricsOf(status),
    }),
  };
  const server = address && (await serve(address, pages).catch(cannotListen));
  const sent = new Set<Promise<void>>();
  const onEvent = (event: DaemonEvent, at: Date) => {
    io.stdout.write(`${eventLine(event, at)}\n`);
    for (const alert of alerts.filter((each) => each.event === event.event)) {
      const sending: Promise<void> = sendAlert(alert, event, at)
        .catch((error: unknown) => {
          const text = `${alert.event}: ${reasonOf(error)}`;
          // An alert about this would be the next to fail.
          io.stdout.write(`${eventLine({ event: 'alert-failed', text }, new Date())}\n`);
        })
        .finally(() => sent.delete(sending));
      sent.add(sending);
    }
  };
  const { signal, release } = io.catchInterrupts();
  try {
    const isOk = await runDaemon({
      ...setup,
      pid: process.pid,
      signal,
      now: () => new Date(),
      rest: (milliseconds) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
      replaceFile: saveFile,
      onEvent,
      onStatus: (now) => {
        status = now;
      },
    });
    return { exitCode: codeFor(isOk) };
  } finally {
    release();
    server?.close();
    server?.closeAllConnections();
    await Promise.all(sent);
  }
}

/**
 * The sessions that are named, or that run in tmux, or that an unfinished swap has left; and the account that most of
 * them run under, of those that are not `to`.
 */
async function sessionsFor(setup: FailoverSetup, to?: string, note?: SwapNote) {
  const { homes, named } = setup;
  await requireTerminals(setup);
  const { there, found } = await findInTerminals(setup);
  const isThere = (name: string) =>
    found.some((each) => each.name === name && each.live.accountHomes[0] === note?.to);
  const left = note?.names.filter((name) => there.includes(name) && !isThere(name)) ?? [];
  const unfinished = left.map((name) => ({ name, cwd: note?.cwds[name] }));
  const sessions = sessionsIn(named, unfinished, found);
  const nowhere = named.find(({ name }) => !sessions.some((each) => each.name === name));
  if (nowhere !== undefined) {
    const { name, pane } = nowhere;
    const option = pane === undefined ? name : `${name}:${pane}`;
    const hint = `nothing runs in it; name its directory: ${option}=/a/directory`;
    throw new UsageError(`--session ${option}: ${there.includes(name) ? hint : noSuchSession}`);
  }
  if (sessions.length === 0)
    throw new UsageError('no session is running in tmux; name some with --session');
  const times = (home: string) => found.filter(({ live }) => live.accountHomes[0] === home).length;
  const [from = ''] = homes
    .filter((home) => home !== to)
    .toSorted((one, other) => times(other) - times(one));
  return { sessions, from, unfinished: left.length > 0 ? note : undefined };
}

async function check(context: CliContext, { to }: FailoverValues, setup: FailoverSetup): Ended {
  const { io, scope, out } = context;
  requireTwo(setup.homes);
  const named = to === undefined ? undefined : await accountFor(to, scope, io, '--to');
  const { sessions, from } = await sessionsFor(setup, named);
  const targets = named === undefined ? setup.homes : [named];
  const plans: TargetPlan[] = [];
  printSubject(out, sessions.length, from);
  for (const target of targets.filter((home) => home !== from)) {
    const options = { ...setup.tools, from, to: target, sessions, accountHomes: setup.homes };
    const plan = await planSwap(options);
    plans.push({ to: target, ...plan });
    printSwapPlan(out, target, plan);
  }
  const isOk = plans.length > 0 && plans.every(({ ok }) => ok);
  return { exitCode: codeFor(isOk), body: { from, plans } };
}

/** How a swap ends that has not moved all sessions. */
const endings = {
  done: 'done, but not for all sessions',
  refused: 'refused; nothing was stopped',
  'canary-failed': 'the first session did not resume; the others were not moved',
  stopped: 'stopped; run the same command to continue',
} as const;

/** The account that the daemon would choose, by what it remembers. */
async function freeAccount(setup: FailoverSetup, from: string): Promise<string> {
  const { loop } = memoryFrom(await setup.readFile(daemonFile(setup.tools.stateDirectory)));
  const { account, waitUntil } = nextAccount({ ...loop, account: from }, from, setup, new Date());
  if (waitUntil === undefined && account !== undefined) return account;
  throw new UsageError('no other account can be used now; name one with --to to use it anyway');
}

async function swap(context: CliContext, values: FailoverValues, setup: FailoverSetup): Ended {
  const { io, scope, out } = context;
  requireTwo(setup.homes);
  const named =
    values.to === undefined ? undefined : await accountFor(values.to, scope, io, '--to');
  const path = noteFile(setup.tools.stateDirectory);
  const before = await setup.readFile(path);
  const { sessions, unfinished, ...most } = await sessionsFor(setup, named, noteFrom(before));
  const to = named ?? unfinished?.to ?? (await freeAccount(setup, most.from));
  const from = unfinished?.to === to ? unfinished.from : most.from;
  const { homes: accountHomes, canary } = setup;
  const options = { ...setup.tools, from, to, sessions, accountHomes, canary };
  const plan = await planSwap(options);
  const body = { from, plans: [{ to, ...plan }] };
  printSubject(out, sessions.length, from);
  printSwapPlan(out, to, plan);
  const concerned = new Set(plan.sessions.flatMap(({ problems }) => problems));
  // A warning of a session is among the problems of all if nothing is stopped because of it.
  if (plan.problems.some((each) => isError(each) || concerned.has(each))) {
    out.verdict('bad', endings.refused);
    return { exitCode: EXIT.problems, body: { ...body, outcome: 'refused' } };
  }
  const refusal = await refusalOf(context, values, 'Move them?');
  if (refusal !== undefined) {
    const { exitCode, ...ending } = refusal;
    return { exitCode, body: { ...body, ...ending } };
  }
  // Killed or interrupted, it can be continued: by this command, or by the daemon.
  const note = { ...beginning, from, to, names: sessions.map(({ name }) => name) };
  await saveFile(path, noteText(note, sessions));
  const { signal, release } = io.catchInterrupts();
  const report = await swapAccounts({ ...options, signal }).finally(release);
  const left = report.sessions.filter(
    (each) => !isMoved(each) && !each.problems.some(({ code }) => code === 'canary-failed'),
  );
  const names = left.map(({ name }) => name);
  const after = noteText(names.length === 0 ? undefined : { ...note, names }, sessions);
  await saveFile(path, report.outcome === 'refused' ? (before ?? noteText(undefined, [])) : after);
  for (const session of report.sessions) {
    printSession(out, session, isMoved(session), session.outcome, 2);
  }
  printMessagesOf(out, report.problems, 2);
  const ending = report.ok ? `all sessions run under ${out.path(to)}` : endings[report.outcome];
  out.verdict(report.ok ? 'ok' : 'bad', ending);
  const isStopped = !report.ok && report.outcome === 'stopped';
  const exitCode = isStopped ? EXIT.failed : codeFor(report.ok);
  return { exitCode, body: { ...body, report } };
}

async function save({ out }: CliContext, _: FailoverValues, setup: FailoverSetup): Ended {
  const { sessions } = await sessionsFor(setup);
  const { terminal, processInspector, stateDirectory } = setup.tools;
  const tools = { terminal, processInspector, stateDirectory };
  const report = await saveResumeUUIDs(sessions, { ...tools, accountHomes: setup.homes });
  for (const session of report.sessions) {
    const { outcome, sessionId = 'no id' } = session;
    const text = `${sessionId} ${out.paint.dim(outcome)}`;
    printSession(out, session, outcome !== 'none', text, 0);
  }
  return { exitCode: codeFor(report.ok), body: { saved: report.sessions } };
}

async function showStatus(
  { out }: CliContext,
  _: FailoverValues,
  { tools, readFile }: FailoverSetup,
): Ended {
  const path = statusFile(tools.stateDirectory);
  const status = statusFrom(await readFile(path));
  const running = status !== undefined && isRunning(status);
  if (status === undefined) out.verdict('bad', `no daemon has written ${out.path(path)}`);
  else printStatus(out, status, running);
  return { exitCode: codeFor(running), body: { running, status } };
}

async function writeUnit(context: CliContext, values: FailoverValues, setup: FailoverSetup): Ended {
  const { io } = context;
  alertsFrom(values.on ?? []);
  if (values.listen !== undefined) addressFrom(values.listen);
  requireLasting(values, setup);
  const command = [...io.executable, 'failover', 'run', ...flagsFor(context, values, setup)];
  const service = {
    command,
    path: io.env['PATH'] ?? '/usr/bin:/bin',
    tmuxDirectory: io.env['TMUX_TMPDIR'],
    home: io.home,
  };
  const [path, text, start] =
    values.launchd === true
      ? [plistPath(io.home), plistText(service), `launchctl load -w ${plistPath(io.home)}`]
      : [
          unitPath(xdgDirectory(io, 'XDG_CONFIG_HOME')),
          unitText(service),
          'systemctl --user enable --now claude-failover && loginctl enable-linger',
        ];
  const after = [{ command: start, purpose: 'start it now, and whenever you log in' }];
  const { exitCode, ...ending } = await offerFile(context, values, { path, text, after });
  return { exitCode, body: { path, text, ...ending } };
}

/** What can't be in a service: launchd can't tell one exit code from another, and any service outlives the tmux server. */
function requireLasting(
  { launchd, whenExhausted }: FailoverValues,
  { named }: FailoverSetup,
): void {
  if (launchd === true && whenExhausted === 'stop') {
    throw new UsageError(
      '--when-exhausted stop: launchd would restart the daemon as soon as it stops; leave it out',
    );
  }
  const { name, pane } = named.find((each) => each.pane !== undefined) ?? {};
  if (pane === undefined) return;
  throw new UsageError(
    `--session ${name}:${pane}: a pane doesn't outlive its tmux server, but a unit does; name a session with one pane`,
  );
}

/** The same options again, with absolute paths, and what the surroundings say besides. */
function flagsFor(
  { io, scope }: CliContext,
  values: FailoverValues,
  { named, tools, extraArgs }: FailoverSetup,
): readonly string[] {
  // That of the server in which the command runs.
  const socket = values.socket ?? io.env['TMUX']?.split(',')[0];
  const again = {
    session: named.map(({ name, cwd }) => (cwd === undefined ? name : `${name}=${cwd}`)),
    state: tools.stateDirectory,
    socket: socket?.includes('/') === true ? absolutePath(socket, io) : socket,
    poll: values.poll,
    coolDown: values.coolDown,
    next: values.next,
    whenExhausted: values.whenExhausted,
    continue: values.continue,
    canary: values.canary,
    on: values.on,
    listen: values.listen,
  };
  const behind = extraArgs.length === 0 ? [] : ['--', ...extraArgs];
  return [...scopeFlags({ ...scope, homesFrom: 'given' }), ...flagsOf(again), ...behind];
}
