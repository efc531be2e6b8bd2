import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { cleanEnvironment, type Surroundings } from './claude.ts';
import { Pane } from './pane.ts';
import { pollUntil } from './poll.ts';
import { executableOf } from './programs.ts';
import type { Room } from './room.ts';

const run = promisify(execFile);

/** A tmux server of its own for one test: nothing of it is seen by another tmux, nor the other way round. */
export interface TmuxServer {
  /** For `-S`. */
  readonly socketPath: string;
  /** Runs a tmux command on this server, and tells what it printed. */
  readonly tmux: (...args: readonly string[]) => Promise<string>;
  /** Starts a shell, in which `claude` is the program of the room, in a session of this name. */
  readonly open: (session: string, options?: PaneOptions) => Promise<Pane>;
}

interface PaneOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** What CLAUDE_CONFIG_DIR says in the shell; by default it says nothing. */
  readonly accountHome?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts tmux in a room, with nothing of the environment of the tests but the PATH. */
export async function startTmux(room: Room): Promise<TmuxServer> {
  const socketPath = room.path('tmux');
  const { home, tmp, program } = room.surroundings();
  const bin = room.path('bin');
  await mkdir(bin);
  await symlink(executableOf(program), join(bin, 'claude'));
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  const env = { PATH, HOME: home, TMPDIR: tmp, LANG: 'C.UTF-8', SHELL: '/bin/sh' };
  const tmux = async (...args: readonly string[]) => {
    const all = ['-f', '/dev/null', '-S', socketPath, ...args];
    return (await run('tmux', all, { env, cwd: home, maxBuffer: 2 ** 26 })).stdout;
  };
  const settings = ['set', '-g', 'history-limit', '5000', ';', 'set', '-g', 'exit-empty', 'off'];
  await tmux('start-server', ';', ...settings);
  onTestFinished(() => endServer(tmux));
  return {
    socketPath,
    tmux,
    open: async (session, options = {}) => {
      const { columns = 80, rows = 24, cwd = room.path('work') } = options;
      const environment = { PATH, PS1: '$ ', LANG: 'C.UTF-8', ...options.environment };
      const surroundings: Surroundings = { ...room.surroundings(options.accountHome), environment };
      const variables = Object.entries(cleanEnvironment(surroundings));
      const keepers = ['TERM="$TERM" TMUX="$TMUX" TMUX_PANE="$TMUX_PANE"'];
      const given = variables.map(([name, value]) => `${name}=${quote(value)}`);
      const shell = `exec env -i ${[...keepers, ...given].join(' ')} bash --norc --noprofile`;
      const size = ['-x', `${columns}`, '-y', `${rows}`];
      await tmux('new-session', '-d', '-s', session, ...size, '-c', cwd, shell);
      const pane = new Pane(tmux, session);
      await pane.untilAtShell();
      return pane;
    },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Ends the server and every process that was started in it. */
async function endServer(tmux: TmuxServer['tmux']): Promise<void> {
  const pids = await processesIn(tmux);
  await tmux('kill-server').catch(() => {});
  const left = () => pids.filter(isAlive);
  await pollUntil(
    'the processes of tmux have ended',
    () => left().length === 0,
    () => left().join(),
    5_000,
  ).catch(() => {
    // What does not end by itself would still write while the room is removed.
    for (const pid of left()) process.kill(pid, 'SIGKILL');
  });
}

async function processesIn(tmux: TmuxServer['tmux']): Promise<readonly number[]> {
  const panes = await tmux('list-panes', '-a', '-F', '#{pane_pid}').catch(() => '');
  const found = new Set(panes.split('\n').filter(Boolean).map(Number));
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [pid = 0, parent = 0] of rows) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
