import type * as shared from 'claude-shared-state';
import type * as failover from 'claude-shared-state/failover';
import type * as homes from 'claude-shared-state/homes';
import type * as migrating from 'claude-shared-state/migrate';
import type * as retention from 'claude-shared-state/retention';
import type * as sessions from 'claude-shared-state/sessions';
import type * as tmux from 'claude-shared-state/tmux';

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether a type is `any`, or has an `any` somewhere inside. */
type HoldsAny<T> =
  IsAny<T> extends true
    ? true
    : T extends string | number | bigint | Uint8Array | Date | RegExp | AbortSignal
      ? false
      : T extends (...parameters: infer Parameters) => infer Result
        ? HoldsAny<Parameters[number]> | HoldsAny<Result>
        : T extends readonly (infer Item)[]
          ? HoldsAny<Item>
          : T extends PromiseLike<infer Value> | AsyncIterable<infer Value>
            ? HoldsAny<Value>
            : T extends object
              ? { [Key in keyof T]-?: HoldsAny<T[Key]> }[keyof T]
              : false;

type Holds<T> = true extends HoldsAny<T> ? true : false;

type Anything = ReturnType<typeof JSON.parse>;
/** So that the question itself is known to find one. */
export const finds: [
  Holds<Anything>,
  Holds<readonly { deep?: Anything }[]>,
  Holds<(parameter: Anything) => void>,
  Holds<() => Promise<Anything>>,
] = [true, true, true, true];

export const amongValues: Holds<Omit<typeof shared, 'SharedStateError'>> = false;
export const amongFailoverValues: Holds<Omit<typeof failover, 'TerminalError'>> = false;
export const amongHomesValues: Holds<typeof homes> = false;
export const amongMigrateValues: Holds<typeof migrating> = false;
export const amongRetentionValues: Holds<typeof retention> = false;
export const amongSessionValues: Holds<typeof sessions> = false;
export const amongTmuxValues: Holds<Omit<typeof tmux, 'TerminalError'>> = false;

interface Types {
  AccountReport: shared.AccountReport;
  EnsureOptions: shared.EnsureOptions;
  EnsureSyncOptions: shared.EnsureSyncOptions;
  FsStats: shared.FsStats;
  InspectionReport: shared.InspectionReport;
  InspectOptions: shared.InspectOptions;
  InspectSyncOptions: shared.InspectSyncOptions;
  LinkFs: shared.LinkFs;
  LinkFsSync: shared.LinkFsSync;
  LinkReadFs: shared.LinkReadFs;
  LinkReadFsSync: shared.LinkReadFsSync;
  LinkReport: shared.LinkReport;
  LinkState: shared.LinkState;
  Operation: shared.Operation;
  FsLike: shared.FsLike<shared.LinkFs>;
  Problem: shared.Problem;
  ProblemCode: shared.ProblemCode;
  ProblemOf: shared.ProblemOf<shared.ProblemCode>;
  Remedy: shared.Remedy;
  ResumeUUID: shared.ResumeUUID;
  Severity: shared.Severity;
  SharedStateError: shared.SharedStateError;
  SharedSymlink: shared.SharedSymlink;
}
export const amongTypes: Holds<Types> = false;

interface RetentionTypes {
  ExpiringTranscript: retention.ExpiringTranscript;
  ExpiringTranscripts: retention.ExpiringTranscripts;
  HomeRetention: retention.HomeRetention;
  RetentionOptions: retention.RetentionOptions;
  RetentionReadFs: retention.RetentionReadFs;
  RetentionReport: retention.RetentionReport;
}
export const amongRetentionTypes: Holds<RetentionTypes> = false;

interface SessionTypes {
  DiagnoseOptions: sessions.DiagnoseOptions;
  DirectoryEntry: sessions.DirectoryEntry;
  FileStats: sessions.FileStats;
  LiveSession: sessions.LiveSession;
  LiveSessionsOptions: sessions.LiveSessionsOptions;
  LiveSessionsReport: sessions.LiveSessionsReport;
  LocatedTranscripts: sessions.LocatedTranscripts;
  LocateOptions: sessions.LocateOptions;
  ProcessInspector: sessions.ProcessInspector;
  ProcessStatus: sessions.ProcessStatus;
  ProjectKeyOptions: sessions.ProjectKeyOptions;
  ReadHandle: sessions.ReadHandle;
  RecordedProcess: sessions.RecordedProcess;
  ResumeCommand: sessions.ResumeCommand;
  ResumeCommandOptions: sessions.ResumeCommandOptions;
  ResumeDiagnosis: sessions.ResumeDiagnosis;
  SessionMessage: sessions.SessionMessage;
  SessionReadFs: sessions.SessionReadFs;
  SessionRecord: sessions.SessionRecord;
}
export const amongSessionTypes: Holds<SessionTypes> = false;

