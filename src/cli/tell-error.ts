import { isSharedStateError } from '../index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { errorAsData } from './json.ts';
import type { Page } from './page.ts';
import { UsageError } from './usage-error.ts';
import { messageFor } from './wording.ts';

/** Says what ended the command before it had a result. */
export function tellError(
  error: unknown,
  notes: Page,
  command: string,
): { readonly exitCode: ExitCode; readonly data: object } {
  const { paint, symbols } = notes;
  const say = (text: string) => {
    for (const [index, line] of text.split('\n').entries()) {
      notes.line(
        index === 0 ? paint.red(`${symbols.bad} ${notes.prose(line)}`) : notes.prose(line),
      );
    }
  };
  if (error instanceof UsageError) {
    say(error.message);
    const data = errorAsData(command, EXIT.usage, { kind: 'usage', message: error.message });
    return { exitCode: EXIT.usage, data };
  }
  // Refused arguments; what the calls find is in their results.
  if (isSharedStateError(error)) {
    for (const problem of error.problems) say(messageFor(problem));
    const [first] = error.problems;
    const data = errorAsData(command, EXIT.usage, { kind: 'usage', message: messageFor(first) });
    return { exitCode: EXIT.usage, data };
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`failed on the way: ${message}`);
  const data = errorAsData(command, EXIT.failed, { kind: 'failure', message });
  return { exitCode: EXIT.failed, data };
}
