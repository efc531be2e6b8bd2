export { diagnoseResume } from './diagnose-resume.ts';
export type { DiagnoseOptions, ResumableTranscript, ResumeDiagnosis } from './diagnose-resume.ts';
export type { Transcript, TranscriptPath, Unreadable } from './find-transcripts.ts';
export { listSessions } from './list-sessions.ts';
export type {
  ListedSession,
  ListProgress,
  ListSessionsOptions,
  SessionFile,
  TextMatch,
} from './list-sessions.ts';
export type { SessionTitle } from './transcript/overview.ts';
export { findLiveSessions } from './live-sessions.ts';
export type {
  LiveSession,
  LiveSessionsOptions,
  LiveSessionsReport,
  SessionRecord,
} from './live-sessions.ts';
export { locateTranscripts } from './locate-transcripts.ts';
export type { LocatedTranscripts, LocateOptions, SessionArtifact } from './locate-transcripts.ts';
export { inspectSettings } from './inspect-settings.ts';
export type { InspectSettingsOptions } from './inspect-settings.ts';
export type { Environment } from '../homes/layouts.ts';
export type {
  DamageReason,
  SessionProblem,
  SessionProblemCode,
  SessionProblemOf,
  MisplacedReason,
  UnusableReason,
} from './problems.ts';
export { projectKey } from './project-key.ts';
export type { ProjectKeyOptions } from './project-key.ts';
export { TestedClaudeVersions } from './program.ts';
export type { KeptFile } from './rehome/entries.ts';
export { planRehome } from './rehome/plan-rehome.ts';
export type {
  PlanRehomeOptions,
  RehomeMove,
  RehomePlan,
  RehomeProblem,
} from './rehome/plan-rehome.ts';
export { rehome } from './rehome/rehome.ts';
export type { RehomeOptions, RehomeReport } from './rehome/rehome.ts';
export { resumeCommand } from './resume-command.ts';
export type { ResumeCommand, ResumeCommandOptions } from './resume-command.ts';
export { isValidResumeUUID, parseResumeUUID } from './resume-uuid.ts';
export type { ResumeUUID } from './resume-uuid.ts';
export { sessionIdFromMessage } from './session-id-from-message.ts';
export type { SessionMessage } from './session-id-from-message.ts';
export type { SessionOwner, TranscriptContent } from './transcript/summary.ts';
export type { ProcessInspector, ProcessStatus, RecordedProcess } from '../fs/processes.ts';
export type { Account } from '../homes/account.ts';
export type { DirectoryEntry, FileStats, ReadHandle, SessionReadFs } from '../fs/session-fs.ts';
