import { type AtPath, type Failed, type ProblemTable, text, warning } from '../core/problem.ts';

interface OfHome extends AtPath {
  readonly accountHome: string;
}

/** What can keep a running session from being seen. */
export interface LiveSessionProblems {
  /**
   * The `sessions` directory of an account home cannot be listed: sessions of this home may be running unseen.
   *
   * Recognised: listing the directory fails.
   */
  readonly 'sessions-unreadable': OfHome & Failed;
  /**
   * A session record cannot be read, or is no file of a session record's size: its session may be running unseen.
   *
   * Recognised: opening or reading the file fails, or it is larger than 64 KiB.
   */
  readonly 'session-record-unreadable': OfHome & Failed;
  /**
   * A file named like a session record holds none: its session may be running unseen.
   *
   * Recognised: its content: no JSON with a `sessionId`, three times in a row.
   */
  readonly 'session-record-invalid': OfHome;
}

export const liveSessionProblems: ProblemTable<LiveSessionProblems> = {
  'sessions-unreadable': warning(
    (p) => text`${p.path} cannot be listed (${p.errno}), so sessions may be running there unseen`,
    'Look at its permissions, and see by hand what runs under this account.',
  ),
  'session-record-unreadable': warning(
    (p) => text`${p.path} cannot be read (${p.errno}), so its session may be running unseen`,
    'Look at the file; its name begins with the id of the process.',
  ),
  'session-record-invalid': warning(
    (p) => text`${p.path} holds no session record, so its session may be running unseen`,
    'Look at the file; its name begins with the id of the process.',
  ),
};
