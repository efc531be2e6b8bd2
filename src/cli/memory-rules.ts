import type { SharedSymlink } from '../index.ts';
import { inspectMemoryPermissions, type SessionProblemOf } from '../sessions/index.ts';

/** Finds the auto-memory behind the `projects` links that print mode could not edit, one problem per home. */
export async function findMemoryProblems(
  homes: readonly string[],
  required: readonly SharedSymlink[],
): Promise<readonly SessionProblemOf<'memory-not-permitted'>[]> {
  return required.some(({ name }) => name === 'projects')
    ? await inspectMemoryPermissions(homes)
    : [];
}
