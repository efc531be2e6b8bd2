import { join } from 'node:path';
import {
  type ProcessLaunch,
  type Terminal,
  TerminalError,
  type TerminalPane,
} from 'claude-shared-state/failover';
import type { ProcessInspector } from 'claude-shared-state/sessions';
import { makeFile, type World } from './world.ts';

/** What the program does when it is started with a command. */
export type Launch =
  /** It resumes, and keeps a record; under another id with `--fork-session`. */
  | 'resumes'
  /** It prints an error, and ends. */
  | 'fails'
  /** It asks whether the directory is trusted, and waits. */
  | 'asks'
  /** It shows nothing. */
  | 'hangs'
  /** The shell does something else first. */
  | 'waits'
  /** It asks what to do with a session of another account. */
  | 'asks-owner';

/** A program that runs in a terminal. */
interface Running {
  readonly pid: number;
  /** Absent for what keeps no session record. */
  readonly session?: { readonly id: string; readonly accountHome: string };
  /** The signals that it takes no notice of. */
  readonly deafTo?: readonly string[];
}

interface Pane {
  readonly shellPid: number;
  text: string;
  running: Running | undefined;
  launch: Launch;
  /** What has been typed and not entered. */
  line: string;
  /** The question whose the session is, and which option of it is highlighted. */
  dialog?: { readonly above: string; isConfirming: boolean; option: number } | undefined;
  /** Whether what runs in it was started by a shell that ends with it. */
  isCommand: boolean;
}

/** As 2.1.332 shows it. */
const CHOICE = ['Exit Claude Code', 'Change login', 'Copy to b@example.com (B) and continue'];
const CONFIRMATION = ['Continue', 'Go Back'];

function shownDialog(isConfirming: boolean, option: number): string {
  const heading = isConfirming
    ? '  Copy this session to b@example.com (B)?\n\n  Continuing this conversation in a new account shares its history.'
    : '  This session belongs to another account\n\n  Started as    another account\n  Logged in as  b@example.com (B)';
  const options = (isConfirming ? CONFIRMATION : CHOICE).map(
    (text, index) => `  ${index === option ? '❯' : ' '} ${text}`,
  );
  const menu = options.join('\n');
  return `${'▔'.repeat(80)}\n${heading}\n\n${menu}\n\n\n  Enter to confirm · Esc to exit\n`;
}

/** The id that a copy gets. */
export const COPY = '5b0d2c4e-9f1a-4e7b-8c3d-6a2b1c0d9e8f';

/** Terminals in which nothing runs but what these tests say; what they do is written into a world. */
export class FakeTerminal implements Terminal {
  /** Every command that was entered, with its terminal. */
  readonly entered: (readonly [session: string, command: string])[] = [];
  readonly signals: (readonly [pid: number, signal: string])[] = [];
  /** How often a terminal was looked at or touched. */
  calls = 0;
  /** Is called before each call; what it throws is how the call fails. */
  onCall: ((call: keyof Terminal, session: string) => void) | undefined;
  /** Is called when a session was resumed by a command. */
  onResume: ((session: string, id: string, command: string) => void) | undefined;
  /** How programs were started, by process id. */
  readonly launches = new Map<number, ProcessLaunch>();
  /** The size of all terminals. */
  size = { columns: 80, rows: 24 };
  /** The terminals in which a shell was started in place of a session. */
  readonly respawned: string[] = [];
  readonly #world: World;
  readonly #panes = new Map<string, Pane>();
  readonly #alive = new Set<number>();
  #lastPid = 1000;

  constructor(world: World) {
    this.#world = world;
  }

  /** Opens a terminal with a shell in it. */
  open(
    name: string,
    { text = '$', launch = 'resumes' }: { readonly text?: string; readonly launch?: Launch } = {},
  ): void {
    const shellPid = this.#newPid();
    const pane = { shellPid, text, running: undefined, launch, line: '', isCommand: false };
    this.#panes.set(name, pane);
  }

  /** Lets a session run in a terminal, with its record. */
  start(name: string, id: string, accountHome: string, deafTo: readonly string[] = []): number {
    const pane = this.#pane(name);
    if (pane.running !== undefined) this.#end(pane, pane.running, true);
    const pid = this.#newPid();
    pane.running = { pid, session: { id, accountHome }, deafTo };
    this.#writeRecord(pid, id, accountHome);
    return pid;
  }

  /** Lets something run in a terminal that keeps no record. */
  startOther(name: string): void {
    this.#pane(name).running = { pid: this.#newPid() };
  }

  /** The session is another one by now, as after `/clear`. */
  clear(name: string, id: string): void {
    const { running } = this.#pane(name);
    if (running?.session === undefined) throw new Error('nothing runs there');
    this.#writeRecord(running.pid, id, running.session.accountHome);
    this.#pane(name).running = { ...running, session: { ...running.session, id } };
  }

