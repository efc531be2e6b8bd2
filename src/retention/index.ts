export type { FsLike } from '../fs/port.ts';
export type { RetentionReadFs } from '../fs/session-fs.ts';
export type { DirectoryEntry, FileStats } from '../fs/session-fs.ts';
export type { ExpiringTranscript, ExpiringTranscripts } from './expiring.ts';
export { inspectRetention } from './inspect-retention.ts';
export type { HomeRetention, RetentionOptions, RetentionReport } from './inspect-retention.ts';
