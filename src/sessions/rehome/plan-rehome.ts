import {
  check,
  list,
  optional,
  options as optionsOf,
  path,
  paths,
  port,
  somePaths,
} from '../../core/options.ts';
import { basename, dirname, isAtOrBelow, join } from '../../core/paths.ts';
import { type AnyOf, createProblem } from '../../core/problem.ts';
import { CallError, orThrow, toResult } from '../../core/result.ts';
import { lstatOrUndefined, realPathOf } from '../../fs/io.ts';
import {
  type MigrateFs,
  migratePort,
  realMigrateDisk,
  unsupportedSystem,
} from '../../fs/migrate-fs.ts';
import { type FsLike, promisesOf, textOf } from '../../fs/port.ts';
import type { ProcessInspector } from '../../fs/processes.ts';
import { RequiredShared, type SharedSymlink } from '../../links/required.ts';
import { type LockProblems, lockProblems } from '../../lock/problems.ts';
import { findRoots } from '../find-transcripts.ts';
import { findLiveSessions } from '../live-sessions.ts';
import {
  defaultInspector,
  processInspectorKind,
  requiredKind,
  sessionIdKind,
} from '../option-kinds.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import { canMove, type KeptFile } from './entries.ts';
import { findMoves, idIn } from './find-moves.ts';

/** Options of `planRehome`. */
export interface PlanRehomeOptions {
  /** Absolute paths of Claude Code config directories whose sessions move, at least one. */
  readonly accountHomes: readonly string[];
  /** More account homes that share these sessions: running ones are looked for there, too. */
  readonly otherHomes?: readonly string[] | undefined;
  /** The shared links; the target of `projects` is changed, too. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** Moves these sessions only, and nothing else of the project; all by default. */
  readonly sessions?: readonly ResumeUUID[] | undefined;
  /** The file system to work on; the real disk by default. */
  readonly fs?: FsLike<MigrateFs> | undefined;
  /** Tells which processes run. Defaults to this machine's if `fs` is left out, too; otherwise to "unknown". */
  readonly processInspector?: ProcessInspector | undefined;
}

/** A problem that `rehome` reports. */
export type RehomeProblem = SessionProblem | AnyOf<LockProblems>;

/** What moves from one project directory to another. */
export interface RehomeMove {
  /** The project directory under the old key. */
  readonly from: string;
  /** The one under the new key, which need not exist yet. */
  readonly to: string;
  /** The sessions whose transcripts move. */
  readonly sessions: readonly ResumeUUID[];
  /** The entries that move: those transcripts, directories such as `<id>/`, and `memory`. */
  readonly names: readonly string[];
}

/** What `planRehome` found. */
export interface RehomePlan {
  /** Whether `rehome` would begin: no problem is an error. */
  readonly ok: boolean;
  /** Empty if there is nothing to move. */
  readonly moves: readonly RehomeMove[];
  /** Auto-memory, say, that both project directories have; never a transcript. */
  readonly kept: readonly KeptFile[];
  readonly problems: readonly RehomeProblem[];
}

/**
 * Finds out what {@link rehome} would move, and what blocks it; changes nothing.
 *
 * Reads the first lines of each transcript under the old key, for the directory in which it was recorded.
 *
 * @param from - The absolute path that the project directory had. It need not exist.
 * @param to - The absolute path that it has now.
 * @param options - `accountHomes`, `otherHomes`; `required`: by default `RequiredShared`; `sessions`: these only; `fs`: by default the
 * real disk; `processInspector`: by default that of this machine, or none with an injected `fs`.
 * @returns The moves, the files that would stay, and everything that blocks it; resolves whatever it finds.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example What would move?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { planRehome } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const { fs } = memfs({
 *   '/me/new-name': null,
 *   [`/me/.claude/projects/-me-old-name/${id}.jsonl`]: '{"cwd":"/me/old-name"}\n',
 * });
 * const options = { accountHomes: ['/me/.claude'], fs };
 * const { ok, moves } = await planRehome('/me/old-name', '/me/new-name', options);
 * assert.ok(ok);
 * assert.equal(moves[0]?.to, '/me/.claude/projects/-me-new-name');
 * ```
 */
export async function planRehome(
  from: string,
  to: string,
  options: PlanRehomeOptions,
): Promise<RehomePlan> {
  const checked = check('planRehome', schema, { from, to, options });
  return await surveyMoves(requestFrom(checked.from, checked.to, checked.options));
}

