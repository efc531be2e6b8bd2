export { projectKey } from './project-key.ts';
export type { ProjectKeyOptions } from './project-key.ts';
export { resumeCommand } from './resume-command.ts';
export type { ResumeCommand, ResumeCommandOptions } from './resume-command.ts';
export { sessionIdFromMessage } from './session-id-from-message.ts';
export type { SessionMessage } from './session-id-from-message.ts';
export type { DirectoryEntry, FileStats, ReadHandle, SessionReadFs } from '../fs/session-fs.ts';
