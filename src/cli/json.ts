import { EXIT, type ExitCode } from './exit.ts';
import type { ListedSession } from '../sessions/index.ts';
import type { Scope } from './scope.ts';

/** Counts up when a script that reads the output would break. */
const SCHEMA_VERSION = 1;

export function jsonText(
  value: object,
  replacer?: (key: string, value: unknown) => unknown,
): string {
  return `${JSON.stringify(value, replacer, 2)}\n`;
}

export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** What was read as JSON, if it is an object. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '';

/** A line of `list`. */
export function lineAsData(session: ListedSession) {
  return { schemaVersion: SCHEMA_VERSION, command: 'list', ...session } as const;
}

/** What every command prints before its own members. */
export function envelope(command: string, scope: Scope, exitCode: ExitCode) {
  const { homes, homesFrom, primary, searched, skipped, required, requiredFrom, root } = scope;
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    ok: exitCode === EXIT.done,
    exitCode,
    accountHomes: { from: homesFrom, searched, paths: homes, primary, skipped },
    required: { from: requiredFrom, root, links: required },
  } as const;
}

/** What ended a command before it had a result; `null` if the command line was not understood. */
export function errorAsData(
  command: string | null,
  exitCode: ExitCode,
  kind: 'usage' | 'failure',
  message: string,
) {
  const error = { kind, message };
  return { schemaVersion: SCHEMA_VERSION, command, ok: false, exitCode, error } as const;
}
