import type { CallError } from '../core/result.ts';
import { type Problem, type ProblemFields, problemTable } from '../links/problems.ts';
import { adviceFor, type LockProblems, lockProblems } from '../lock/problems.ts';
import {
  type AtPath,
  error,
  type Failed,
  type ProblemTable,
  type Audience,
  createProblem,
  type Description,
  describeProblem as describeIn,
  text,
  type ProblemBase,
  warning,
} from '../core/problem.ts';
import {
  type SessionProblem,
  type SessionProblemFields,
  sessionProblems,
} from '../sessions/problems.ts';

/** One of the two files of a conflict. */
export interface ConflictSide {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** The number of messages; only of transcripts. */
  readonly messages?: number;
  /** The time of the last message; only of transcripts, and if one has a time. */
  readonly lastMessageAt?: Date;
}

/** A conflict between a file of a home (`path`) and the one that would be shared (`other`). */
export interface Conflict extends AtPath {
  readonly other: string;
  readonly sides: readonly [home: ConflictSide, shared: ConflictSide];
  /** Which side has the last message or change, and which is longer; `undefined` if they are equal. */
  readonly newer: 'home' | 'shared' | undefined;
  readonly longer: 'home' | 'shared' | undefined;
}

interface OfSession extends AtPath {
  readonly sessionId: string;
}

interface Running extends OfSession {
  readonly accountHome: string;
  readonly pid: number;
}

interface Retention extends AtPath {
  /** The shortest period of all homes, in days. */
  readonly periodDays: number;
  /** Files older than that, in all homes and targets. */
  readonly files: number;
}

/** The fields of each problem, by code. */
interface Fields extends LockProblems {
  /** The session has two transcripts, and neither continues the other. */
  readonly 'transcripts-diverge': Conflict & { readonly sessionId: string };
  /** Two files of the same name differ. */
  readonly 'files-differ': Conflict;
  /** Sharing gives one session transcripts under two project keys: Claude Code could then resume it only from those two directories. */
  readonly 'duplicate-session-id': Conflict & { readonly sessionId: string };
  /** One home has had the session under two project keys before; sharing does not change that. */
  readonly 'session-in-two-projects': OfSession & { readonly other: string };
  /** A file in one place, a directory or link in the other. */
  readonly 'kinds-differ': AtPath & { readonly other: string };
  /**
   * Can't be shared; `reason` says why. `name-not-distinct`: on the target's file system its name differs from
   * another one only in case or Unicode normalization.
   */
  readonly 'not-mergeable': AtPath & {
    readonly reason:
      | 'fifo'
      | 'socket'
      | 'device'
      | 'unknown'
      | 'relative-link-leaves-tree'
      | 'name-not-utf8'
      | 'name-not-distinct';
  };
  /** Two `MEMORY.md` files will be merged line by line. */
  readonly 'memory-merged': AtPath & { readonly other: string };
  /** `preferShared` or `preferHome` names a path that is not in conflict. */
  readonly 'no-such-conflict': AtPath;

  /** A session runs, or may run, that writes into a directory to be migrated. */
  readonly 'live-session': Running;
  /** A running session writes into a directory to be migrated, and `live: 'merge'` allows that. */
  readonly 'live-session-merged': Running;
  /** A running session has copies in several places, so `live: 'merge'` can't merge it. */
  readonly 'live-session-has-copies': Running;
  /** A session runs, and its files would have to be copied to another file system. */
  readonly 'live-across-devices': Running;

  /** The shortest retention of all homes deletes files as soon as they are shared. `path`: the settings. */
  readonly 'retention-deletes': Retention;
  /** The shortest retention of all homes deletes files as soon as they are shared, and `acceptRetention` allows that. */
  readonly 'retention-accepted': Retention;
  /** Auto-memory that can't be edited in print mode behind a link. `rules`: to add to `permissions.allow`. */
  readonly 'memory-needs-rules': AtPath & { readonly rules: readonly string[] };
  /** The place does not allow it: `reason` says why. */
  readonly 'place-unsuitable': AtPath & {
    readonly reason:
      | 'source-is-mount-point'
      | 'source-in-lower-layer'
      | 'target-is-mount-point'
      | 'no-hard-links'
      | 'link-changes-identity'
      | 'state-on-other-device';
  };
  /** A file or directory the current user can't link, read or move. `uid`: its owner. */
  readonly 'not-permitted': AtPath &
    Failed & {
      readonly reason: 'link' | 'read' | 'move' | 'create' | 'change';
      readonly uid: number | undefined;
    };
  /** The home belongs to another user than the one who runs this. */
  readonly 'wrong-user': AtPath & { readonly uid: number };
  /** Group or others may write to a directory above, and could replace it. */
  readonly 'ancestor-writable': AtPath;

