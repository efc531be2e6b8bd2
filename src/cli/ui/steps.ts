import type { Output } from './output.ts';

/** A command that somebody may type next, and its purpose. */
export interface NextStep {
  readonly command: string;
  readonly purpose: string;
  /** Whether it is an alternative to the step before it. */
  readonly or?: boolean;
}

export const MAX_STEPS = 5;

/** What can be typed, each command once; at most five. */
export function steps(all: readonly NextStep[]): readonly NextStep[] {
  const once = new Map(all.toReversed().map((step) => [step.command, step]));
  return [...once.values()]
    .toReversed()
    .filter(({ command }) => isTypeable(command))
    .slice(0, MAX_STEPS);
}

/** Prints steps under "Next"; alternatives are joined with "or". */
export function printSteps(out: Output, all: readonly NextStep[]): void {
  if (all.length === 0) return;
  out.title('Next');
  for (const [index, { command, purpose, or = false }] of all.entries()) {
    if (or && index > 0) out.line(out.paint.dim('or'));
    // Each line a comment of its own, so that all of it can be pasted.
    for (const line of out.wrapped(purpose, 4, 4))
      out.line(out.paint.dim(`  # ${line.trimStart()}`));
    out.command(command);
  }
}

/** Whether a shell receives the text as it is when somebody pastes it: one line, no controls, encodable. */
export function isTypeable(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** The text in single quotes, as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same, without quotes where none are needed. */
export function shellWord(text: string): string {
  return /^[\w./:@,+-]+$/.test(text) ? text : quoted(text);
}
