export type { Audience, Description } from '../core/problem.ts';
export { exportFromStore } from './export.ts';
export type { ExportOptions } from './export.ts';
export type { Head, ListedFile, LogKey, SessionLog, StoredFile } from './log.ts';
export { describeStoreProblem } from './problems.ts';
export type { StoreProblem, StoreProblemCode } from './problems.ts';
export { createSessionStore } from './session-store.ts';
export type {
  Content,
  RunningDigest,
  SessionKey,
  SessionStoreEntry,
  SessionSummaryEntry,
  SharedStore,
  StoreOptions,
} from './session-store.ts';
export { syncToStore } from './sync.ts';
export type { SyncOptions, SyncReport } from './sync.ts';
export type { TransferCounts, StoreProgress, TransferOptions, TransferReport } from './transfer.ts';
export { verifyStore } from './verify.ts';
export type { FileDifference, SideDigest, VerifyReport } from './verify.ts';