  /** An earlier run ended halfway; this one completes it. */
  readonly 'earlier-run-incomplete': AtPath;
  /** An earlier run ended halfway, into another target than the one that was asked for. */
  readonly 'earlier-run-other-target': AtPath & { readonly target: string };
  /** Claude Code re-created the directory each time it was moved away. */
  readonly 'source-recreated': AtPath;
  /** The directory kept changing until the passes ran out. */
  readonly 'source-busy': AtPath;
  /** A name that was deleted from the target before this run completed an earlier one came back. */
  readonly 'deleted-name-returned': AtPath;

  /** There is no restore point from which the home could get its directories back. */
  readonly 'no-restore-point': AtPath;
  /** What stands in the home is not the link the migration made. */
  readonly 'link-changed': AtPath & { readonly target: string };
  /** The shared directory is not the one the restore point was merged into, or it is missing or empty. */
  readonly 'other-target': AtPath & { readonly target: string };
  /** The restore point can't be deleted in this state. */
  readonly 'restore-point-in-use': AtPath & {
    readonly state: 'incomplete' | 'restoring';
  };

  /** The archive holds no transcript of this session. */
  readonly 'not-archived': OfSession;
  /** The shared state has a different transcript of this session. */
  readonly 'session-exists': OfSession & { readonly other: string };
}

/** The codes that only `./migrate` has. */
export type MigrationProblemCode = keyof Fields;

/** The problem of one code, with its own fields. */
export type MigrationProblemOf<Code extends MigrationProblemCode> = ProblemBase<Code> &
  Fields[Code];

/** One problem of a migration; those of links and sessions included. */
export type MigrationProblem =
  | { readonly [Code in MigrationProblemCode]: MigrationProblemOf<Code> }[MigrationProblemCode]
  | Problem
  | SessionProblem;

const decide = {
  api: 'Compare both. Pass this path in preferShared to share the other one, or in preferHome to share this one; the loser is kept.',
  cli: 'Compare both. Name this path with --prefer-shared to share the other one, or with --prefer-home to share this one; the loser is kept.',
};
const running = ({ path, sessionId, pid }: Running) =>
  text`session ${sessionId} is running, or may be (process ${String(pid)}, ${path})`;
const overdue = ({ path, files, periodDays }: Retention) =>
  text`${String(files)} files are older than ${String(periodDays)} days, the retention period in ${path}`;

const size = ({ bytes, modifiedAt, messages, lastMessageAt }: ConflictSide) =>
  [
    `${bytes} bytes`,
    ...(messages === undefined ? [] : [`${messages} messages`]),
    ...(lastMessageAt === undefined ? [] : [`last message ${lastMessageAt.toISOString()}`]),
    `changed ${modifiedAt.toISOString()}`,
  ].join(', ');

const sides =
  (relation: string) =>
  ({ path, other, sides: [home, shared], newer, longer }: Conflict) =>
    text`${path} and ${other} ${relation}` +
    ` (home: ${size(home)}; shared: ${size(shared)}` +
    `${newer === undefined ? '' : `; ${newer} is newer`}${longer === undefined ? '' : `; ${longer} is longer`})`;

const placeReasons = {
  'source-is-mount-point': [
    'is a mount point and cannot be renamed',
    'Unmount it, or make it the shared target.',
  ],
  'source-in-lower-layer': [
    'lies in a lower layer of an overlay and cannot be renamed',
    'Copy it into the upper layer first: cp -a to another name, then mv twice.',
  ],
  'target-is-mount-point': [
    'is a mount point, and the state directory would be on another file system',
    'Choose a directory inside that volume.',
  ],
  'no-hard-links': [
    'is on a file system without hard links',
    'Choose a shared target on another file system.',
  ],
  'link-changes-identity': [
    'is on a file system that shows the two names of one file as two files',
    'Choose homes and targets on an ordinary file system.',
  ],
  'state-on-other-device': [
    'is on another file system than the shared target',
    'Move the state directory to the file system of the target.',
  ],
} as const;