/** The options of both calls. */
export const planOptions = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  otherHomes: optional(paths, []),
  required: requiredKind,
  sessions: optional(list(sessionIdKind, 'session ids')),
  fs: optional(port<FsLike<MigrateFs>>(migratePort)),
  processInspector: optional(processInspectorKind),
}))();

const schema = /* @__PURE__ */ (() => ({
  from: path,
  to: path,
  options: optionsOf(planOptions),
}))();

/** What was asked for, checked. */
export type RehomeRequest = ReturnType<typeof requestFrom>;

export function requestFrom(
  from: string,
  to: string,
  { required = RequiredShared, otherHomes = [], ...given }: PlanRehomeOptions,
) {
  const { processInspector = defaultInspector(given.fs) } = given;
  const fs = promisesOf(given.fs ?? realMigrateDisk);
  return { ...given, from, to, required, otherHomes, fs, processInspector };
}

/** Looks at everything; a call that fails is a problem. */
export async function surveyMoves(request: RehomeRequest): Promise<RehomePlan> {
  const looked = await toResult(look(request));
  if (looked.ok) return looked.value;
  if (!(looked.error instanceof CallError)) throw looked.error;
  return { ok: false, moves: [], kept: [], problems: [ioError(looked.error)] };
}

export function ioError({ path: at, code }: CallError): RehomeProblem {
  return createProblem(lockProblems, 'io-error', { path: at, errno: code });
}

async function look(request: RehomeRequest): Promise<RehomePlan> {
  const { fs, accountHomes, otherHomes, required, processInspector } = request;
  const problems: RehomeProblem[] = [];
  const moves: RehomeMove[] = [];
  const kept: KeptFile[] = [];
  const system = unsupportedSystem(fs);
  if (system !== undefined) {
    const fields = { path: request.to, system };
    problems.push(createProblem(lockProblems, 'unsupported-system', fields));
  }
  const entered = await toResult(fs.realpath(request.to));
  if (!entered.ok) {
    const fields = { path: request.to, errno: entered.errno };
    problems.push(sessionProblem('working-directory-unusable', fields));
    return { ok: false, moves, kept, problems };
  }
  // The last name itself may be a link to where the directory is now.
  const above = dirname(request.from);
  const from = join(await realPathOf(fs, above), basename(request.from));
  const directories = { from, to: textOf(entered.value) };
  const { roots, unreadable } = await findRoots(fs, [...new Set(accountHomes)], required);
  for (const { path: at, errno } of unreadable) {
    if (errno !== 'ENOENT') problems.push(ioError(new CallError(at, { code: errno })));
  }
  for (const [{ path: projects }] of roots) {
    const root = textOf(await orThrow(projects, fs.realpath(projects)));
    for (const found of await findMoves(fs, root, directories, request.sessions)) {
      const there = await lstatOrUndefined(fs, found.to);
      if (there !== undefined && there.kind !== 'directory') {
        throw new CallError(found.to, { code: 'ENOTDIR' });
      }
      const clashes: KeptFile[] = [];
      const names: string[] = [];
      for (const name of found.names) {
        const [own, other] = [join(found.from, name), join(found.to, name)];
        if (await canMove(fs, own, other, clashes)) names.push(name);
      }
      const isTranscript = ({ path: at }: KeptFile) =>
        dirname(at) === found.from && idIn(at) !== undefined;
      kept.push(...clashes.filter((clash) => !isTranscript(clash)));
      for (const clash of clashes.filter(isTranscript)) {
        problems.push(sessionProblem('rehome-blocked', { ...clash, reason: 'transcript-exists' }));
      }
      const sessions = names.flatMap((name) => idIn(name) ?? []);
      if (names.length > 0) moves.push({ from: found.from, to: found.to, sessions, names });
    }
  }
  const live = await findLiveSessions([...accountHomes, ...otherHomes], { fs, processInspector });
  problems.push(...live.problems);
  for (const { sessionId, cwd, pid, path: at } of moves.length === 0 ? [] : live.sessions) {
    const isMoved = moves.some(({ sessions }) => sessions.includes(sessionId));
    if (isMoved || (cwd !== undefined && isAtOrBelow(cwd, from))) {
      problems.push(sessionProblem('rehome-blocked', { path: at, reason: 'running', pid }));
    }
  }
  return { ok: problems.every(({ severity }) => severity !== 'error'), moves, kept, problems };
}
