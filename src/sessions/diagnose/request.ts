import { ArgumentCheck } from '../../core/arguments.ts';
import { type FsLike, promisesOf } from '../../fs/port.ts';
import type { ProcessInspector } from '../../fs/processes.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../../fs/session-fs.ts';
import { checkRequired } from '../../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../../links/required.ts';
import { ownDefaultHome } from '../default-home.ts';
import { inspectorFor } from '../process-inspector.ts';
import { isProgramVersion } from '../program.ts';

/** What `diagnoseResume` is told. All paths are as the program sees them. */
export interface DiagnoseOptions {
  /** The config directory under which the session is to be resumed. */
  readonly accountHome: string;
  /** The directory in which the program is to be started; it may lead through links. */
  readonly cwd: string;
  /** All config directories that may have the session; `accountHome` alone unless given. */
  readonly accountHomes?: readonly string[] | undefined;
  /** The shared links; `RequiredShared` unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The version of Claude Code, such as `2.1.329`; unless given, all supported ones are meant. */
  readonly programVersion?: string | undefined;
  /**
   * The config directory that is used when `CLAUDE_CONFIG_DIR` is unset, so that its `.claude.json` is
   * beside it: `.claude` in the home directory of the user unless given, and none with a given `fs`.
   */
  readonly defaultAccountHome?: string | undefined;
  /** `CLAUDE_CODE_PROJECT_DIR_NAME` in the environment of the program, if it is set there. */
  readonly projectDirName?: string | undefined;
  /** When the session was last used, if that is known: tells a deleted transcript from a wrong id. */
  readonly lastUsed?: Date | undefined;
  /** Whether the program will run on a terminal, where it asks about trust; `true` unless given. */
  readonly interactive?: boolean | undefined;
  /** Tells which processes run: those of this machine unless given, or none with a given `fs`. */
  readonly processInspector?: ProcessInspector | undefined;
  /** The time to judge ages by; the time of the call unless given. */
  readonly now?: Date | undefined;
  /** The file system to read from; the real disk unless given. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** Arguments that have been found sound, with what was left out. */
export interface ResumeRequest {
  readonly accountHome: string;
  readonly cwd: string;
  /** The home in question first, each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly programVersion: string | undefined;
  readonly defaultAccountHome: string | undefined;
  readonly projectDirName: string | undefined;
  readonly lastUsed: Date | undefined;
  readonly interactive: boolean;
  readonly now: Date;
  readonly processInspector: ProcessInspector;
  readonly fs: SessionReadFs;
}

const knownOptions = [
  'accountHome',
  'cwd',
  'accountHomes',
  'required',
  'programVersion',
  'defaultAccountHome',
  'projectDirName',
  'lastUsed',
  'interactive',
  'processInspector',
  'now',
  'fs',
];

/** Checks the options, and throws everything that is wrong with them at once. */
export function checkResumeRequest(options: DiagnoseOptions): ResumeRequest {
  const check = new ArgumentCheck();
  const given: Partial<DiagnoseOptions> = check.areOptions(options, knownOptions) ? options : {};
  const { accountHome = '', cwd = '', accountHomes, required = RequiredShared, fs } = given;
  const { programVersion, projectDirName, lastUsed } = given;
  const { defaultAccountHome = ownDefaultHome(fs) } = given;
  const { interactive = true, now = new Date() } = given;
  check.isPath('options.accountHome', accountHome);
  check.isPath('options.cwd', cwd);
  const homes = accountHomes === undefined ? [] : check.homes(accountHomes);
  const list = checkRequired(check, required);
  if (programVersion !== undefined && !isProgramVersion(programVersion)) {
    check.refuseOption('options.programVersion', programVersion, 'a version such as 2.1.329');
  }
  if (defaultAccountHome !== undefined) {
    check.isPath('options.defaultAccountHome', defaultAccountHome);
  }
  if (projectDirName !== undefined && typeof projectDirName !== 'string') {
    check.refuseOption('options.projectDirName', projectDirName, 'a text');
  }
  if (lastUsed !== undefined) check.time('options.lastUsed', lastUsed);
  check.time('options.now', now);
  if (typeof interactive !== 'boolean') {
    check.refuseOption('options.interactive', interactive, 'true or false');
  }
  const processInspector = inspectorFor(check, fs, given.processInspector);
  check.fileSystem(fs, sessionReadPort);
  check.finish('diagnoseResume');
  return {
    accountHome,
    cwd,
    accountHomes: [...new Set([accountHome, ...homes])],
    required: list,
    programVersion,
    defaultAccountHome,
    projectDirName,
    lastUsed,
    interactive,
    now,
    processInspector,
    fs: fs === undefined ? realSessionDisk : promisesOf(fs),
  };
}
