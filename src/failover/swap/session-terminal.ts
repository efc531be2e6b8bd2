import { isArray, memberOf, parsedJson } from '../../core/json.ts';
import { basename, dirname, join } from '../../core/paths.ts';
import { readSmallFile } from '../../fs/read-file.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/live-sessions.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import {
  MAX_LAUNCH_BYTES,
  type ProcessLaunch,
  type Terminal,
  type TerminalKey,
  type TerminalPane,
} from '../terminal/terminal.ts';
import type { FailoverContext, FailoverSession } from './options.ts';

/** Ends the work on one session. */
class SessionBlocked extends Error {
  override readonly name = 'SessionBlocked';
  readonly problems: readonly FailoverProblem[];

  constructor(problems: readonly FailoverProblem[]) {
    super('The session is blocked.');
    this.problems = problems;
  }
}

/** Ends the work on one session, with the reasons. */
export function block(...problems: readonly FailoverProblem[]): never {
  throw new SessionBlocked(problems);
}

/** The value of the work on one session, or the problems that blocked it. */
export type Attempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly FailoverProblem[] };

export async function attempt<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof SessionBlocked) return { ok: false, problems: error.problems };
    throw error;
  }
}

/** What runs in a terminal. */
export type Occupant =
  /** A session of Claude Code, by its own record; `isFirst`: its process is the first one of the terminal. */
  | { readonly kind: 'session'; readonly live: LiveSession; readonly isFirst: boolean }
  /** The shell, which waits for a command. */
  | { readonly kind: 'shell' }
  /** Something without a session record; `pid`: its last process. */
  | { readonly kind: 'other'; readonly pid: number | undefined };

const WITHOUT_AND: ReadonlySet<string> = new Set(['elvish', 'nu']);
const SHELL_TIMEOUT_MS = 5_000;

/** The terminal of one session. Every failure of a call blocks the session. */
export class SessionTerminal {
  readonly name: string;
  readonly session: FailoverSession;
  readonly context: FailoverContext;
  /** The session in a problem, with the file that keeps its id. */
  readonly place: { readonly session: string; readonly path: string };
  /** The name of its terminal, with the pane if one of several is meant. */
  #target: string | undefined;
  #wasTouched = false;
  #wasTyped = false;

  constructor(context: FailoverContext, session: FailoverSession) {
    this.context = context;
    this.session = session;
    this.name = session.name;
    const directory = join(context.stateDirectory, session.name);
    this.place = { session: session.name, path: join(directory, 'resume-id.txt') };
  }

  /** The file that keeps how the session ran. */
  get launchPath(): string {
    return join(dirname(this.place.path), 'launch.json');
  }

  /** Blocks the session once the caller has aborted the call. */
  requireActive(): void {
    if (this.context.signal?.aborted === true) block(failoverProblem('aborted', this.place));
  }

  capture(): Promise<string> {
    return this.#call('capture', (terminal, name) => terminal.capture(name), isText);
  }

  processIds(): Promise<readonly number[]> {
    return this.#call('processIds', (terminal, name) => terminal.processIds(name), arePids);
  }

  isAtShell(): Promise<boolean> {
    return this.#call('isAtShell', (terminal, name) => terminal.isAtShell(name), isBoolean);
  }

  /** Whether a program in it was made to end. */
  get wasTouched(): boolean {
    return this.#wasTouched;
  }

