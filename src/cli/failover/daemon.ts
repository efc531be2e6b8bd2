import {
  type Launch,
  planSwap,
  relaunchSessions,
  swapAccounts,
  type SwapReport,
} from '../../failover/index.ts';
import { reasonOf } from '../exit.ts';
import { jsonLine } from '../json.ts';
import type { DaemonEvent, EventName } from './events.ts';
import { lookAround, type Surroundings } from './look.ts';
import { afterRelaunch, afterSwap, isMoved, type LoopCall, type LoopRules, step } from './loop.ts';
import { memoryFrom, type Memory, memoryText } from './memory.ts';
import { type DaemonStatus, statusOf } from './status.ts';

/** How a daemon works. */
export interface DaemonSetup extends Surroundings, LoopRules {
  readonly launch: Launch;
  readonly continuePrompt?: string | undefined;
  /** The session to move first. */
  readonly canary?: string | undefined;
  readonly defaultAccountHome: string;
  readonly isDryRun: boolean;
  readonly isOnce: boolean;
  readonly pid: number;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Waits between two polls; ends early when the signal is aborted. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Waits between two looks at a terminal; a timer by default. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** Replaces a file in one step. */
  readonly replaceFile: (path: string, text: string) => Promise<void>;
  readonly onEvent: (event: DaemonEvent, at: Date) => void;
  readonly onStatus: (status: DaemonStatus) => void;
}

/** How it ended: `problems` if it stopped because all accounts are exhausted, or, with `isOnce`, something is left to do. */
export type DaemonEnd = 'done' | 'problems';

/**
 * Watches the sessions until it is told to stop. It writes down what it is about to do before it does it: killed at any
 * moment, it goes on when it is started again.
 */
export async function runDaemon(setup: DaemonSetup): Promise<DaemonEnd> {
  return await new Daemon(setup).run();
}

/** The files of a daemon in its state directory. */
export const daemonFile = (directory: string): string => `${directory}/daemon.json`;
export const statusFile = (directory: string): string => `${directory}/status.json`;

class Daemon {
  readonly #setup: DaemonSetup;
  readonly #startedAt: Date;
  readonly #counts: Record<string, number> = {};
  #memory: Memory = memoryFrom(undefined);
  #seen: Parameters<typeof statusOf>[1] = [];
  #polls = 0;
  #lastWritten = '';
  /** What was said last of something that goes on, so that it is said once. */
  readonly #standing = new Map<EventName, string>();

  constructor(setup: DaemonSetup) {
    this.#setup = setup;
    this.#startedAt = setup.now();
  }

