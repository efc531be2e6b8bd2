import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import { errnoOf } from '../fs/port.ts';
import { memberOf } from '../json.ts';
import { EXIT } from './exit-codes.ts';
import type { Interrupts, Io, Screen } from './io.ts';

/** The surroundings of this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  // Whoever is asked must see the plan, too.
  const isAttended = [stdin, stdout, stderr].every(({ isTTY }) => isTTY);
  return {
    stdout: screenOf(stdout),
    stderr: screenOf(stderr),
    env,
    home: homedir(),
    cwd: process.cwd(),
    version: version(),
    confirm: isAttended ? confirm : undefined,
    catchInterrupts,
    clock: () => performance.now(),
  };
}

/** The reader of a pipe may go away, as `head` does: what is being done goes on all the same. */
function ignoreClosedPipe(error: Error): void {
  if (errnoOf(error) !== 'EPIPE') throw error;
}

function screenOf(stream: NodeJS.WriteStream & { readonly fd: number }): Screen {
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

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('claude-shared-state/package.json');
  return String(memberOf(manifest, 'version'));
}

const CHOICE = '[y/N] ';

/** Only a yes is one: an empty line, Ctrl-C and Ctrl-D are none. */
async function confirm(question: string): Promise<boolean> {
  const terminal = process.env['TERM'] !== 'dumb';
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal });
  try {
    const answer = await new Promise<string | undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
      // What is to be typed stays whole in a narrow terminal.
      const isNarrow = question.length + CHOICE.length > process.stderr.columns;
      lines.question(`${question}${isNarrow ? '\n' : ' '}${CHOICE}`, resolve);
    });
    if (answer === undefined) process.stderr.write('\n');
    return /^\s*y(es)?\s*$/i.test(answer ?? '');
  } finally {
    lines.close();
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
