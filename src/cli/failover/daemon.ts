import { planSwap, relaunchSessions, swapAccounts, type SwapReport } from '../../failover/index.ts';
import { reasonOf } from '../exit.ts';
import { jsonLine } from '../json.ts';
import type { DaemonEvent, EventName } from './events.ts';
import { lookAround, sessionsIn, type Surroundings } from './look.ts';
import {
  adopt,
  afterRelaunch,
  afterSwap,
  isMoved,
  type LoopCall,
  type LoopRules,
  step,
} from './loop.ts';
import { memoryFrom, type Memory, memoryText, noteFrom, noteText } from './memory.ts';
import { type DaemonStatus, statusOf } from './status.ts';

/** How a daemon works. */
export interface DaemonSetup extends Surroundings, LoopRules {
  /** The session to move first. */
  readonly canary?: string | undefined;
  readonly isDryRun: boolean;
  readonly isOnce: boolean;
  readonly pid: number;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Waits between two polls; ends early when the signal is aborted. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Replaces a file in one step. */
  readonly replaceFile: (path: string, text: string) => Promise<void>;
  readonly onEvent: (event: DaemonEvent, at: Date) => void;
  readonly onStatus: (status: DaemonStatus) => void;
}

/**
 * Watches the sessions until it is told to stop. It writes down what it is about to do before it does it: killed at any
 * moment, it goes on when it is started again.
 *
 * @returns False if it stopped because all accounts are exhausted, or, with `isOnce`, if something due was not done.
 */
export async function runDaemon(setup: DaemonSetup): Promise<boolean> {
  return await new Daemon(setup).run();
}

/** The files of a daemon in its state directory. */
export const daemonFile = (directory: string): string => `${directory}/daemon.json`;
/** The note of a swap that was begun: by the daemon, or by `failover swap`. */
export const noteFile = (directory: string): string => `${directory}/swap.json`;
export const statusFile = (directory: string): string => `${directory}/status.json`;

/** Events that say that something that was due was not done. */
const undone: ReadonlySet<string> = new Set<EventName>([
  'no-account',
  'swap-refused',
  'swap-failed',
  'canary-failed',
  'session-left',
  'relaunch-failed',
  'gave-up',
  'poll-failed',
  'not-saved',
]);

class Daemon {
  #setup: DaemonSetup;
  readonly #startedAt: Date;
  readonly #counts: Record<string, number> = {};
  #memory: Memory = memoryFrom(undefined);
  #seen: Parameters<typeof statusOf>[1] = [];
  #polls = 0;
  #lastWritten = '';
  /** As it was read or written last. */
  #lastNote: string | undefined;
  /** What was said last of something that goes on, so that it is said once. */
  readonly #standing = new Map<EventName, string>();

  constructor(setup: DaemonSetup) {
    this.#setup = setup;
    this.#startedAt = setup.now();
  }

