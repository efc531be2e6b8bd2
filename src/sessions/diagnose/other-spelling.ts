import { listDirectory } from '../../fs/io.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { join } from '../../core/paths.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import type { ProjectsRoot } from '../roots.ts';

/**
 * Finds a transcript whose name differs from the id in upper and lower case alone: on most systems that
 * is another file, and the program compares names as they are.
 */
export async function findOtherSpelling(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  roots: readonly ProjectsRoot[],
): Promise<string | undefined> {
  const asked = `${sessionId}.jsonl`;
  const isOtherSpelling = (name: string) =>
    name !== asked && name.toLowerCase() === asked.toLowerCase();
  for (const { ways } of roots) {
    const projects = await listDirectory(fs, ways[0].path);
    for (const project of projects.ok ? projects.value : []) {
      if (project.kind === 'other') continue;
      const directory = join(ways[0].path, project.name);
      const files = await listDirectory(fs, directory);
      const match = (files.ok ? files.value : []).find(({ name }) => isOtherSpelling(name));
      if (match !== undefined) return join(directory, match.name);
    }
  }
  return undefined;
}
