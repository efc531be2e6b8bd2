import type { SessionReadFs } from '../../fs/session-fs.ts';
import { childOf, parentOf, withoutTrailingSeparators } from '../../paths.ts';
import { isDefaultHome } from './own-projects.ts';
import type { ResumeRequest } from './request.ts';
import { memberOf, readJson } from '../json-file.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** Where the program keeps what it was told about directories: beside the default home, inside others. */
export function configPathOf(homes: Pick<ResumeRequest, 'accountHome' | 'defaultAccountHome'>) {
  const home = withoutTrailingSeparators(homes.accountHome);
  return childOf(isDefaultHome(homes) ? parentOf(home) : home, '.claude.json');
}

/**
 * Whether the program would start in a directory without asking whether it can be trusted.
 *
 * One entry for the directory, for one above it, or for the main worktree is enough. Seen on 2.1.197 and
 * 2.1.329.
 *
 * @param directories - Real paths: the working directory, and the main worktree of its repository.
 */
export async function isTrusted(
  fs: SessionReadFs,
  configPath: string,
  directories: readonly string[],
): Promise<boolean> {
  const config = await readJson(fs, configPath, MOST_BYTES);
  const projects = config.ok ? memberOf(config.value, 'projects') : undefined;
  return directories.some((directory) => {
    for (let path = directory; ; path = parentOf(path)) {
      const entry = memberOf(projects, path);
      if (isTruthy(memberOf(entry, 'hasTrustDialogAccepted'))) return true;
      if (path === parentOf(path)) return false;
    }
  });
}

function isTruthy(value: unknown): boolean {
  return Boolean(value);
}
