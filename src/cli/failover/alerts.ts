import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type DaemonEvent, eventLine, eventMeanings, type EventName } from './events.ts';
import { UsageError } from '../exit.ts';
import { hasEntry } from '../lists.ts';

/** What somebody wants to be told of, and how: a URL to post to, or a command. */
export interface Alert {
  readonly event: EventName;
  readonly target: string;
}

/** Reads the values of `--on`. */
export function alertsFrom(values: readonly string[]): readonly Alert[] {
  return values.map((value) => {
    const at = value.indexOf('=');
    const [event, target] = [value.slice(0, Math.max(0, at)), value.slice(at + 1)];
    const isRight = isUrl(target) ? URL.canParse(target) : target !== '';
    // An alert about an alert would be the next to fail.
    if (!isRight || !hasEntry(eventMeanings, event) || event === 'alert-failed') {
      throw new UsageError(
        `--on ${value}: it must be an event and a command or URL, such as all-exhausted='notify-send "$FAILOVER_TEXT"'; the README lists the events`,
      );
    }
    return { event, target };
  });
}

const isUrl = (target: string): boolean => /^https?:/.test(target);

/** Tells somebody of an event; rejects if that fails. A URL gets it as JSON; a command, on its standard input, too. */
export async function sendAlert(
  { target }: Alert,
  event: DaemonEvent,
  at: Date,
  timeoutMs = 30_000,
): Promise<void> {
  const body = eventLine(event, at);
  if (!isUrl(target)) return await runCommand(target, event, body, timeoutMs);
  // Errors of a request repeat its URL.
  const url = new URL(target);
  const login = [url.username, url.password].map(decodeURIComponent).join(':');
  [url.username, url.password] = ['', ''];
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(login !== ':' && { authorization }) },
    body,
    // Elsewhere the POST would become a GET.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url.host} answered ${response.status}`);
}

const MAX_ERROR = 500;

/** Runs a command, in a process group of its own: what is left of it in the end can be killed. */
async function runCommand(
  command: string,
  event: DaemonEvent,
  body: string,
  timeoutMs: number,
): Promise<void> {
  const env = { ...process.env, FAILOVER_EVENT: event.event, FAILOVER_TEXT: event.text };
  const child = spawn('/bin/sh', ['-c', command], {
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = `${errors}${String(chunk)}`.slice(-MAX_ERROR);
  });
  // It need not read.
  child.stdin.on('error', () => undefined).end(`${body}\n`);
  const timer = setTimeout(() => killGroup(child.pid), timeoutMs);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
  }
  const { exitCode, signalCode } = child;
  // The command itself may have a token in it.
  if (exitCode !== 0) {
    throw new Error(`the command ended with ${exitCode ?? signalCode}: ${errors.trim()}`);
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended just now.
  }
}
