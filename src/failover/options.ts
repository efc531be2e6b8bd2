import type { FailoverFs } from '../fs/failover-fs.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { SharedSymlink } from '../links/required.ts';
import type { DiagnoseOptions } from '../sessions/diagnose-resume.ts';
import type { FailoverSession, ResumeWith } from './failover-session.ts';
import type { SwapEvent } from './swap-events.ts';
import type { Terminal } from './terminal.ts';

/** What all calls that deal with running sessions are told. */
export interface FailoverOptions {
  /** The terminals in which the sessions run; `tmuxTerminal()` of `claude-shared-state/tmux`, for instance. */
  readonly terminal: Terminal;
  /** The directory that keeps `<session>/resume-id.txt` for each session: an absolute path; made where it is missing. */
  readonly stateDirectory: string;
  /** The file system to work on; the real disk unless given. */
  readonly fs?: FsLike<FailoverFs> | undefined;
  /** Tells which processes run. By default those of this machine if `fs` is left out, too; otherwise unknown. */
  readonly processInspector?: ProcessInspector | undefined;
  /** Stops the call between two steps; the same call goes on later. */
  readonly signal?: AbortSignal | undefined;
  /** Lets a time pass, in milliseconds, between two looks at a terminal; a timer unless given. */
  readonly pause?: ((milliseconds: number) => Promise<void>) | undefined;
  /** A number from 0 to below 1, for names that nobody else has; `Math.random` unless given. */
  readonly random?: (() => number) | undefined;
  /** The own process id, for the lock; that of this process unless given. */
  readonly pid?: number | undefined;
  /** How long to wait between two looks at a terminal, in milliseconds; 250 unless given. */
  readonly pollMs?: number | undefined;
}

/** What `saveResumeUUIDs` is told. */
export interface SaveOptions extends Omit<FailoverOptions, 'pid' | 'pollMs' | 'pause'> {
  /** The account homes under which the sessions may be running: absolute paths, at least one. */
  readonly accountHomes: readonly string[];
}

/** How sessions are started again. */
export interface ResumingOptions extends Pick<
  DiagnoseOptions,
  'required' | 'programVersion' | 'defaultAccountHome'
> {
  /** The shared links; `RequiredShared` unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** How the program is started, unless a session says it itself. */
  readonly resume?: ResumeWith | undefined;
  /** How long a session has to show that it resumed or failed, in milliseconds, about; 60,000 unless given. */
  readonly resumeTimeoutMs?: number | undefined;
}

/** What `relaunchSessions` is told. */
export interface RelaunchOptions extends FailoverOptions, ResumingOptions {
  /** The account home that the sessions are to go on under: an absolute path. */
  readonly targetHome: string;
  /** All account homes that may have a session, for telling why one cannot be resumed; `targetHome` alone unless given. */
  readonly accountHomes?: readonly string[] | undefined;
}

/** What `swapAccounts` is told. */
export interface SwapOptions extends FailoverOptions, ResumingOptions {
  /** The account home under which the sessions run: an absolute path. */
  readonly from: string;
  /** The account home under which they are to go on: an absolute path. It must be there. */
  readonly to: string;
  /** The sessions: all that are configured, whatever they do. */
  readonly sessions: readonly FailoverSession[];
  /** How long a program has to end once it is asked to, before it is killed, in milliseconds, about; 10,000 unless given. */
  readonly graceMs?: number | undefined;
  /** Is told of every step. What it throws ends the swap, as a crash would. */
  readonly onEvent?: ((event: SwapEvent) => void) | undefined;
}
