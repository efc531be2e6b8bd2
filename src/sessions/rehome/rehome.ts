import {
  callback,
  check,
  integer,
  optional,
  options as optionsOf,
  path,
} from '../../core/options.ts';
import { dirname, join } from '../../core/paths.ts';
import { CallError, toResult } from '../../core/result.ts';
import { makeDurableDirectories } from '../../fs/io.ts';
import { STATE_DIRECTORY } from '../../homes/layouts.ts';
import { withLocks } from '../../lock/lock.ts';
import { moveEntries } from './entries.ts';
import {
  ioError,
  planOptions,
  type PlanRehomeOptions,
  type RehomeMove,
  type RehomePlan,
  type RehomeRequest,
  requestFrom,
  surveyMoves,
} from './plan-rehome.ts';

/** Options of `rehome`. */
export interface RehomeOptions extends PlanRehomeOptions {
  /** Returns a number from 0 to below 1, for the lock; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** The process id to write into locks; this process's by default. */
  readonly pid?: number | undefined;
}

/** How `rehome` ended, and what it moved: `moves` and `kept` as in its plan. */
export interface RehomeReport extends RehomePlan {
  /**
   * `refused`: a problem blocks it, and nothing was changed. `locked`: another call is at work. `failed`: a call failed
   * halfway; the same call completes it.
   */
  readonly outcome: 'done' | 'refused' | 'locked' | 'failed';
}

/**
 * Brings the sessions of a directory that was moved or renamed under its new project key, where Claude Code finds them.
 *
 * Only names change, no byte and no time: a transcript gets its new name by a hard link before it loses the old one, and
 * nothing is ever replaced. Sessions of the directories below move, too, and so does auto-memory. Seen on 2.1.197,
 * 2.1.332 and, in print mode and its picker, on 2.0.70 (as 2.1.197) after `mv old new`:
 *
 * | in the new directory | before | after |
 * |---|---|---|
 * | `--continue` | silently starts a new session | continues |
 * | `--resume` without an id | lists nothing | lists and resumes |
 * | `--resume <id>` | 2.1.197: not found; 2.1.332: resumes | resumes |
 *
 * No version looks at `cwd` in the lines: new turns record the new directory. Rewinding restores files on 2.1.197;
 * 2.1.332 skips the files of checkpoints from before the move and says so, unless the lines are rewritten, which this call
 * never does. Links to the old path, trust and permissions in `.claude.json` are not changed either.
 *
 * The way back is the same call with `from` and `to` exchanged. If the new directory has sessions of its own, pass the
 * ids of `moves` as `sessions`. After a crash or a failed call, the same call completes the rest.
 *
 * @param from - The absolute path that the project directory had. It need not exist.
 * @param to - The absolute path that it has now.
 * @param options - As for `planRehome`; `random` and `pid` for the lock, which excludes migrations, too.
 * @returns How it ended, and what moved; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example After `mv /me/old-name /me/new-name`
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { rehome } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const { fs } = memfs({
 *   '/me/new-name': null,
 *   [`/me/.claude/projects/-me-old-name/${id}.jsonl`]: '{"cwd":"/me/old-name"}\n',
 * });
 * const options = { accountHomes: ['/me/.claude'], fs };
 * assert.ok((await rehome('/me/old-name', '/me/new-name', options)).ok);
 * assert.ok(fs.existsSync(`/me/.claude/projects/-me-new-name/${id}.jsonl`));
 * ```
 */
export async function rehome(
  from: string,
  to: string,
  options: RehomeOptions,
): Promise<RehomeReport> {
  const checked = check('rehome', schema, { from, to, options });
  const { random = Math.random, pid, ...given } = checked.options;
  const request = requestFrom(checked.from, checked.to, given);
  const found = await surveyMoves(request);
  // Asked twice: a file system may miss a directory for a moment.
  const plan = found.ok && found.moves.length === 0 ? await surveyMoves(request) : found;
  if (!plan.ok || plan.moves.length === 0) return { ...plan, outcome: outcomeOf(plan) };
  const worked = await toResult(underLocks(request, plan, { random, pid }));
  if (worked.ok) return worked.value;
  if (!(worked.error instanceof CallError)) throw worked.error;
  const problems = [...plan.problems, ioError(worked.error)];
  return { ...plan, ok: false, outcome: 'failed', problems };
}

const schema = /* @__PURE__ */ (() => ({
  from: path,
  to: path,
  options: optionsOf({
    ...planOptions,
    random: optional(callback<() => number>()),
    pid: optional(integer({ min: 0 })),
  }),
}))();

function outcomeOf({ ok, problems }: RehomePlan): RehomeReport['outcome'] {
  if (ok) return 'done';
  return problems.some(({ code }) => code === 'io-error') ? 'failed' : 'refused';
}

async function underLocks(
  request: RehomeRequest,
  plan: RehomePlan,
  self: { readonly random: () => number; readonly pid: number | undefined },
): Promise<RehomeReport> {
  const { fs, processInspector } = request;
  const states = new Set(plan.moves.map(stateDirectoryFor));
  for (const state of states) await makeDurableDirectories(fs, state);
  const locks = [...states].map((state) => join(state, 'lock'));
  const worked = await withLocks(fs, locks, { ...self, processInspector }, () =>
    moveAll(request, plan, states),
  );
  if (worked.ok) return worked.value;
  const outcome = worked.problem.code === 'locked-by-other' ? 'locked' : 'failed';
  return { ...plan, ok: false, outcome, problems: [...plan.problems, worked.problem] };
}

/** The state directory that also the migration of these projects locks. */
function stateDirectoryFor({ from }: RehomeMove): string {
  return join(dirname(dirname(from)), STATE_DIRECTORY);
}

const MAX_PASSES = 3;

/** Moves until nothing is left to move: sessions may have ended meanwhile. */
async function moveAll(
  request: RehomeRequest,
  first: RehomePlan,
  locked: ReadonlySet<string>,
): Promise<RehomeReport> {
  let plan = first;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const now = await surveyMoves(request);
    if (!now.ok) return { ...now, outcome: pass === 0 ? outcomeOf(now) : 'failed' };
    if (now.moves.length === 0) {
      // Nobody else may have moved them.
      if (pass > 0) return { ...plan, kept: now.kept, outcome: 'done' };
      break;
    }
    plan = pass === 0 ? now : { ...now, moves: [...plan.moves, ...now.moves] };
    for (const move of now.moves) {
      // Somebody has put a link in the place of a directory of projects since.
      if (!locked.has(stateDirectoryFor(move))) throw new CallError(move.from, { code: 'ESTALE' });
      await moveEntries(request.fs, move.from, move.to, new Set(move.names));
    }
  }
  throw new CallError(first.moves[0]?.from ?? request.from, { code: 'ESTALE' });
}
