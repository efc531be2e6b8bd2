import type { Result } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Setting } from './setting.ts';

/** Counts up when a script that reads the output would break. */
export const SCHEMA_VERSION = 1;

export function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The result of a command, with what it was about. */
export function envelope(command: string, setting: Setting, { exitCode, body }: Result): object {
  const { homes, homesFrom, searched, skipped, required, requiredFrom, root } = setting;
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    ok: exitCode === EXIT.done,
    exitCode,
    accountHomes: { from: homesFrom, searched, paths: homes, skipped },
    required: { from: requiredFrom, root, links: required },
    ...body,
  };
}

/** What ended a command before it had a result. */
export function errorAsData(
  command: string | null,
  exitCode: ExitCode,
  error: { readonly kind: 'usage' | 'failure'; readonly message: string },
): object {
  return { schemaVersion: SCHEMA_VERSION, command, ok: false, exitCode, error };
}

/** A command line that was not understood. */
export function mistakeAsData(message: string): object {
  return errorAsData(null, EXIT.usage, { kind: 'usage', message });
}
