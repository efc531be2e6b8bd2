import { main } from '../../../../src/cli/main.ts';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import type { Io, Program, Screen } from '../../../../src/cli/io.ts';

/** What a command is run with, where it matters. */
export interface Surroundings {
  readonly home: string;
  readonly cwd?: string;
  /** The system; Linux unless given. */
  readonly platform?: Io['platform'];
  readonly env?: Io['env'];
  /** The columns of a terminal; a pipe unless given. */
  readonly columns?: number;
  /** What the person answers; nobody is there unless given. */
  readonly answer?: boolean;
  /** What the person types when asked for a line, one after the other, and then Ctrl-C; nobody is there unless given. */
  readonly typed?: readonly string[];
  /** What the person types into a chooser, whose first choice is taken; `undefined` is Ctrl-C. */
  readonly searched?: readonly (string | undefined)[];
  /** Whether what is run fails. */
  readonly fails?: boolean;
  /** The version of Claude Code that is installed; none unless given. */
  readonly claudeVersion?: string;
  /** The homes that running processes use; none unless given. */
  readonly configDirs?: readonly string[];
  /** The terminals; by default those of a tmux server that does not run. */
  readonly tmux?: Io['tmux'];
  /** Aborted, it is Ctrl-C. */
  readonly interrupt?: AbortSignal;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was asked. */
  readonly questions: readonly string[];
  /** What was run. */
  readonly commands: readonly Program[];
}

/** Runs the command in this process, on the real disk and with made-up surroundings. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<Ran> {
  const { home, cwd = home, env = {}, columns, answer, claudeVersion } = surroundings;
  const { interrupt = new AbortController().signal } = surroundings;
  const out = { stdout: '', stderr: '' };
  const questions: string[] = [];
  const screen = (name: keyof typeof out): Screen => ({
    isTTY: columns !== undefined,
    columns,
    write: (text) => {
      out[name] += text;
    },
  });
  const confirm = async (question: string) => {
    questions.push(question);
    return answer === true;
  };
  const commands: Program[] = [];
  const typed = surroundings.typed?.values();
  const ask = async (question: string) => {
    questions.push(question);
    return typed?.next().value;
  };
  const searched = surroundings.searched?.values();
  const choose: Io['choose'] = async (question, source) => {
    questions.push(question);
    const text = searched?.next().value;
    return text === undefined ? undefined : (await source(text))[0]?.value;
  };
  const exitCode = await main(argv, {
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    env: { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1', ...env },
    home,
    cwd,
    platform: surroundings.platform ?? 'linux',
    processInspector: { configDirs: async () => surroundings.configDirs ?? [] },
    tmux:
      surroundings.tmux ?? (() => ({ terminal: tmuxTerminal({ socketPath: '/nowhere/tmux' }) })),
    executable: ['/usr/bin/node', '/opt/claude-shared-state/cli.js'],
    version: '1.2.3',
    claudeVersion: () => Promise.resolve(claudeVersion),
    confirm: answer === undefined ? undefined : confirm,
    ask: typed === undefined ? undefined : ask,
    choose: searched === undefined ? undefined : choose,
    run: async (command) => {
      commands.push(command);
      return surroundings.fails !== true;
    },
    catchInterrupts: () => ({ signal: interrupt, release: () => undefined }),
    clock: () => performance.now(),
  });
  return { exitCode, ...out, questions, commands };
}