  async run(): Promise<boolean> {
    const { tools, homes, readFile, signal, isOnce, pollMs, rest } = this.#setup;
    this.#memory = memoryFrom(await readFile(daemonFile(tools.stateDirectory)));
    const text = `watching ${homes.length} accounts`;
    this.#say({ event: 'started', text, account: this.#memory.loop.account });
    let isGoingOn = true;
    while (isGoingOn && !signal.aborted) {
      isGoingOn = await this.#poll().catch((error: unknown) => {
        this.#sayOnce('poll-failed', reasonOf(error));
        return true;
      });
      await this.#report();
      if (isOnce) break;
      if (isGoingOn) await rest(pollMs);
    }
    const { swap, waitUntil } = this.#memory.loop;
    const isWaiting = swap !== undefined || waitUntil !== undefined;
    const isDone = !isWaiting && !Object.keys(this.#counts).some((event) => undone.has(event));
    this.#say({ event: 'stopped', text: 'stopped' });
    return isGoingOn && (isDone || !isOnce);
  }

  /** Looks, decides, and makes the one call that is due; tells whether to go on. */
  async #poll(): Promise<boolean> {
    const at = this.#setup.now();
    await this.#readNote();
    const { swap } = this.#memory.loop;
    const { look, ...read } = await lookAround(at, this.#setup, this.#memory);
    const { call, state, events, blocked } = step(this.#memory.loop, look, this.#setup);
    // What would be done is decided anew at every poll.
    const isPretending = this.#setup.isDryRun && call !== undefined;
    this.#memory = { loop: isPretending ? { ...state, swap } : state, ...read };
    this.#seen = look.sightings;
    this.#polls += 1;
    for (const event of events) this.#say(event);
    this.#sayOnce('no-account', blocked);
    this.#sayOnce('transcript-unreadable', look.unreadable?.join(', ') || undefined);
    const isRunning = look.sightings.some(({ state: each }) => each === 'running');
    if (isRunning || call === undefined) {
      this.#sayOnce('no-session', isRunning ? undefined : 'no session runs yet');
    }
    // What is begun without a note of it could not be completed after a crash.
    const isSaved = await this.#remember();
    if (call?.kind === 'stop') return false;
    if (call !== undefined && this.#setup.isDryRun) await this.#pretend(call);
    else if (call !== undefined && isSaved) await this.#perform(call);
    this.#sayOnce('poll-failed', undefined);
    return true;
  }

  async #perform(call: Exclude<LoopCall, { readonly kind: 'stop' }>): Promise<void> {
    const { now, tools } = this.#setup;
    await this.#report();
    for (const { name, cwd } of this.#sessions(call.open)) {
      await tools.terminal.create(name, cwd).then(
        () => this.#forgetPane(name),
        // What went wrong shows in the report of the call.
        () => undefined,
      );
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
    const { tools, signal, pid } = this.#setup;
    return { ...tools, signal, pid };
  }

  #sessions(names: readonly string[]) {
    const all = Object.entries(this.#memory.loop.sessions);
    const known = all.map(([name, { cwd }]) => ({ name, cwd }));
    return sessionsIn(this.#setup.named, known).filter(({ name }) => names.includes(name));
  }

  /** Forgets the pane of a session: the new terminal has only one. */
  #forgetPane(name: string): void {
    const named = this.#setup.named.map((each) =>
      each.name === name ? { ...each, pane: undefined } : each,
    );
    this.#setup = { ...this.#setup, named };
  }

  /** Takes over what somebody else has begun. */
  async #readNote(): Promise<void> {
    const { readFile, tools, isDiscovering, named } = this.#setup;
    const text = await readFile(noteFile(tools.stateDirectory));
    if (text === this.#lastNote) return;
    const note = noteFrom(text);
    const isWatched = (name: string, pane = note?.panes[name]) =>
      named.some((each) => each.name === name && each.pane === pane) ||
      (isDiscovering && pane === undefined);
    const names = note?.names.filter((name) => isWatched(name)) ?? [];
    // That of a command with sessions that are not watched here is left to it.
    if (note !== undefined && names.length === 0) return;
    this.#lastNote = text;
    const { loop, ...read } = this.#memory;
    const adopted =
      note === undefined ? { ...loop, swap: undefined } : adopt(loop, { ...note, names });
    this.#memory = { loop: adopted, ...read };
  }

  async #relaunch({ account, names }: Extract<LoopCall, { readonly kind: 'relaunch' }>) {
    const { homes } = this.#setup;
    const options = { ...this.#tools(), targetHome: account, accountHomes: homes };
    return await relaunchSessions(this.#sessions(names), options);
  }

  async #swap({
    names,
    from,
    to,
  }: Extract<LoopCall, { readonly kind: 'swap' }>): Promise<SwapReport> {
    return await swapAccounts({
      ...this.#tools(),
      from,
      to,
      sessions: this.#sessions(names),
      accountHomes: this.#setup.homes,
      canary: this.#setup.canary,
      onEvent: (event) => {
        if (event.kind === 'started') {
          const text = `from ${from} to ${to}`;
          this.#say({ event: 'swap-started', text, from, to, sessions: names });
        } else if (event.kind === 'stopped') {
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
    const sessions = this.#sessions(names);
    const accountHomes = this.#setup.homes;
    const plan = await planSwap({ ...this.#tools(), from, to, sessions, accountHomes });
    const problems = [...plan.problems, ...plan.sessions.flatMap((session) => session.problems)];
    const text = `move ${names.join(', ')} from ${from} to ${to}`;
    this.#sayOnce('would-act', text, { sessions: names, from, to, problems });
  }

  /** Writes down what has to be known after a crash; tells whether that is on the disk. */
  async #remember(): Promise<boolean> {
    const { tools, replaceFile, isDryRun } = this.#setup;
    // The next daemon would take it for what was done.
    if (isDryRun) return true;
    const text = memoryText(this.#memory);
    const { swap } = this.#memory.loop;
    const note = noteText(swap, this.#sessions(swap?.names ?? []));
    try {
      if (text !== this.#lastWritten) await replaceFile(daemonFile(tools.stateDirectory), text);
      this.#lastWritten = text;
      if (note !== (this.#lastNote ?? noteText(undefined, []))) {
        await replaceFile(noteFile(tools.stateDirectory), note);
        this.#lastNote = note;
      }
    } catch (error) {
      this.#sayOnce('not-saved', reasonOf(error));
      return false;
    }
    this.#sayOnce('not-saved', undefined);
    return true;
  }

  async #report(): Promise<void> {
    const { now, pid, onStatus, replaceFile, tools } = this.#setup;
    const own = { pid, startedAt: this.#startedAt, polls: this.#polls, events: this.#counts };
    const status = statusOf(this.#memory.loop, this.#seen, this.#setup, own, now());
    onStatus(status);
    // A full disk is told of when it keeps something from being done.
    await replaceFile(statusFile(tools.stateDirectory), jsonLine(status)).catch(() => undefined);
  }

  #say(event: DaemonEvent): void {
    this.#counts[event.event] = (this.#counts[event.event] ?? 0) + 1;
    this.#setup.onEvent(event, this.#setup.now());
  }

  /** Says what goes on, unless it was said before; `undefined`: it is over. */
  #sayOnce(event: EventName, text: string | undefined, more: Partial<DaemonEvent> = {}): void {
    if (this.#standing.get(event) === text) return;
    if (text === undefined) {
      this.#standing.delete(event);
      return;
    }
    this.#standing.set(event, text);
    this.#say({ ...more, event, text });
  }
}
