export { isSharedStateError, SharedStateError } from './error.ts';
export type { Operation } from './error.ts';
export type { LinkFs, LinkFsSync, LinkReadFs, LinkReadFsSync } from './fs/link-fs.ts';
export type { FsLike } from './fs/port.ts';
export type { RetentionReadFs } from './fs/retention-fs.ts';
export type { DirectoryEntry, FileStats } from './fs/session-fs.ts';
export type { FsStats } from './fs/stats.ts';
export {
  ensureForAccount,
  ensureForAccountSync,
  validateAll,
  validateAllSync,
} from './links/ensure.ts';
export type { EnsureOptions, EnsureSyncOptions } from './links/ensure.ts';
export { inspectAll, inspectAllSync } from './links/inspect-all.ts';
export type { InspectOptions, InspectSyncOptions } from './links/inspect-all.ts';
export { inspectRetention } from './links/retention.ts';
export type { HomeRetention, RetentionOptions, RetentionReport } from './links/retention.ts';
export type { ExpiringTranscript, ExpiringTranscripts } from './links/expiring.ts';
export { DefaultSharedRoot, RequiredShared, requiredSharedUnder } from './links/required.ts';
export type { SharedSymlink } from './links/required.ts';
export type { Problem, ProblemCode, ProblemOf } from './problem.ts';
export type { Remedy, Severity } from './problems/table.ts';
export type { AccountReport, InspectionReport } from './report.ts';
export type { LinkReport, LinkState } from './link-report.ts';
export { isValidResumeUUID, parseResumeUUID } from './sessions/resume-uuid.ts';
export type { ResumeUUID } from './sessions/resume-uuid.ts';
