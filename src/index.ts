export { isSharedStateError, SharedStateError } from './links/error.ts';
export type { Operation } from './core/error.ts';
export type { LinkFs, LinkFsSync, LinkReadFs, LinkReadFsSync } from './fs/link-fs.ts';
export type { FsLike } from './fs/port.ts';
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
export { DefaultSharedRoot, RequiredShared, requiredSharedUnder } from './links/required.ts';
export type { SharedSymlink } from './links/required.ts';
export type { Problem, ProblemCode, ProblemOf } from './links/problems.ts';
export type { Remedy, Severity } from './core/problem.ts';
export type { AccountReport, InspectionReport } from './links/report.ts';
export type { LinkReport, LinkState } from './links/report.ts';
export { isValidResumeUUID, parseResumeUUID } from './sessions/resume-uuid.ts';
export type { ResumeUUID } from './sessions/resume-uuid.ts';
