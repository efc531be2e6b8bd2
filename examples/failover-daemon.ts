/*
 * A small failover daemon: watches sessions in tmux, and moves all of them to the next account when one of them has
 * really reached a usage limit.
 *
 *   npx tsx examples/failover-daemon.ts --home ~/.claude-work --home ~/.claude-spare --state ~/.failover \
 *     --session api=/work/api --session web=/work/web
 *
 * Killed at any moment, it continues when it is started again: before it acts, it writes what it is about to do to
 * `daemon.json` in its state directory. `status.json` there is for status pages. SIGINT and SIGTERM end it after the
 * current step.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isSharedStateError, requiredSharedUnder, validateAll } from 'claude-shared-state';
import {
  chooseAccount,
  type FailoverSession,
  isTerminalError,
  readLimitRows,
  saveResumeUUIDs,
  stepQuotaGate,
  swapAccounts,
  type SwapEvent,
} from 'claude-shared-state/failover';
import { tmuxTerminal } from 'claude-shared-state/tmux';

const { values } = parseArgs({
  options: {
    home: { type: 'string', multiple: true, default: [] },
    session: { type: 'string', multiple: true, default: [] },
    state: { type: 'string', default: '' },
    root: { type: 'string', default: homedir() },
    socket: { type: 'string' },
    program: { type: 'string' },
    continue: { type: 'string' },
    'poll-ms': { type: 'string', default: '15000' },
    'cool-down-ms': { type: 'string', default: '300000' },
  },
});
const homes = values.home;
const stateDirectory = values.state;
const pollMs = Number(values['poll-ms']);
const required = requiredSharedUnder(values.root);
const terminal = tmuxTerminal({ socketPath: values.socket });
const sessions: readonly FailoverSession[] = values.session.map((text) => {
  const [name = '', ...cwd] = text.split('=');
  return { name, cwd: cwd.join('=') };
});

/** What it must know after a crash. */
interface Memory {
  readonly account: string;
  /** The target of a swap that was started and may not be finished. */
  readonly swappingTo?: string;
  /** The state of the quota gate. */
  readonly gate?: unknown;
  /** How far the transcript of each session has been read. */
  readonly cursors?: Readonly<Record<string, unknown>> | undefined;
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort());
}

process.exitCode = (await isReady()) ? 0 : 1;
if (process.exitCode === 0) await watch(await remembered());
say('stopped');

/** Whether every account shares its state: otherwise a swap would lose sessions. */
async function isReady(): Promise<boolean> {
  if (homes.length < 2 || !(pollMs > 0) || sessions.length === 0) {
    console.error(
      'needed: --home, twice or more, --session name=directory, and a --poll-ms above 0',
    );
    return false;
  }
  try {
    await validateAll(homes, { required });
    return true;
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    console.error(error.message);
    return false;
  }
}

async function watch(memory: Memory): Promise<void> {
  let now = memory;
  while (!stopping.signal.aborted) {
    now = now.swappingTo === undefined ? await look(now) : await swap(now, now.swappingTo);
    await writeStatus({ ...now, at: new Date().toISOString() });
    await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
  }
}

/** Polls each session once, its transcript and its screen. Asks for a swap if the gate says so. */
async function look({ account, gate: before, cursors: read = {} }: Memory): Promise<Memory> {
  const accountHomes = [account];
  const saved = await saveResumeUUIDs(sessions, { accountHomes, terminal, stateDirectory });
  const cursors = { ...read };
  const options = { cooldownMs: Number(values['cool-down-ms']) };
  let gate = before;
  let exhausted = false;
  for (const { name, sessionId, source } of saved.sessions) {
    const seen = { session: name, account, at: new Date() };
    if (sessionId !== undefined && source === 'record') {
      const cursor = cursors[name];
      const found = await readLimitRows(sessionId, { accountHomes, required, cursor });
      cursors[name] = found.cursor;
      gate = stepQuotaGate(gate, { kind: 'transcript', ...seen, rows: found.rows }, options).state;
    }
    const text = await capture(name);
    if (text === undefined) continue;
    const step = stepQuotaGate(gate, { kind: 'pane', ...seen, text }, options);
    gate = step.state;
    if (step.verdict !== 'none') say(`${name}: ${step.verdict} ${step.evidence?.text ?? ''}`);
    // Another account doesn't help where only one model is exhausted.
    exhausted ||= step.verdict === 'swap' && step.evidence.scope !== 'model';
  }
  const swappingTo = exhausted ? nextHome(account, gate) : undefined;
  const next = { account, gate, cursors, ...(swappingTo === undefined ? {} : { swappingTo }) };
  await remember(next);
  return next;
}

