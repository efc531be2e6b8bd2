import { join } from '../core/paths.ts';

/** One shared link that every account home must have: `<account home>/<name>` leads to `target`. */
export interface SharedSymlink {
  /** The name of the link inside an account home: one plain path segment, such as `projects`. */
  readonly name: string;
  /** The absolute path of the directory that really holds the state, one for all homes. */
  readonly target: string;
}

/** The directory under which {@link RequiredShared} keeps the shared state: `/home/ubuntu`. */
export const DefaultSharedRoot = '/home/ubuntu';

/** Where the transcripts are shared, where they are. */
export function projectsTarget(required: readonly SharedSymlink[]): string | undefined {
  return required.find(({ name }) => name === 'projects')?.target;
}

// A session is its transcript plus what rewind and SessionStart hooks left: see the README's table.
const sharedNames = ['session-env', 'file-history', 'projects'] as const;

/**
 * Gives the required list for a shared root of your own, each target at `<root>/.claude-<name>-shared`.
 *
 * Reads nothing: `root` is taken as it is, and checked when the list is used.
 *
 * @param root - Absolute path of the directory that holds, or will hold, the shared targets.
 * @returns A frozen list of `session-env`, `file-history` and `projects`, in this order.
 *
 * @example Keep the shared state in the own home directory
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requiredSharedUnder } from 'claude-shared-state';
 *
 * const required = requiredSharedUnder('/home/me');
 * assert.equal(required[2]?.name, 'projects');
 * assert.equal(required[2]?.target, '/home/me/.claude-projects-shared');
 * ```
 */
export function requiredSharedUnder(root: string): readonly SharedSymlink[] {
  return Object.freeze(
    sharedNames.map((name) =>
      // An empty root stays one, to be refused: it must not become the root of the file system.
      Object.freeze({ name, target: root === '' ? '' : join(root, `.claude-${name}-shared`) }),
    ),
  );
}

/**
 * The shared links every account home must have unless a call is given another list:
 * `session-env`, `file-history` and `projects`, each at `/home/ubuntu/.claude-<name>-shared`.
 */
export const RequiredShared: readonly SharedSymlink[] = requiredSharedUnder(DefaultSharedRoot);
