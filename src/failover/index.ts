export type {
  FailoverProblem,
  FailoverProblemCode,
  FailoverProblemOf,
} from './failover-problem.ts';
export type { FailoverSession, ResumeWith } from './failover-session.ts';
export { findResumeUUID } from './find-resume-uuid.ts';
export type {
  FailoverOptions,
  RelaunchOptions,
  ResumingOptions,
  SaveOptions,
  SwapOptions,
} from './options.ts';
export type {
  RelaunchedSession,
  RelaunchReport,
  SavedSession,
  SaveReport,
  SwapReport,
} from './report.ts';
export { relaunchSessions } from './relaunch-sessions.ts';
export { saveResumeUUIDs } from './save-resume-uuids.ts';
export { swapAccounts } from './swap-accounts.ts';
export type { SwapEvent } from './swap-events.ts';
export { isTerminalError, TerminalError } from './terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from './terminal.ts';
export type { FailoverFs, WriteHandle } from '../fs/failover-fs.ts';
export type { ResumeUUID } from '../sessions/resume-uuid.ts';
export { stepQuotaGate } from './quota/quota-gate.ts';
export type { QuotaCalm, QuotaStep } from './quota/quota-gate.ts';
export type { QuotaEvidence } from './quota/quota-evidence.ts';
export type {
  MessageObservation,
  PaneObservation,
  QuotaObservation,
  SwappedObservation,
} from './quota/quota-observation.ts';
export type { QuotaGateOptions } from './quota/quota-options.ts';
export { DefaultQuotaPatterns, DefaultQuotaVetoes } from './quota/quota-patterns.ts';
export type { QuotaLimit, QuotaPattern, QuotaVeto } from './quota/quota-patterns.ts';
export type { VetoEvidence } from './quota/quota-reading.ts';
export type { KnownMessage, QuotaGateState, QuotaSuspicion } from './quota/quota-state.ts';
export type { ResetTime } from './quota/reset-time.ts';
