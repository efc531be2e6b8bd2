export type { FailoverProblem, FailoverProblemCode, FailoverProblemOf } from './problems.ts';
export { holdStateDirectory } from './swap/lock.ts';
export type {
  FailoverOptions,
  FailoverSession,
  HoldOptions,
  Launch,
  LaunchOptions,
  RelaunchOptions,
  SaveOptions,
  SwapOptions,
} from './swap/options.ts';
export { planSwap } from './swap/plan.ts';
export { relaunchSessions } from './swap/relaunch.ts';
export type {
  PlannedSession,
  RelaunchedSession,
  RelaunchReport,
  SavedSession,
  SaveReport,
  SwapEvent,
  SwapPlan,
  SwapReport,
} from './swap/report.ts';
export type { Attempt } from './swap/session-terminal.ts';
export { saveResumeUUIDs } from './swap/save.ts';
export { swapAccounts } from './swap/swap.ts';
export { findResumeUUID } from './terminal/resume-hint.ts';
export { isTerminalError, TerminalError } from './terminal/terminal.ts';
export type {
  ProcessLaunch,
  Terminal,
  TerminalErrorReason,
  TerminalKey,
  TerminalPane,
} from './terminal/terminal.ts';
export type { FailoverFs, MigrateReadFs, WriteHandle } from '../fs/migrate-fs.ts';
export type { ResumeUUID } from '../sessions/resume-uuid.ts';
export { chooseAccount } from './quota/choose-account.ts';
export type { AccountCandidate, AccountChoice } from './quota/choose-account.ts';
export { stepQuotaGate } from './quota/gate.ts';
export type { NoSwapReason, QuotaStep } from './quota/gate.ts';
export type { QuotaEvidence, VetoEvidence } from './quota/evidence.ts';
export { readLimitRows } from './quota/limit-rows.ts';
export type { LimitRows, LimitRowsCursor, LimitRowsOptions } from './quota/limit-rows.ts';
export type {
  HookObservation,
  MessageObservation,
  PaneObservation,
  QuotaGateOptions,
  QuotaObservation,
  SwappedObservation,
  TranscriptObservation,
} from './quota/options.ts';
export { DefaultQuotaPatterns, DefaultQuotaVetoes } from './quota/patterns.ts';
export type { QuotaLimit, QuotaPattern, QuotaScope, QuotaVeto } from './quota/patterns.ts';
export type { AccountLimit, PendingDetection, QuotaGateState, SeenMessage } from './quota/state.ts';
export type { ResetTime } from './quota/reset-time.ts';