  async signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#wasTouched = true;
    await this.#call('signal', (terminal, name) => terminal.signal(name, pid, signal), isAnything);
  }

  /** Whether it can start a shell in place of what runs in it. */
  get canRespawn(): boolean {
    return this.context.terminal.respawn !== undefined;
  }

  async respawn(): Promise<void> {
    this.#wasTouched = true;
    await this.#call('respawn', async (terminal, name) => terminal.respawn?.(name), isAnything);
  }

  /** How a process in it was started, if the terminal tells. */
  async launchOf(pid: number): Promise<ProcessLaunch | undefined> {
    const ask = async (terminal: Terminal, name: string) => terminal.launchOf?.(name, pid);
    return await this.#call('launchOf', ask, isAnything);
  }

  /** Blocks the session if its shell could not run the command that resumes it, as far as the terminal tells. */
  async requireAnd(): Promise<void> {
    if (this.context.terminal.launchOf === undefined) return;
    const [first] = await this.processIds();
    const launch = first === undefined ? undefined : await this.launchOf(first);
    const detail = basename(launch?.executable ?? '');
    if (!WITHOUT_AND.has(detail)) return;
    block(failoverProblem('terminal-busy', { ...this.place, reason: 'other-shell', detail }));
  }

  /** Its panes, if the terminal tells. */
  async panes(): Promise<readonly TerminalPane[]> {
    const ask = async (terminal: Terminal) => (await terminal.panes?.(this.name)) ?? [];
    return await this.#call('panes', ask, isArray);
  }

  /** The pane that is meant: `undefined` if it has one only. */
  get pane(): string | undefined {
    const pane = this.#target?.slice(this.name.length + 1);
    return pane === '' ? undefined : pane;
  }

  /** Whether a command was typed into it. */
  get wasTyped(): boolean {
    return this.#wasTyped;
  }

  /** Waits for the shell, which takes a moment to notice that a program has ended, or to show its prompt. */
  async awaitShell(): Promise<void> {
    if (!(await this.waitFor(SHELL_TIMEOUT_MS, () => this.isAtShell()))) {
      await this.blockUnknown((await this.processIds()).at(-1));
    }
  }

  /** Enters a command, in place of what somebody may have started to type; returns what was shown before. */
  async enter(command: string): Promise<string> {
    // Somebody may have started a program since the last look: it must get neither.
    await this.awaitShell();
    // It ends the editing of a line in every mode: in that of vi, letters are commands. Twice, because right behind an
    // Escape bash takes the first one for a part of a key.
    await this.press('C-c');
    await this.press('C-c');
    await this.context.sleep(this.context.pollMs);
    const before = await this.capture();
    await this.awaitShell();
    this.#wasTyped = true;
    await this.#call('type', (terminal, name) => terminal.type(name, command), isAnything);
    await this.press('Enter');
    return before;
  }

  /** Finds what runs in the terminal: a session is recognized by its record, which names its process. */
  async occupant(accountHomes: readonly string[]): Promise<Occupant> {
    const { fs, processInspector } = this.context;
    const { sessions } = await findLiveSessions(accountHomes, { fs, processInspector });
    const running = sessions.filter(({ processState }) => processState === 'running');
    this.#target ??= await this.#findTarget(running);
    const inside = await this.processIds();
    // The nearest to the shell: a session may have started another one.
    for (const [index, pid] of inside.entries()) {
      const live = running.find((each) => each.pid === pid);
      if (live !== undefined) return { kind: 'session', live, isFirst: index === 0 };
      const unknown = sessions.find((each) => each.pid === pid);
      if (unknown !== undefined) return this.blockBusy('unidentified', unknown);
    }
    return (await this.isAtShell()) ? { kind: 'shell' } : { kind: 'other', pid: inside.at(-1) };
  }

  /** Blocks the session, because of what runs in its terminal. */
  blockBusy(
    reason: 'no-record' | 'no-shell' | 'other-session' | 'unidentified',
    live?: LiveSession,
  ): never {
    const fields = { ...this.place, reason };
    if (live === undefined) block(failoverProblem('terminal-busy', fields));
    const { pid, sessionId, accountHomes } = live;
    const running = { pid, sessionId, accountHome: accountHomes[0] };
    block(failoverProblem('terminal-busy', { ...fields, live: running }));
  }

  /** Blocks the session, because something without a record runs in its terminal; says what, if that is known. */
  async blockUnknown(pid: number | undefined): Promise<never> {
    const launch = pid === undefined ? undefined : await this.launchOf(pid);
    if (launch === undefined) return this.blockBusy('no-record');
    const detail = basename(launch.executable);
    return block(failoverProblem('terminal-busy', { ...this.place, reason: 'no-record', detail }));
  }

  /** Polls until `probe` finds something, for the given time. */
  async waitFor<Value>(
    milliseconds: number,
    probe: () => Promise<Value | false>,
  ): Promise<Value | false> {
    const { sleep, now, pollMs } = this.context;
    const start = now();
    // A look takes time, too.
    for (let waited = 0; ; waited = Math.max(waited + pollMs, now() - start)) {
      const found = await probe();
      if (found !== false || waited >= milliseconds) return found;
      await sleep(pollMs);
    }
  }

  /** Of several panes, the one that is named, the only one that runs a session, or the one in which it ran last. */
  async #findTarget(running: readonly LiveSession[]): Promise<string> {
    const { name, session, context, place } = this;
    if (session.pane !== undefined) return `${name}:${session.pane}`;
    const all = await this.panes();
    if (all.length < 2) return name;
    const found: string[] = [];
    for (const { id } of all) {
      const pids = await context.terminal
        .processIds(`${name}:${id}`)
        .catch((): readonly number[] => []);
      if (running.some(({ pid }) => pids.includes(pid))) found.push(id);
    }
    if (found.length === 0) {
      const file = await readSmallFile(context.fs, this.launchPath, MAX_LAUNCH_BYTES);
      const last = file.ok ? memberOf(parsedJson(file.value), 'pane') : undefined;
      found.push(...all.flatMap(({ id }) => (id === last ? id : [])));
    }
    const [pane, ...others] = found;
    if (pane !== undefined && others.length === 0) return `${name}:${pane}`;
    const detail = (found.length === 0 ? all.map(({ id }) => id) : found).join(', ');
    return block(failoverProblem('terminal-busy', { ...place, reason: 'several-panes', detail }));
  }

  async press(key: TerminalKey): Promise<void> {
    await this.#call('press', (terminal, name) => terminal.press(name, key), isAnything);
  }

  /** Calls the terminal, which may be the caller's: it may throw, and return anything. */
  async #call<Value>(
    call: string,
    perform: (terminal: Terminal, name: string) => Promise<Value>,
    isValid: (value: unknown) => boolean,
  ): Promise<Value> {
    try {
      const value = await perform(this.context.terminal, this.#target ?? this.name);
      if (isValid(value)) return value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // By its field: an error of another entry point is of another class.
      const isMissing = memberOf(error, 'reason') === 'no-session';
      const code = isMissing ? 'terminal-missing' : 'terminal-failed';
      block(failoverProblem(code, { ...this.place, reason }));
    }
    const reason = `${call} of the terminal returned an invalid value`;
    return block(failoverProblem('terminal-failed', { ...this.place, reason }));
  }
}

const isAnything = () => true;
const isText = (value: unknown) => typeof value === 'string';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const arePids = (value: unknown) =>
  isArray(value) && value.every((pid) => Number.isSafeInteger(pid) && Number(pid) > 0);
