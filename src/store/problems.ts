import {
  type AnyOf,
  type AtPath,
  type Audience,
  type Description,
  describeProblem,
  error,
  problemsFrom,
  type ProblemTable,
  text,
  warning,
} from '../core/problem.ts';
import { type LockProblems, lockProblems } from '../lock/problems.ts';

/** A file of a session; `path` is where the pool has it, or would have it. */
export interface OfFile extends AtPath {
  readonly projectKey: string;
  readonly sessionId: string;
  /** Empty for the transcript itself, otherwise relative to the session's directory. */
  readonly file: string;
}

/** What can go wrong between a pool and a store. */
interface StoreProblems extends LockProblems {
  /** The engine did not do what it was asked, several times. Recognized: a call of its driver rejects, with this `reason`. */
  readonly 'store-failed': AtPath & { readonly reason: string };
  /** The pool has no session at all, so `prune` would delete everything that this writer stored. */
  readonly 'pool-empty': AtPath;
  /** The store was never prepared, or by a version with another `format`. */
  readonly 'store-not-prepared': AtPath & { readonly format: number | undefined };
  /** The pool and the store have different continuations of one file. Recognized: neither begins with all of the other. */
  readonly 'session-diverged': OfFile;
  /** Two processes continued the session at once, without having read what the other one wrote: it has two branches. */
  readonly 'session-forked': OfFile & { readonly writers: readonly string[] };
  /** What the store gives back is not what was put into it. Recognized: by its digest. */
  readonly 'store-damaged': OfFile;
  /** A running session is not extended: its program would not read what is added. */
  readonly 'transcript-in-use': OfFile;
  /**
   * The file can't be brought to the other side. `unusual-name`: no path can be made of its key. `not-a-file`: a link,
   * directory or device. `other-project`: the pool has the session under another project key, and with two of them Claude
   * Code resumes it only from those two directories.
   */
  readonly 'not-transferable': OfFile & { readonly reason: keyof typeof reasons };
}

const reasons = {
  'unusual-name': 'has a key of which no path can be made',
  'not-a-file': 'is not a regular file',
  'other-project': 'is in the pool under another project key',
} as const;

/** A problem between a pool and a store. */
export type StoreProblem = AnyOf<StoreProblems>;
/** The code of a {@link StoreProblem}. */
export type StoreProblemCode = StoreProblem['code'];

export const storeProblems: ProblemTable<StoreProblems> = /* @__PURE__ */ (() => ({
  ...lockProblems,
  'store-failed': error(
    'retry',
    (p) => text`the store failed at ${p.path}: ${p.reason}`,
    'Nothing is lost. Check that the server is running and can be reached, then try again: it continues where it stopped.',
  ),
  'pool-empty': error(
    'manual',
    (p) => text`${p.path} has no session, so nothing was deleted from the store`,
    'If a volume is missing, mount it. To delete all sessions, delete them in the store.',
  ),
  'store-not-prepared': error(
    'manual',
    (p) =>
      p.format === undefined
        ? 'the store is not prepared'
        : text`the store has format ${String(p.format)}, which this version does not read`,
    {
      api: 'Call prepare() of the store once, or install the version that wrote it.',
      cli: 'Run store init once, or install the version that wrote it.',
    },
  ),
  'session-diverged': error(
    'manual',
    (p) => text`${p.path} and the store have different continuations of one conversation`,
    'Both are kept as they are. Resume the one you want; to store this one, too, fork it with --fork-session.',
  ),
  'session-forked': warning(
    (p) => text`${p.writers.join(' and ')} continued ${p.sessionId} at the same time`,
    'Both branches are stored. The next resume follows only the last one.',
  ),
  'store-damaged': error(
    'manual',
    (p) => text`the store has lost or changed bytes of ${p.sessionId} ${p.file}`,
    'Restore the store from its backup, or delete the session there and push it again.',
  ),
  'transcript-in-use': warning(
    (p) => text`${p.path} is running, so what the store has beyond it was not added`,
    'End the session, then try again.',
    'retry',
  ),
  'not-transferable': warning((p) => text`${p.path} ${reasons[p.reason]}`, 'It stays where it is.'),
}))();

export const storeProblem = /* @__PURE__ */ problemsFrom(storeProblems);

/**
 * Says in words what a problem between a pool and a store is, and what to do about it, for the reader it is meant for.
 *
 * @param problem - A problem of any call, as plain data.
 * @param audience - `api`: the words name calls of the library, as in `message`. `cli`: those of the command.
 * @returns What is wrong, without a full stop, and the advice; `undefined` for a problem that no call of a store reports.
 *
 * @example Show a problem to somebody who types commands
 * ```ts
 * import assert from 'node:assert/strict';
 * import { describeStoreProblem } from 'claude-shared-state/store';
 *
 * const problem = { code: 'store-not-prepared', path: '/me/projects', format: undefined };
 * assert.match(describeStoreProblem(problem, 'cli')?.advice ?? '', /store init/);
 * ```
 */
export function describeStoreProblem(
  problem: { readonly code: string },
  audience: Audience,
): Description | undefined {
  return isStoreProblem(problem) ? describeProblem(storeProblems, problem, audience) : undefined;
}

function isStoreProblem(problem: { readonly code: string }): problem is StoreProblem {
  return Object.hasOwn(storeProblems, problem.code);
}
