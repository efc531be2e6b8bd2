import { execFile, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { tmuxTerminal } from '../failover/terminal/index.ts';
import manifest from '../../package.json' with { type: 'json' };
import { EXIT } from './exit.ts';
import type { ChoiceSource, ChooserStyle, Interrupts, Io, Screen, Program } from './io.ts';

type Output = NodeJS.WriteStream & { readonly fd: number };

/** The three streams of a process. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The surroundings of this process. */
export function processIo(streams: Streams = process): Io {
  const { stdin, stdout, stderr } = streams;
  const onError = outliving(stderr);
  for (const stream of [stdout, stderr]) stream.on('error', onError);
  // Whoever is asked must see the plan, too.
  const isAttended = [stdin, stdout, stderr].every(({ isTTY }) => isTTY);
  // What is chosen may be captured: the chooser writes to standard error only.
  const isAsked = stdin.isTTY && stderr.isTTY;
  const hasCursor = process.env['TERM'] !== 'dumb';
  return {
    stdout: screenOf(stdout),
    stderr: screenOf(stderr),
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    tmux: (socket) => ({
      terminal: tmuxTerminal(
        socket?.includes('/') === true ? { socketPath: resolve(socket) } : { socketName: socket },
      ),
    }),
    executable: [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)],
    version: manifest.version,
    claudeVersion,
    confirm: isAttended ? (question) => confirm(streams, question) : undefined,
    ask: isAsked ? (question) => ask(streams, question) : undefined,
    choose: isAsked && hasCursor ? (...list) => choose(streams, ...list) : undefined,
    run,
    catchInterrupts,
    clock: () => performance.now(),
  };
}

/** What is being done goes on if an output fails; unless its reader went away, as `head` does, the exit code tells. */
function outliving(stderr: Output): (error: Error) => void {
  let isTold = false;
  return (error) => {
    if (isTold || ('code' in error && error.code === 'EPIPE')) return;
    isTold = true;
    process.once('exit', () => {
      process.exitCode = process.exitCode === EXIT.done ? EXIT.failed : process.exitCode;
    });
    stderr.write(`the output can't be written: ${error.message}\n`);
  };
}

function screenOf(stream: Output): Screen {
  return {
    isTTY: isatty(stream.fd),
    get columns() {
      return stream.columns;
    },
    write: (text) => {
      stream.write(text);
    },
  };
}

/** Asks the program itself: how it was installed does not matter. */
async function claudeVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('claude', ['--version'], { timeout: 5000 });
    return /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

const CHOICE = '[y/N] ';

/** Only a yes is one: an empty line, Ctrl-C and Ctrl-D are none. */
async function confirm(streams: Streams, question: string): Promise<boolean> {
  // What is to be typed stays whole in a narrow terminal.
  const isNarrow = question.length + CHOICE.length > streams.stderr.columns;
  const answer = await ask(streams, `${question}${isNarrow ? '\n' : ' '}${CHOICE}`);
  return answer !== undefined && /^\s*y(es)?\s*$/i.test(answer);
}

/** `undefined` for Ctrl-C and Ctrl-D. */
async function ask({ stdin, stderr }: Streams, question: string): Promise<string | undefined> {
  const terminal = process.env['TERM'] !== 'dumb';
  const lines = createInterface({ input: stdin, output: stderr, terminal });
  try {
    const answer = await new Promise<string | undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
      lines.question(question, resolve);
    });
    if (answer === undefined) stderr.write('\n');
    return answer;
  } finally {
    lines.close();
  }
}

// Below the list there are the details, and a line about keys.
const ROWS_BELOW = 12;
const MIN_ROWS = 3;
const KEYS = 'Type to search, Ctrl-C to leave';

async function choose<Value>(
  { stdin, stderr }: Streams,
  message: string,
  source: ChoiceSource<Value>,
  { bold, cyan, dim, red }: ChooserStyle,
): Promise<Value | undefined> {
  const { default: search } = await import('@inquirer/search');
  const choices = async (typed: string | undefined, { signal }: { readonly signal: AbortSignal }) =>
    (await source(typed ?? '', signal)).map(({ value, name, details }) => ({
      value,
      name,
      description: details,
    }));
  const style = {
    message: bold,
    highlight: cyan,
    description: dim,
    error: red,
    searchTerm: String,
    keysHelpTip: () => dim(KEYS),
  };
  const theme = { prefix: '', icon: { cursor: '>' }, style };
  const pageSize = Math.max(MIN_ROWS, stderr.rows - ROWS_BELOW);
  try {
    return await search(
      { message, source: choices, pageSize, theme },
      { input: stdin, output: stderr, clearPromptOnDone: true },
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined;
    throw error;
  }
}

function ignore(): void {
  // Somebody else deals with it.
}

async function run({ file, args, env, unset, cwd }: Program): Promise<boolean> {
  const kept = Object.entries(process.env).filter(([name]) => !unset.includes(name));
  const child = spawn(file, args, {
    cwd,
    env: { ...Object.fromEntries(kept), ...env },
    stdio: 'inherit',
  });
  // The program has the terminal: what Ctrl-C means there is its business.
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code === 0));
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function catchInterrupts(): Interrupts {
  const stopping = new AbortController();
  const listener = () => {
    if (stopping.signal.aborted) process.exit(EXIT.failed);
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: stopping.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