  /** Every key that was pressed in answer to the question whose a session is. */
  readonly answers: string[] = [];

  /** Lets a session run in a terminal that asks whose it is. */
  askForOwner(name: string, id: string, accountHome: string): void {
    const pid = this.start(name, id, accountHome);
    this.#writeRecord(pid, id, accountHome, 'waiting');
    const pane = this.#pane(name);
    pane.dialog = { above: pane.text, isConfirming: false, option: 0 };
    pane.text += shownDialog(false, 0);
  }

  /** What the record of the session says that it does. */
  setStatus(name: string, status: string): void {
    const { running } = this.#pane(name);
    if (running?.session === undefined) throw new Error('nothing runs there');
    this.#writeRecord(running.pid, running.session.id, running.session.accountHome, status);
  }

  /** What the program does when it is started next. */
  setLaunch(name: string, launch: Launch): void {
    this.#pane(name).launch = launch;
  }

  /** Shows a text in a terminal, in place of what it shows. */
  show(name: string, text: string): void {
    this.#pane(name).text = text;
  }

  /** What runs in a terminal was started by a command, and the terminal ends with it. */
  loseShell(name: string): void {
    this.#pane(name).isCommand = true;
  }

  /** The session that runs in a terminal, and under which home. */
  runningIn(name: string) {
    return this.#pane(name).running?.session;
  }

  /** What tells of these processes, and of no other ones. */
  get processInspector(): ProcessInspector {
    return {
      status: ({ pid }) =>
        Promise.resolve(
          this.#alive.has(pid) ? { state: 'running', start: '1' } : { state: 'exited' },
        ),
      self: (pid = 1) => {
        this.#alive.add(pid);
        return Promise.resolve({ pid, start: '1', pidNamespace: 'test' });
      },
    };
  }

  /** A process that is no program in a terminal has ended. */
  forget(pid: number): void {
    this.#alive.delete(pid);
  }

  capture(session: string): Promise<string> {
    return this.#call('capture', session, ({ text }) => text);
  }

