import type { TestContext } from 'vitest';

/**
 * Skips a test that cannot run on this machine, and says so; in CI, where everything must run, it fails.
 */
export function needs(context: TestContext, whyNot: string | undefined): void {
  if (whyNot === undefined) return;
  if (process.env['CI'] !== undefined) throw new Error(whyNot);
  console.warn(`NOT RUN: ${context.task.name}: ${whyNot}`);
  context.skip(whyNot);
}
