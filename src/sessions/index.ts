export { projectKey } from './project-key.ts';
export type { ProjectKeyOptions } from './project-key.ts';
export type { DirectoryEntry, FileStats, ReadHandle, SessionReadFs } from '../fs/session-fs.ts';