const permissionReasons = {
  link: ['cannot be linked', 'Change its owner to the user who runs this.'],
  read: ['cannot be read', 'Give this user the right to read it.'],
  move: [
    'cannot be moved',
    'Give this user the right to read, write and enter it, and to write to the directory above it.',
  ],
  change: [
    'cannot be changed',
    'Correct its owner or permissions, or remount a read-only file system.',
  ],
  create: ['gets no new entries', 'Give this user the right to read, write and enter it.'],
} as const;

/** The definition of every code. */
export const migrationProblems: ProblemTable<Fields> = /* @__PURE__ */ (() => ({
  ...lockProblems,
  'transcripts-diverge': error(
    'manual',
    sides('are transcripts of one session that diverge'),
    decide,
  ),
  'files-differ': error('manual', sides('differ'), decide),
  'duplicate-session-id': error('manual', sides('hold one session under two project keys'), decide),
  'session-in-two-projects': warning(
    (p) => text`session ${p.sessionId} has transcripts at ${p.path} and ${p.other}`,
    'Claude Code resumes it from those two directories only. Sharing does not change that.',
  ),
  'kinds-differ': error('manual', (p) => text`${p.path} and ${p.other} are of different kinds`, {
    api: 'Rename one of them, or pass this path in preferShared or preferHome.',
    cli: 'Rename one of them, or name this path with --prefer-shared or --prefer-home.',
  }),
  'not-mergeable': error(
    'manual',
    (p) => text`${p.path} cannot be shared (${p.reason})`,
    (p) =>
      p.reason === 'name-not-distinct'
        ? 'Another file has this name in another spelling. Give both the same one, or move one of them away.'
        : 'Move it away.',
  ),
  'memory-merged': warning(
    (p) => text`${p.path} and ${p.other} differ and will be merged line by line`,
    'Both old versions are kept.',
  ),
  'no-such-conflict': error(
    'manual',
    (p) => text`${p.path} is not in conflict`,
    "Name the home's side of a conflict, as the plan spells it.",
  ),
  'live-session': error('retry', running, {
    api: "End it first. To migrate while it runs, pass live: 'merge'.",
    cli: 'End it first.',
  }),
  'live-session-merged': warning(
    running,
    'It may keep running: nothing is lost, but what it writes during the cut-over may end up out of order.',
  ),
  'live-session-has-copies': error(
    'retry',
    running,
    'End it first: its transcript exists in several places.',
  ),
  'live-across-devices': error(
    'retry',
    running,
    'End it first: its files have to be copied to another file system.',
  ),
  'retention-deletes': error('manual', overdue, {
    api: 'Raise cleanupPeriodDays in all homes, or accept it with acceptRetention.',
    cli: 'Raise cleanupPeriodDays in all homes, or accept it with --accept-retention.',
  }),
  'retention-accepted': warning(
    overdue,
    'Claude Code deletes them at the next start of that home.',
  ),
  'memory-needs-rules': warning(
    (p) => text`behind a link the auto-memory in ${p.path} cannot be edited in print mode`,
    'Add the rules to permissions.allow in the settings.json of the home.',
  ),
  'place-unsuitable': error(
    'manual',
    (p) => text`${p.path} ${placeReasons[p.reason][0]}`,
    (p) => placeReasons[p.reason][1],
  ),
  'not-permitted': error(
    'manual',
    (p) => {
      const owner = p.uid === undefined ? '' : `owner ${p.uid}, `;
      return text`${p.path} ${permissionReasons[p.reason][0]} (${owner}${p.errno})`;
    },
    (p) => (p.errno === 'EROFS' ? adviceFor(p.errno) : permissionReasons[p.reason][1]),
  ),
  'wrong-user': error('manual', (p) => text`${p.path} belongs to user ${String(p.uid)}`, {
    api: 'Run this as that user, or pass uid if this is intended.',
    cli: 'Run this as that user.',
  }),
  'ancestor-writable': warning(
    (p) => text`${p.path} can be written by group or others, who could replace what it contains`,
    'Remove that permission, or set the sticky bit.',
  ),
  'earlier-run-incomplete': warning(
    (p) => text`${p.path} is from a run that ended halfway`,
    'Run migrate to complete it.',
  ),
  'earlier-run-other-target': error(
    'migrate',
    (p) => text`${p.path} is from a run that ended halfway, into ${p.target}`,
    {
      api: 'Run migrate with that target to complete it.',
      cli: 'Run migrate with the --root or --shared of that target to complete it.',
    },
  ),
  'source-recreated': error(
    'retry',
    (p) => text`${p.path} was re-created each time it was moved away`,
    'Nothing is lost. End the sessions that write there, and try again.',
  ),
  'source-busy': error(
    'retry',
    (p) => text`${p.path} kept changing`,
    'Nothing is lost. Try again: it continues where it stopped.',
  ),
  'deleted-name-returned': warning(
    (p) => text`${p.path} may have been deleted since an earlier run ended halfway, and came back`,
    'Delete it again if you want it gone.',
  ),
  'no-restore-point': error(
    'manual',
    (p) => text`${p.path} has no restore point`,
    'Only what was migrated can be restored.',
  ),
  'link-changed': error(
    'manual',
    (p) => text`${p.path} is not the link to ${p.target} any more`,
    'Restore the link, or move away what is there.',
  ),
  'other-target': error(
    'manual',
    (p) => text`${p.target} is not the directory that ${p.path} was merged into, or it is empty`,
    {
      api: 'Mount the missing volume. If the directory was moved, copied or deleted, pass acceptOtherTarget to restore: the home also gets what the restore point has.',
      cli: 'Mount the missing volume. If the directory was moved, copied or deleted, use restore --accept-other-target: the home also gets what the restore point has.',
    },
  ),
  'restore-point-in-use': error(
    'manual',
    (p) => text`${p.path} is ${p.state}`,
    'Complete that first: an incomplete one with migrate, a restoring one with restore.',
  ),
  'not-archived': error(
    'choose-session',
    (p) => text`${p.path} has no transcript of session ${p.sessionId}`,
    'Check the id.',
  ),
  'session-exists': error(
    'manual',
    (p) => text`session ${p.sessionId} exists at ${p.other} and differs from ${p.path}`,
    'Compare both, and move one away.',
  ),
}))();

