export {
  diagnoseResume,
  type DiagnoseOptions,
  type ResumableTranscript,
  type ResumeDiagnosis,
} from './diagnose-resume.ts';
export type { Transcript, TranscriptPath, Unreadable } from './find-transcripts.ts';
export {
  listSessions,
  type ListedSession,
  type ListProgress,
  type ListSessionsOptions,
  type SessionFile,
  type TextMatch,
} from './list-sessions.ts';
export type { SessionTitle } from './transcript/overview.ts';
export {
  findLiveSessions,
  type LiveSession,
  type LiveSessionsOptions,
  type LiveSessionsReport,
  type SessionRecord,
} from './live-sessions.ts';
export {
  locateTranscripts,
  type LocatedTranscripts,
  type LocateOptions,
} from './locate-transcripts.ts';
export { inspectSettings, type InspectSettingsOptions } from './inspect-settings.ts';
export type { Environment } from '../homes/layouts.ts';
export type {
  DamageReason,
  SessionProblem,
  SessionProblemCode,
  SessionProblemOf,
  MisplacedReason,
  UnusableReason,
} from './problems.ts';
export { projectKey, type ProjectKeyOptions } from './project-key.ts';
export { TestedClaudeVersions } from './program.ts';
export type { KeptFile } from './rehome/entries.ts';
export {
  planRehome,
  type PlanRehomeOptions,
  type RehomeMove,
  type RehomePlan,
  type RehomeProblem,
} from './rehome/plan-rehome.ts';
export { rehome, type RehomeOptions, type RehomeReport } from './rehome/rehome.ts';
export { resumeCommand, type ResumeCommand, type ResumeCommandOptions } from './resume-command.ts';
export { isValidResumeUUID, parseResumeUUID, type ResumeUUID } from './resume-uuid.ts';
export { sessionIdFromMessage, type SessionMessage } from './session-id-from-message.ts';
export type { SessionOwner, TranscriptContent } from './transcript/summary.ts';
export type { ProcessInspector, ProcessStatus, RecordedProcess } from '../fs/processes.ts';
export type { Account } from '../homes/account.ts';
export type { DirectoryEntry, FileStats, ReadHandle, SessionReadFs } from '../fs/session-fs.ts';
