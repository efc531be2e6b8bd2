import { withTrailingSep } from '../../core/paths.ts';
import { type Homes, isDefaultHome } from '../default-home.ts';
import type { LookUpRule } from '../program.ts';
import { isDirectoryName, keyOf } from '../project-key.ts';
import type { ResumeRequest } from './request.ts';

/** A project in which a program looks first. */
export interface OwnProject {
  readonly key: string;
  /** The working directory that it is of; absent where the environment names it. */
  readonly directory?: string;
}

/**
 * The projects in which a program looks first, in its order.
 *
 * A newer one tries the name from its environment first, unless it runs under the default home; then
 * come the working directory, its worktree, and the others in the order of their paths. Seen on 2.1.197
 * and 2.1.329.
 */
export function ownProjectsFor(
  rule: LookUpRule,
  cwd: string,
  worktrees: readonly string[],
  request: Homes & Pick<ResumeRequest, 'projectDirName'>,
): readonly OwnProject[] {
  const { projectDirName } = request;
  const isRenamed =
    rule === 'all-projects' &&
    projectDirName !== undefined &&
    isDirectoryName(projectDirName) &&
    !isDefaultHome(request);
  const directories = new Set([
    cwd,
    ...worktrees.filter((path) => withTrailingSep(cwd).startsWith(withTrailingSep(path))),
    ...worktrees.toSorted((one, other) => one.localeCompare(other)),
  ]);
  return [
    ...(isRenamed ? [{ key: projectDirName }] : []),
    ...[...directories].map((directory) => ({ key: keyOf(directory), directory })),
  ];
}
