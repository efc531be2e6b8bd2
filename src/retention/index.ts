export type { FsLike } from '../fs/port.ts';
export type { RetentionReadFs, DirectoryEntry, FileStats } from '../fs/session-fs.ts';
export type { ExpiringTranscript, ExpiringTranscripts } from './expiring.ts';
export {
  inspectRetention,
  type HomeRetention,
  type RetentionOptions,
  type RetentionReport,
} from './inspect-retention.ts';
