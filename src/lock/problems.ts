import { type AtPath, error, type Failed, type ProblemTable, text } from '../core/problem.ts';

/** What can keep a call that changes something from working. */
export interface LockProblems {
  /** Another call is at work, or may be. Recognized: its lock; `pid` is the process that holds it, if known. */
  readonly 'locked-by-other': AtPath & { readonly pid: number | undefined };
  /** Nothing is moved on this system. Recognized: it is Windows, and the call works on its real disk. */
  readonly 'unsupported-system': AtPath & { readonly system: string };
  /** A file-system call failed. */
  readonly 'io-error': AtPath & Failed;
}

export const lockProblems: ProblemTable<LockProblems> = /* @__PURE__ */ (() => ({
  'locked-by-other': error(
    'retry',
    (p) =>
      text`${p.path} is held by ${p.pid === undefined ? 'another process' : `process ${p.pid}`}`,
    'Wait for it. The lock of a dead process of this machine is removed automatically; if another machine or container left it, make sure that its process is dead and remove the lock.',
  ),
  'unsupported-system': error(
    'manual',
    (p) => text`files and sessions are not moved on ${p.system}`,
    'Nothing was touched. Directories cannot be synced there, nor processes told apart; use Linux, macOS or WSL.',
  ),
  'io-error': error(
    'retry',
    (p) => text`a call failed at ${p.path} (${p.errno})`,
    (p) => adviceFor(p.errno),
  ),
}))();

/** What helps against a failed call, by its errno: only what may be gone the next time is worth a retry. */
export function adviceFor(errno: string): string {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return 'Nothing is lost. Correct the owner or the permissions first.';
    case 'EROFS':
      return 'Nothing is lost. The file system is read-only: remount it first.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Nothing is lost. Free some space first, then try again.';
    case 'EMLINK':
      return 'Nothing is lost. The file has as many links as its file system allows: copy it first.';
    case 'EXDEV':
      return 'Nothing is lost. The paths are on different file systems or overlay layers: copy the directory first.';
    default:
      return 'Nothing is lost. Try again: it continues where it stopped.';
  }
}