interface MigrateTypes {
  ArchiveOptions: migrating.ArchiveOptions;
  ArchiveReport: migrating.ArchiveReport;
  Conflict: migrating.Conflict;
  ConflictSide: migrating.ConflictSide;
  DeletePlan: migrating.DeletePlan;
  DeleteReport: migrating.DeleteReport;
  DeleteRestorePointOptions: migrating.DeleteRestorePointOptions;
  EntryPlan: migrating.EntryPlan;
  FileCounts: migrating.FileCounts;
  HomePlan: migrating.HomePlan;
  ListRestorePointsOptions: migrating.ListRestorePointsOptions;
  MigrateFs: migrating.MigrateFs;
  MigrateHandle: migrating.MigrateHandle;
  MigrateOptions: migrating.MigrateOptions;
  MigrateReadFs: migrating.MigrateReadFs;
  MigrateReadHandle: migrating.MigrateReadHandle;
  MigrationOutcome: migrating.MigrationOutcome;
  MigrationPhase: migrating.MigrationPhase;
  MigrationPlan: migrating.MigrationPlan;
  MigrationProblem: migrating.MigrationProblem;
  MigrationProblemCode: migrating.MigrationProblemCode;
  MigrationProblemOf: migrating.MigrationProblemOf<migrating.MigrationProblemCode>;
  MigrationProgress: migrating.MigrationProgress;
  MigrationReport: migrating.MigrationReport;
  PlanDeleteOptions: migrating.PlanDeleteOptions;
  PlanMigrationOptions: migrating.PlanMigrationOptions;
  PlanRestoreOptions: migrating.PlanRestoreOptions;
  RestoreEntry: migrating.RestoreEntry;
  RestoreOptions: migrating.RestoreOptions;
  RestorePlan: migrating.RestorePlan;
  RestorePoint: migrating.RestorePoint;
  RestorePointList: migrating.RestorePointList;
  RestorePointState: migrating.RestorePointState;
  RestoreReport: migrating.RestoreReport;
  RunOptions: migrating.RunOptions;
  UnarchiveReport: migrating.UnarchiveReport;
  UnmergedFile: migrating.UnmergedFile;
  WideStats: migrating.WideStats;
}
export const amongMigrateTypes: Holds<MigrateTypes> = false;

interface TerminalTypes {
  FailoverFs: failover.FailoverFs;
  FailoverOptions: failover.FailoverOptions;
  FailoverProblem: failover.FailoverProblem;
  FailoverProblemCode: failover.FailoverProblemCode;
  FailoverProblemOf: failover.FailoverProblemOf<'stop-timeout'>;
  FailoverSession: failover.FailoverSession;
  SeenMessage: failover.SeenMessage;
  LaunchOptions: failover.LaunchOptions;
  MessageObservation: failover.MessageObservation;
  PaneObservation: failover.PaneObservation;
  NoSwapReason: failover.NoSwapReason;
  QuotaEvidence: failover.QuotaEvidence;
  QuotaGateOptions: failover.QuotaGateOptions;
  QuotaGateState: failover.QuotaGateState;
  QuotaLimit: failover.QuotaLimit;
  QuotaObservation: failover.QuotaObservation;
  QuotaPattern: failover.QuotaPattern;
  QuotaStep: failover.QuotaStep;
  PendingDetection: failover.PendingDetection;
  QuotaVeto: failover.QuotaVeto;
  RelaunchOptions: failover.RelaunchOptions;
  RelaunchReport: failover.RelaunchReport;
  RelaunchedSession: failover.RelaunchedSession;
  ResetTime: failover.ResetTime;
  SaveOptions: failover.SaveOptions;
  SaveReport: failover.SaveReport;
  SavedSession: failover.SavedSession;
  SwapEvent: failover.SwapEvent;
  SwapOptions: failover.SwapOptions;
  SwapReport: failover.SwapReport;
  SwappedObservation: failover.SwappedObservation;
  VetoEvidence: failover.VetoEvidence;
  WriteHandle: failover.WriteHandle;
  Terminal: failover.Terminal;
  TerminalError: failover.TerminalError;
  TerminalKey: failover.TerminalKey;
  TerminalErrorReason: failover.TerminalErrorReason;
  TmuxTerminalOptions: tmux.TmuxTerminalOptions;
}
export const amongTerminalTypes: Holds<TerminalTypes> = false;
