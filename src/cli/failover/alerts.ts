import { execFile } from 'node:child_process';
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
    if (!isRight || !hasEntry(eventMeanings, event)) {
      throw new UsageError(
        `--on ${value}: it must be an event and a command or URL, such as all-exhausted='notify-send "$FAILOVER_TEXT"'; the README lists the events`,
      );
    }
    return { event, target };
  });
}

const isUrl = (target: string): boolean => /^https?:/.test(target);
const TIMEOUT_MS = 30_000;

/** Tells somebody of an event; rejects if that fails. A URL gets it as JSON; a command, on its standard input, too. */
export async function sendAlert({ target }: Alert, event: DaemonEvent, at: Date): Promise<void> {
  const body = eventLine(event, at);
  if (!isUrl(target)) return await runCommand(target, event, body);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${new URL(target).host} answered ${response.status}`);
}

function runCommand(command: string, { event, text }: DaemonEvent, body: string): Promise<void> {
  const env = { ...process.env, FAILOVER_EVENT: event, FAILOVER_TEXT: text };
  return new Promise((resolve, reject) => {
    const child = execFile(
      '/bin/sh',
      ['-c', command],
      { env, timeout: TIMEOUT_MS },
      (error, _, stderr) => {
        if (error === null) resolve();
        // Its message would repeat the command, in which there may be a token.
        else
          reject(
            new Error(`the command ended with ${error.code ?? error.signal}: ${stderr.trim()}`),
          );
      },
    );
    // It need not read.
    child.stdin?.on('error', () => undefined).end(`${body}\n`);
  });
}
