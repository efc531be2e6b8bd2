import { isArray, memberOf } from '../../core/json.ts';
import { join } from '../../core/paths.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/live-sessions.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import type { Terminal } from '../terminal/terminal.ts';
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
  /** Something without a session record. */
  | { readonly kind: 'other' };

/** The terminal of one session. Every failure of a call blocks the session. */
export class SessionTerminal {
  readonly name: string;
  readonly session: FailoverSession;
  readonly context: FailoverContext;
  /** The session in a problem, with the file that keeps its id. */
  readonly place: { readonly session: string; readonly path: string };

  constructor(context: FailoverContext, session: FailoverSession) {
    this.context = context;
    this.session = session;
    this.name = session.name;
    const directory = join(context.stateDirectory, session.name);
    this.place = { session: session.name, path: join(directory, 'resume-id.txt') };
  }

  /** Blocks the session once the caller has aborted the call. */
  requireActive(): void {
    if (this.context.signal?.aborted === true) block(failoverProblem('aborted', this.place));
  }

  capture(): Promise<string> {
    return this.#call('capture', (terminal) => terminal.capture(this.name), isText);
  }

  processIds(): Promise<readonly number[]> {
    return this.#call('processIds', (terminal) => terminal.processIds(this.name), arePids);
  }

  isAtShell(): Promise<boolean> {
    return this.#call('isAtShell', (terminal) => terminal.isAtShell(this.name), isBoolean);
  }

  async signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#call('signal', (terminal) => terminal.signal(this.name, pid, signal), isAnything);
  }

  /** Enters a command, in place of what somebody may have started to type. */
  async enter(command: string): Promise<void> {
    const enter = async (terminal: Terminal) => {
      await terminal.press(this.name, 'C-e');
      await terminal.press(this.name, 'C-u');
      await terminal.type(this.name, command);
      await terminal.press(this.name, 'Enter');
    };
    await this.#call('type', enter, isAnything);
  }

  /** Finds what runs in the terminal: a session is recognised by its record, which names its process. */
  async occupant(accountHomes: readonly string[]): Promise<Occupant> {
    const { fs, processInspector } = this.context;
    const inside = await this.processIds();
    const { sessions } = await findLiveSessions(accountHomes, { fs, processInspector });
    // The nearest to the shell: a session may have started another one.
    for (const [index, pid] of inside.entries()) {
      const live = sessions.find((each) => each.pid === pid && each.processState === 'running');
      if (live !== undefined) return { kind: 'session', live, isFirst: index === 0 };
    }
    return { kind: (await this.isAtShell()) ? 'shell' : 'other' };
  }

  /** Blocks the session, because of what runs in its terminal. */
  blockBusy(reason: 'no-record' | 'no-shell' | 'other-session', live?: LiveSession): never {
    const fields = { ...this.place, reason };
    if (live === undefined) block(failoverProblem('terminal-busy', fields));
    const { pid, sessionId, accountHomes } = live;
    const running = { pid, sessionId, accountHome: accountHomes[0] };
    block(failoverProblem('terminal-busy', { ...fields, live: running }));
  }

  /** Polls until `probe` finds something, for about the given time. */
  async waitFor<Value>(
    milliseconds: number,
    probe: () => Promise<Value | false>,
  ): Promise<Value | false> {
    const { sleep, pollMs } = this.context;
    for (let waited = 0; ; waited += pollMs) {
      const found = await probe();
      if (found !== false || waited >= milliseconds) return found;
      await sleep(pollMs);
    }
  }

  /** Calls the terminal, which may be the caller's: it may throw, and return anything. */
  async #call<Value>(
    call: string,
    perform: (terminal: Terminal) => Promise<Value>,
    isValid: (value: unknown) => boolean,
  ): Promise<Value> {
    try {
      const value = await perform(this.context.terminal);
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