/** Creates a problem. */
export function migrationProblem<Code extends MigrationProblemCode>(
  code: Code,
  fields: Fields[Code],
): MigrationProblemOf<Code> {
  return createProblem(migrationProblems, code, fields);
}

/** A failed call as a problem: what the user may not do does not go away by itself. */
export function failedCall(
  { path, code: errno }: Pick<CallError, 'path' | 'code'>,
  reason: Fields['not-permitted']['reason'],
  uid?: number,
): MigrationProblem {
  return ['EACCES', 'EPERM', 'EROFS'].includes(errno)
    ? migrationProblem('not-permitted', { path, errno, reason, uid })
    : migrationProblem('io-error', { path, errno });
}

interface AllFields extends ProblemFields, SessionProblemFields, Fields {}

const allProblems: ProblemTable<AllFields> = /* @__PURE__ */ (() => ({
  ...problemTable,
  ...sessionProblems,
  ...migrationProblems,
}))();

/**
 * Says in words what a problem is and what to do about it, for the reader it is meant for.
 *
 * @param problem - A problem of any call, as plain data.
 * @param audience - `api`: the words name calls and options of the library, as in `message`. `cli`: those of the command.
 * @returns What is wrong, without a full stop, and the advice.
 *
 * @example Show a problem to somebody who types commands
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { inspectAll } from 'claude-shared-state';
 * import { describeProblem } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/home/ubuntu': null });
 * const [report] = await inspectAll(['/home/ubuntu/.claude'], { fs });
 * const missing = report?.problems.find(({ code }) => code === 'directory-missing');
 * assert.ok(missing);
 * assert.equal(describeProblem(missing, 'cli').advice, 'ensure creates it, with mode 0700.');
 * ```
 */
export function describeProblem(problem: MigrationProblem, audience: Audience): Description {
  return describeIn(allProblems, problem, audience);
}