  async run(): Promise<DaemonEnd> {
    const { stateDirectory, homes, signal, isOnce, pollMs, rest } = this.#setup;
    this.#memory = memoryFrom(await this.#setup.readFile(daemonFile(stateDirectory)));
    const text = `watching ${homes.length} accounts`;
    this.#say({ event: 'started', text, account: this.#memory.loop.account });
    let end: DaemonEnd = 'done';
    while (!signal.aborted) {
      const isGoingOn = await this.#poll().catch((error: unknown) => {
        this.#sayOnce('poll-failed', reasonOf(error));
        return true;
      });
      await this.#report();
      if (!isGoingOn) end = 'problems';
      if (!isGoingOn || isOnce) break;
      await rest(pollMs);
    }
    const { swap, waitUntil } = this.#memory.loop;
    if (isOnce && (swap !== undefined || waitUntil !== undefined)) end = 'problems';
    this.#say({ event: 'stopped', text: 'stopped' });
    return end;
  }

  /** Looks, decides, and makes the one call that is due; tells whether to go on. */
  async #poll(): Promise<boolean> {
    const at = this.#setup.now();
    const { look, ...read } = await lookAround(at, this.#setup, this.#memory);
    const { call, state, events } = step(this.#memory.loop, look, this.#setup);
    // What would be done is decided anew at every poll.
    const isPretending = this.#setup.isDryRun && call !== undefined;
    this.#memory = { loop: isPretending ? { ...state, swap: undefined } : state, ...read };
    this.#seen = look.sightings;
    this.#polls += 1;
    for (const event of events) this.#say(event);
    const isRunning = look.sightings.some(({ state: each }) => each === 'running');
    if (isRunning) this.#standing.delete('no-session');
    else if (call === undefined) this.#sayOnce('no-session', 'no session runs yet');
    if (call?.kind === 'stop') return false;
    // What is begun without a note of it could not be completed after a crash.
    const isSaved = await this.#remember();
    if (call !== undefined && this.#setup.isDryRun) await this.#pretend(call);
    else if (call !== undefined && isSaved) await this.#perform(call);
    this.#standing.delete('poll-failed');
    return true;
  }

  async #perform(call: Exclude<LoopCall, { readonly kind: 'stop' }>): Promise<void> {
    const { terminal, now } = this.#setup;
    await this.#report();
    for (const name of call.open) {
      const cwd = this.#memory.loop.sessions[name]?.cwd ?? '';
      // What went wrong shows in the report of the call.
      await terminal.create?.(name, cwd).catch(() => undefined);
    }
    const { loop, ...read } = this.#memory;
    const settled =
      call.kind === 'swap'
        ? afterSwap(loop, call, await this.#swap(call), now(), this.#setup)
        : afterRelaunch(loop, await this.#relaunch(call), now(), this.#setup);
    this.#memory = { loop: settled.state, ...read };
    for (const event of settled.events) this.#say(event);
    await this.#remember();
  }

  #tools() {
    const { terminal, stateDirectory, fs, processInspector, required, defaultAccountHome } =
      this.#setup;
    const { launch, continuePrompt, signal, sleep, pid } = this.#setup;
    const tools = { terminal, stateDirectory, fs, processInspector, required, defaultAccountHome };
    return { ...tools, launch, continuePrompt, signal, sleep, pid };
  }

  #sessions(names: readonly string[]) {
    const { sessions } = this.#memory.loop;
    return names.map((name) => ({ name, cwd: sessions[name]?.cwd ?? '' }));
  }

  async #relaunch({ account, names }: Extract<LoopCall, { readonly kind: 'relaunch' }>) {
    const { homes } = this.#setup;
    const options = { ...this.#tools(), targetHome: account, accountHomes: homes };
    return await relaunchSessions(this.#sessions(names), options);
  }

  /** Moves the sessions; the one that is to go first in a call of its own. */
  async #swap(call: Extract<LoopCall, { readonly kind: 'swap' }>): Promise<SwapReport> {
    const { names, from, to } = call;
    const { canary } = this.#setup;
    this.#say({ event: 'swap-started', text: `from ${from} to ${to}`, from, to, sessions: names });
    const runs = this.#memory.loop.sessions[canary ?? '']?.state === 'running';
    const first = names.filter((name) => name === canary && runs);
    if (first.length === 0 || names.length === 1) return await this.#move(call, names);
    const ahead = await this.#move(call, first);
    if (ahead.outcome !== 'done') return ahead;
    if (ahead.sessions.some((each) => !isMoved(each) && each.outcome !== 'skipped')) {
      return { ...ahead, outcome: 'canary-failed' };
    }
    const rest = await this.#move(
      call,
      names.filter((name) => name !== canary),
    );
    return { ...rest, sessions: [...ahead.sessions, ...rest.sessions] };
  }

  async #move(
    { from, to }: Extract<LoopCall, { readonly kind: 'swap' }>,
    names: readonly string[],
  ): Promise<SwapReport> {
    return await swapAccounts({
      ...this.#tools(),
      from,
      to,
      sessions: this.#sessions(names),
      onEvent: (event) => {
        if (event.kind === 'stopped') {
          const { session } = event;
          const text = `${session} ${event.wasKilled ? 'was killed' : 'has ended'}`;
          this.#say({ event: 'session-stopped', text, session, from, to });
        } else if (event.kind === 'relaunched') {
          const { name: session, outcome, problems } = event.session;
          const kind = isMoved(event.session) ? 'session-moved' : 'session-left';
          this.#say({ event: kind, text: `${session}: ${outcome}`, session, from, to, problems });
        }
      },
    });
  }

  /** Says what would be done, once. */
  async #pretend(call: Exclude<LoopCall, { readonly kind: 'stop' }>): Promise<void> {
    const { names } = call;
    if (call.kind === 'relaunch') {
      this.#sayOnce('would-act', `relaunch ${names.join(', ')}`, { sessions: names });
      return;
    }
    const { from, to } = call;
    const plan = await planSwap({ ...this.#tools(), from, to, sessions: this.#sessions(names) });
    const problems = [...plan.problems, ...plan.sessions.flatMap((session) => session.problems)];
    const text = `move ${names.join(', ')} from ${from} to ${to}`;
    this.#sayOnce('would-act', text, { sessions: names, from, to, problems });
  }

  /** Writes down what has to be known after a crash; tells whether that is on the disk. */
  async #remember(): Promise<boolean> {
    const text = memoryText(this.#memory);
    if (text === this.#lastWritten) return true;
    try {
      await this.#setup.replaceFile(daemonFile(this.#setup.stateDirectory), text);
    } catch (error) {
      this.#sayOnce('not-saved', reasonOf(error));
      return false;
    }
    this.#standing.delete('not-saved');
    this.#lastWritten = text;
    return true;
  }

  async #report(): Promise<void> {
    const { now, pid, onStatus, replaceFile, stateDirectory } = this.#setup;
    const own = { pid, startedAt: this.#startedAt, polls: this.#polls, events: this.#counts };
    const status = statusOf(this.#memory.loop, this.#seen, this.#setup, own, now());
    onStatus(status);
    // A full disk is told of when it keeps something from being done.
    await replaceFile(statusFile(stateDirectory), jsonLine(status)).catch(() => undefined);
  }

  #say(event: DaemonEvent): void {
    this.#counts[event.event] = (this.#counts[event.event] ?? 0) + 1;
    this.#setup.onEvent(event, this.#setup.now());
  }

  #sayOnce(event: EventName, text: string, more: Partial<DaemonEvent> = {}): void {
    if (this.#standing.get(event) === text) return;
    this.#standing.set(event, text);
    this.#say({ ...more, event, text });
  }
}