/** Moves all sessions. Called again after a crash, it continues with the rest. */
async function swap(memory: Memory, to: string): Promise<Memory> {
  const { account: from, gate, cursors } = memory;
  const {
    ok,
    outcome,
    sessions: done,
    problems,
  } = await swapAccounts({
    from,
    to,
    sessions,
    terminal,
    stateDirectory,
    required,
    // Otherwise as each session ran.
    ...(values.program === undefined ? {} : { launch: { program: values.program } }),
    continuePrompt: values.continue,
    signal: stopping.signal,
    onEvent: sayEvent,
  });
  for (const { code, message } of problems) say(`${code}: ${message}`);
  if (outcome === 'canary-failed') {
    // Each further try would move one session more.
    process.exitCode = 1;
    stopping.abort();
  }
  const skipped = done.filter(({ outcome }) => outcome === 'skipped').flatMap((it) => it.problems);
  // Refused, stopped, or a session that was out of reach: the same call is repeated.
  if (outcome !== 'done' || skipped.some(({ remedy }) => remedy === 'retry')) return memory;
  say(ok ? `all sessions run under ${to}` : `under ${to}, but not all: see above`);
  const swapped = stepQuotaGate(
    gate,
    { kind: 'swapped', from, to, at: new Date() },
    { cooldownMs: Number(values['cool-down-ms']) },
  );
  const next = { account: to, gate: swapped.state, cursors };
  await remember(next);
  return next;
}

/** The account to move to; none while all are exhausted: the program goes on by itself, or another resets first. */
function nextHome(account: string, gate: unknown): string | undefined {
  const candidates = homes.map((home) => ({ account: home }));
  const next = chooseAccount(gate, candidates, new Date());
  if (next.waitUntil === undefined && next.account !== account) return next.account;
  say(`all accounts are exhausted; ${next.account} resets at ${next.waitUntil ?? 'any moment'}`);
  return undefined;
}

async function capture(session: string): Promise<string | undefined> {
  try {
    return await terminal.capture(session);
  } catch (error) {
    if (!isTerminalError(error)) throw error;
    say(error.message);
    return undefined;
  }
}

function sayEvent(event: SwapEvent): void {
  switch (event.kind) {
    case 'started':
      return say(`swap from ${event.from} to ${event.to}`);
    case 'validated':
      return say('both accounts share their state');
    case 'saved':
      return say(`ids: ${event.sessions.map((it) => `${it.name} ${it.outcome}`).join(', ')}`);
    case 'stopped':
      return say(`${event.session} ${event.wasKilled ? 'killed' : 'ended'}`);
    case 'skipped':
      return say(`${event.session} skipped: ${event.problem.message}`);
    case 'relaunched': {
      const { name, outcome, problems } = event.session;
      say(`${name} ${outcome}`);
      for (const { code, message } of problems) say(`${name} ${code}: ${message}`);
      return;
    }
    case 'finished':
      return say(event.ok ? 'swap done' : 'swap done with problems');
    default:
      return event satisfies never;
  }
}

async function remembered(): Promise<Memory> {
  const [first = ''] = homes;
  const text = await readFile(join(stateDirectory, 'daemon.json'), 'utf8').catch(() => '{}');
  const { account = first, swappingTo, gate, cursors } = parsed(text);
  if (!isHome(account)) return { account: first };
  const memory = { account, gate, ...(isRecord(cursors) ? { cursors } : {}) };
  return isHome(swappingTo) ? { ...memory, swappingTo } : memory;
}

function isHome(value: unknown): value is string {
  return homes.some((home) => home === value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What it remembers, or nothing if the file is damaged: accounts and terminals have the rest. */
function parsed(text: string): { readonly [Key in keyof Memory]?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

async function remember(memory: Memory): Promise<void> {
  await replace('daemon.json', memory);
}

async function writeStatus(status: Memory & { readonly at: string }): Promise<void> {
  const { account, swappingTo, at } = status;
  await replace('status.json', {
    account,
    swappingTo,
    at,
    sessions: sessions.map((it) => it.name),
  });
}

/** Atomically: a reader finds the old content or the new, also after a crash. */
async function replace(name: string, value: unknown): Promise<void> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const path = join(stateDirectory, name);
  await writeFile(`${path}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function say(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}
