export { stepQuotaGate } from './quota-gate.ts';
export type { QuotaCalm, QuotaStep } from './quota-gate.ts';
export type { QuotaEvidence } from './quota-evidence.ts';
export type {
  MessageObservation,
  PaneObservation,
  QuotaObservation,
  SwappedObservation,
} from './quota-observation.ts';
export type { QuotaGateOptions } from './quota-options.ts';
export { DefaultQuotaPatterns, DefaultQuotaVetoes } from './quota-patterns.ts';
export type { QuotaLimit, QuotaPattern, QuotaVeto } from './quota-patterns.ts';
export type { VetoEvidence } from './quota-reading.ts';
export type { KnownMessage, QuotaGateState, QuotaSuspicion } from './quota-state.ts';
export type { ResetTime } from './reset-time.ts';
export { TerminalError } from './terminal.ts';
export type { Terminal, TerminalKey, TerminalTrouble } from './terminal.ts';
