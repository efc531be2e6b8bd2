import { setTimeout as timer } from 'node:timers/promises';
import { ArgumentCheck } from '../core/arguments.ts';
import { type FailoverFs, failoverPort, realFailoverDisk } from '../fs/failover-fs.ts';
import { isObject } from '../core/json.ts';
import { promisesOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { inspectorFor } from '../sessions/process-inspector.ts';
import { checkSessions, type FailoverSession } from './failover-session.ts';
import type { FailoverOptions } from './options.ts';
import { soundTerminal } from './sound-terminal.ts';
import type { Terminal } from './terminal.ts';

/** What a failover works with. */
export interface FailoverTools {
  readonly fs: FailoverFs;
  readonly terminal: Terminal;
  readonly processInspector: ProcessInspector;
  readonly stateDirectory: string;
  readonly signal: AbortSignal | undefined;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  readonly pid: number | undefined;
  readonly pollMs: number;
}

const common = ['terminal', 'stateDirectory', 'fs', 'processInspector', 'signal', 'random'];
const waiting = ['pause', 'pid', 'pollMs'];

const terminalCalls = ['capture', 'type', 'press', 'processIds', 'isAtShell', 'signal'] as const;

const POLL_MS = 250;

/** Looks at the sessions and the options of a call; `finish` of the check, which is left to it, throws. */
export function checkFailover<Own extends object>(
  sessions: unknown,
  options: FailoverOptions & Own,
  own: readonly string[],
  mayWait = true,
): {
  readonly check: ArgumentCheck;
  readonly sessions: readonly FailoverSession[];
  readonly given: Partial<FailoverOptions & Own>;
  readonly tools: FailoverTools;
} {
  const check = new ArgumentCheck();
  const isKnown = check.areOptions(options, [...common, ...(mayWait ? waiting : []), ...own]);
  const given: Partial<FailoverOptions & Own> = isKnown ? options : {};
  const list = checkSessions(check, sessions);
  const { stateDirectory = '', fs, signal, random = Math.random, pid } = given;
  const { pause = (milliseconds: number) => timer(milliseconds), pollMs = POLL_MS } = given;
  const terminal = checkTerminal(check, given.terminal);
  check.isPath('options.stateDirectory', stateDirectory);
  check.fileSystem(fs, failoverPort);
  const processInspector = inspectorFor(check, fs, given.processInspector);
  for (const [name, value] of Object.entries({ pause, random })) {
    if (typeof value !== 'function') check.refuseOption(`options.${name}`, value, 'a function');
  }
  checkMilliseconds(check, 'options.pollMs', pollMs);
  if (signal !== undefined && !(isObject(signal) && 'aborted' in signal)) {
    check.refuseOption('options.signal', signal, 'an AbortSignal');
  }
  return {
    check,
    sessions: list,
    given,
    tools: {
      fs: fs === undefined ? realFailoverDisk : promisesOf(fs),
      terminal,
      processInspector,
      stateDirectory,
      signal,
      pause,
      random,
      pid,
      pollMs,
    },
  };
}

export function checkMilliseconds(check: ArgumentCheck, argument: string, value: unknown): void {
  if (typeof value === 'number' && value >= 1 && value < Infinity) return;
  check.refuseOption(argument, value, 'a number of milliseconds, at least 1');
}

function checkTerminal(check: ArgumentCheck, terminal: Terminal | undefined): Terminal {
  const missing = terminalCalls.filter(
    (call) => !isObject(terminal) || typeof Reflect.get(terminal, call) !== 'function',
  );
  if (terminal !== undefined && missing.length === 0) return soundTerminal(terminal);
  const expected = `a terminal with ${terminalCalls.join(', ')}, such as tmuxTerminal() gives`;
  check.refuseOption('options.terminal', terminal, expected);
  return noTerminal;
}

const none = () => Promise.reject(new Error('no terminal'));
const noTerminal: Terminal = {
  capture: none,
  type: none,
  press: none,
  processIds: none,
  isAtShell: none,
  signal: none,
};