  type(session: string, text: string): Promise<void> {
    return this.#call('type', session, (pane) => {
      pane.line += text;
    });
  }

  press(session: string, key: string): Promise<void> {
    return this.#call('press', session, (pane) => {
      if (pane.dialog !== undefined) {
        this.#answer(pane, pane.dialog, key);
        return;
      }
      if (key === 'C-c') pane.line = '';
      if (key !== 'Enter') return;
      const command = pane.line;
      pane.line = '';
      this.#enter(session, pane, command);
    });
  }

  processIds(session: string): Promise<readonly number[]> {
    return this.#call('processIds', session, ({ shellPid, running }) =>
      running === undefined ? [shellPid] : [shellPid, running.pid],
    );
  }

  isAtShell(session: string): Promise<boolean> {
    return this.#call(
      'isAtShell',
      session,
      ({ running, isCommand }) => isCommand || running === undefined,
    );
  }

  /** Those that were opened as `<session>:<id>`; they have the given size. */
  async panes(session: string): Promise<readonly TerminalPane[]> {
    const own = [...this.#panes.keys()].filter((name) => name.startsWith(`${session}:`));
    const sized = own.map((name) => ({ id: name.slice(session.length + 1), ...this.size }));
    if (sized.length === 0) {
      this.#pane(session);
      sized.push({ id: '%0', ...this.size });
    }
    return await Promise.resolve(sized);
  }

  launchOf(session: string, pid: number): Promise<ProcessLaunch | undefined> {
    return this.#call('launchOf', session, () => this.launches.get(pid));
  }

  /** Whether there is a server; without one, there is no terminal. */
  closeAll(): void {
    for (const name of this.#panes.keys()) this.close(name);
  }

  /** Takes a terminal away; what runs in it is hung up on, and takes its record away. */
  close(name: string): void {
    const pane = this.#pane(name);
    if (pane.running !== undefined) this.#end(pane, pane.running, true);
    this.#panes.delete(name);
  }

  /** Every terminal that was made by a call, with its directory. */
  readonly created: (readonly [session: string, cwd: string])[] = [];

  sessions(): Promise<readonly string[]> {
    const names = [...this.#panes.keys()].map((name) => name.replace(/:.*/, ''));
    return Promise.resolve([...new Set(names)]);
  }

  /** Whether the terminals are those of another server than before shows in it. */
  serverId = 1;

  server(): Promise<string | undefined> {
    return Promise.resolve(this.#panes.size === 0 ? undefined : String(this.serverId));
  }

  create(session: string, cwd: string): Promise<void> {
    this.created.push([session, cwd]);
    this.open(session);
    return Promise.resolve();
  }

  respawn(session: string): Promise<void> {
    return this.#call('respawn', session, (pane) => {
      this.respawned.push(session);
      if (pane.running !== undefined) this.#end(pane, pane.running, true);
      pane.isCommand = false;
    });
  }

  signal(session: string, pid: number, signal: string): Promise<void> {
    return this.#call('signal', session, (pane) => {
      this.signals.push([pid, signal]);
      const { running } = pane;
      if (running?.pid !== pid || running.deafTo?.includes(signal) === true) return;
      if (signal === 'SIGTERM') this.#hint(pane, running);
      this.#end(pane, running, signal === 'SIGTERM');
    });
  }

  async #call<Value>(
    call: keyof Terminal,
    session: string,
    act: (pane: Pane) => Value,
  ): Promise<Value> {
    this.calls += 1;
    this.onCall?.(call, session);
    return await Promise.resolve(act(this.#pane(session)));
  }

  #enter(session: string, pane: Pane, command: string): void {
    this.entered.push([session, command]);
    pane.text += ` ${command}\n`;
    const id = /--resume (\S+)/.exec(command)?.[1] ?? '';
    const accountHome = /CLAUDE_CONFIG_DIR='([^']*)'/.exec(command)?.[1] ?? '';
    switch (pane.launch) {
      case 'resumes':
        this.start(session, id, accountHome);
        this.onResume?.(session, id, command);
        return;
      case 'fails':
        pane.text += `No conversation found with session ID: ${id}\n$`;
        return;
      case 'asks':
        this.startOther(session);
        pane.text +=
          ' ❯ No, exit\n   Yes, I trust this folder\n\n Enter to confirm · Esc to cancel\n';
        return;
      case 'asks-owner':
        this.askForOwner(session, id, accountHome);
        return;
      case 'hangs':
        this.startOther(session);
        return;
      case 'waits':
    }
  }

  /** As 2.1.332 does: the options are no ring, and the copy gets an id of its own in the same process. */
  #answer(pane: Pane, dialog: NonNullable<Pane['dialog']>, key: string): void {
    this.answers.push(key);
    const { isConfirming, option } = dialog;
    const options = isConfirming ? CONFIRMATION : CHOICE;
    if (key === 'Up') dialog.option = Math.max(0, option - 1);
    if (key === 'Down') dialog.option = Math.min(options.length - 1, option + 1);
    const isLast = option === options.length - 1;
    if (key === 'Enter' && !isConfirming && isLast) {
      [dialog.isConfirming, dialog.option] = [true, 1];
    } else if (key === 'Enter' && isConfirming && option === 0) {
      this.#copy(pane);
      return;
    } else if (key === 'Enter') {
      throw new Error(`nobody asked for ${options[option]}`);
    }
    pane.text = `${dialog.above}${shownDialog(dialog.isConfirming, dialog.option)}`;
  }

  #copy(pane: Pane): void {
    const { running, dialog } = pane;
    if (running?.session === undefined || dialog === undefined) throw new Error('nothing runs');
    const { session, pid } = running;
    pane.dialog = undefined;
    pane.text = `${dialog.above}● Copied to b@example.com (B).\n❯ \n`;
    pane.running = { ...running, session: { ...session, id: COPY } };
    this.onCopy?.(session.id, COPY);
    this.#writeRecord(pid, COPY, session.accountHome);
  }

  /** Writes the transcript of the copy. */
  onCopy: ((original: string, copy: string) => void) | undefined;

  #hint(pane: Pane, { session }: Running): void {
    if (session === undefined) return;
    pane.text += `\nResume this session with:\nclaude --resume ${session.id}\n$`;
  }

  #end(pane: Pane, { pid, session }: Running, takesRecordAway: boolean): void {
    pane.running = undefined;
    pane.dialog = undefined;
    this.#alive.delete(pid);
    if (session !== undefined && takesRecordAway) {
      this.#world.fs.unlinkSync(recordOf(session.accountHome, pid));
    }
  }

  #writeRecord(pid: number, sessionId: string, accountHome: string, status = 'idle'): void {
    const record = { pid, sessionId, procStart: '1', status, kind: 'interactive' };
    makeFile(this.#world, recordOf(accountHome, pid), JSON.stringify(record));
  }

  #pane(session: string): Pane {
    const pane = this.#panes.get(session);
    if (pane === undefined) throw new TerminalError(session, 'no-session', `no ${session}`);
    return pane;
  }

  #newPid(): number {
    this.#lastPid += 1;
    this.#alive.add(this.#lastPid);
    return this.#lastPid;
  }
}

function recordOf(accountHome: string, pid: number): string {
  return join(accountHome, 'sessions', `${pid}.json`);
}
