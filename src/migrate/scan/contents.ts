import { READ, SEARCH, WRITE } from '../../fs/calls.ts';
import { type CallError, failedWith, toResult } from '../../core/result.ts';
import { type FileInfo, isSameFile } from '../../fs/file-info.ts';
import { lstatOrUndefined } from '../../fs/io.ts';
import { dirname, join } from '../../core/paths.ts';
import {
  absorb,
  type Actor,
  type Job,
  type Performed,
  type Step,
  type Tree,
} from '../absorb/absorb.ts';
import { type Brought, broughtFrom } from '../absorb/brought.ts';
import { choiceFor } from '../absorb/decide.ts';
import { failedCall, migrationProblem, type MigrationProblem } from '../problems.ts';
import type { FileCounts, UnmergedFile } from '../report.ts';
import type { SeenEntry } from '../../fs/compare-files.ts';
import { isMemoryDirectory, sessionOf } from '../kinds.ts';
import type { TrialLinks } from '../../fs/trial-links.ts';
import { SessionKeys } from './session-keys.ts';
import { describeConflict, problemsOf } from './sides.ts';
import { type Group, isDirectory } from '../../fs/walk.ts';

/** What the trees of one name hold, compared with the target and with each other. */
export interface Contents {
  readonly counts: ReadonlyMap<Tree, TreeCounts>;
  readonly problems: readonly MigrationProblem[];
  readonly unmerged: readonly UnmergedFile[];
  /** Files in the trees that were last written before the time in question. */
  readonly overdue: number;
  /** Auto-memory directories, relative to the target. */
  readonly memory: readonly string[];
  /** Sessions with transcripts in several places that are not one file. */
  readonly sessionsWithCopies: ReadonlySet<string>;
  /** Paths that must stay out of the target, because another project key of the session was chosen. */
  readonly leaveOut: ReadonlySet<string>;
  /** Paths relative to the target that must be set aside, for the same reason. */
  readonly setAside: readonly string[];
}

/** What happens to the files of one tree, and how many bytes of them will be copied. */
export interface TreeCounts extends FileCounts {
  readonly copyBytes: number;
}

/** What to ask about the contents, beyond how they merge. */
export interface ContentsRequest {
  /** The user who would do it; `undefined` if unknown. */
  readonly uid: number | undefined;
  /** Files older than this are overdue; nanoseconds. */
  readonly overdueBefore: bigint | undefined;
  readonly trials: TrialLinks;
  readonly brought: Brought;
}

type Counts = { -readonly [Key in keyof TreeCounts]: number };

/** Goes through everything that would be brought into a target, and only pretends to do it. */
export async function surveyContents(job: Job, request: ContentsRequest): Promise<Contents> {
  const pretender = new Pretender(job, request);
  await absorb({ ...job, losers: new Map() }, pretender);
  return await pretender.contents();
}

class Pretender implements Actor {
  readonly #job: Job;
  readonly #request: ContentsRequest;
  readonly #counts = new Map<Tree, Counts>();
  readonly #problems: MigrationProblem[] = [];
  readonly #unmerged: UnmergedFile[] = [];
  readonly #memory = new Set<string>();
  readonly #copies = new Set<string>();
  /** Directories of the target that belong to other users, by their paths in it. */
  readonly #foreign = new Map<string, SeenEntry>();
  readonly #keys: SessionKeys;
  #overdue = 0;

  constructor(job: Job, request: ContentsRequest) {
    this.#job = job;
    this.#request = request;
    for (const tree of job.trees) {
      const none = { link: 0, copy: 0, merged: 0, identical: 0, skipped: 0, copyBytes: 0 };
      this.#counts.set(tree, none);
    }
    this.#keys = new SessionKeys(job.trees.length);
  }

  visit(groups: readonly Group[], directory: string): readonly Group[] {
    const { name } = this.#job;
    this.#refuseTwins(groups);
    if (name === 'projects') this.#keys.see(groups, directory);
    // Claude Code creates an empty one in every project.
    if (isMemoryDirectory(name, directory) && groups.length > 0) this.#memory.add(directory);
    // Of what only the target has, sessions and auto-memory matter.
    if (name !== 'projects') return [];
    return groups.filter(
      ({ path, copies }) =>
        copies.slice(0, -1).every((own) => own === undefined) &&
        isDirectory(copies.at(-1)) &&
        (directory === '' || isMemoryDirectory(name, path)),
    );
  }

  /** Names that are one name in the target: only one of them could be there. */
  #refuseTwins(groups: readonly Group[]): void {
    const { keyOf } = this.#request.trials;
    if (keyOf === undefined) return;
    const twins = new Map<string, Group[]>();
    for (const group of groups) {
      const key = keyOf(group.name);
      twins.set(key, [...(twins.get(key) ?? []), group]);
    }
    for (const { path, copies } of [...twins.values()].filter(({ length }) => length > 1).flat()) {
      for (const [index, { root }] of this.#job.trees.entries()) {
        if (copies[index] === undefined) continue;
        const fields = { path: join(root, path), reason: 'name-not-distinct' } as const;
        this.#problems.push(migrationProblem('not-mergeable', fields));
      }
    }
  }

  visited(): void {}

  async onUnreadable(error: CallError): Promise<void> {
    const info = await toResult(lstatOrUndefined(this.#job.fs, error.path));
    this.#problems.push(failedCall(error, 'read', info.ok ? info.value?.uid : undefined));
  }

  known({ tree, path }: Pick<Step, 'tree' | 'path'>, own: FileInfo, shared: FileInfo) {
    const copied = broughtFrom(this.#request.brought, tree, path, own, shared);
    return { isCurrent: copied === 'current', isOutdatedCopy: copied === 'outdated' };
  }

  async perform(step: Step): Promise<Performed> {
    const { action, own, ownPath, shared, path } = step;
    if (own === 'name-not-utf8' || action.kind === 'refuse') {
      this.#problems.push(...(await problemsOf(this.#job.fs, step)));
      return { shared };
    }
    const copy: SeenEntry = { path: ownPath, info: own };
    const { overdueBefore } = this.#request;
    const isFile = own.kind === 'file' && action.kind !== 'skip';
    if (isFile && overdueBefore !== undefined && own.mtimeNs < overdueBefore) this.#overdue += 1;
    switch (action.kind) {
      case 'descend':
        if (shared !== undefined && this.#isForeign(shared.info)) this.#foreign.set(path, shared);
        return { shared };
      case 'add': {
        await this.#tryDirectory(path);
        if (own.kind === 'file')
          await this.#count(step, own, action.by === 'link' ? 'link' : 'copy');
        return { shared: copy };
      }
      case 'keep':
        // Also equal ones: one of them would be written to, and the other one not.
        if (shared !== undefined && !isSameFile(own, shared.info)) this.#noteCopies(step);
        if (own.kind === 'file')
          this.#add(step, action.as === 'identical' ? 'identical' : 'merged');
        if (action.partial) this.#unmerged.push({ path: ownPath, reason: 'partial-line' });
        return { shared };
      case 'replace': {
        await this.#tryDirectory(path);
        this.#noteCopies(step);
        if (own.kind === 'file') await this.#count(step, own, 'merged', action.by === 'copy');
        if (action.because !== 'contained' && shared !== undefined) {
          const reason = action.because === 'partly-contained' ? 'partial-line' : 'replaced';
          this.#unmerged.push({ path: shared.path, reason });
        }
        return { shared: copy };
      }
      case 'unite': {
        await this.#count(step, own, 'merged', true);
        if (shared === undefined) return { shared };
        this.#add(step, 'copyBytes', shared.info.size);
        const fields = { path: ownPath, other: shared.path };
        this.#problems.push(migrationProblem('memory-merged', fields));
        return { shared };
      }
      // The lines of a fragment are appended, whatever else is appended meanwhile.
      case 'append':
      case 'separate':
        this.#add(step, 'merged');
        return { shared };
      case 'skip':
        if (action.reason === 'kept-aside') this.#noteCopies(step);
        this.#add(step, 'skipped');
        this.#unmerged.push({ path: ownPath, reason: action.reason });
        return { shared };
      case 'conflict':
        this.#problems.push(...(await problemsOf(this.#job.fs, step)));
        this.#noteCopies(step);
        return { shared };
      default:
        return action satisfies never;
    }
  }

  #isForeign({ uid }: FileInfo): boolean {
    return this.#request.uid !== undefined && uid !== this.#request.uid;
  }

  /** Tries whether a name can be made in a directory of the target that belongs to somebody else. */
  async #tryDirectory(path: string): Promise<void> {
    const directory = this.#foreign.get(dirname(path));
    if (directory === undefined) return;
    this.#foreign.delete(dirname(path));
    const { path: place, info } = directory;
    const allowed = await toResult(this.#job.fs.access(place, WRITE | SEARCH));
    if (!allowed.ok) this.#deny(place, info, 'change', allowed.errno);
  }

  #add({ tree }: Pick<Step, 'tree'>, what: keyof Counts, count = 1): void {
    const counts = this.#counts.get(tree);
    if (counts !== undefined) counts[what] += count;
  }

  /** Counts a file, after having looked whether that can be done with it. */
  async #count(
    step: Step,
    own: FileInfo,
    what: 'link' | 'copy' | 'merged',
    isCopied = what === 'copy',
  ): Promise<void> {
    const result = isCopied ? 'copied' : await this.#tryLink(step.ownPath, own);
    const copies = result === 'copied';
    this.#add(step, what === 'link' && copies ? 'copy' : what);
    if (!copies) return;
    if (!isCopied) this.#noteCopies(step);
    this.#add(step, 'copyBytes', own.size);
    const isMine = this.#request.uid === undefined || own.uid === this.#request.uid;
    if (isMine && (own.mode & 0o400) !== 0) return;
    const readable = await toResult(this.#job.fs.access(step.ownPath, READ));
    if (!readable.ok) this.#deny(step.ownPath, own, 'read', readable.errno);
  }

  async #tryLink(path: string, own: FileInfo): Promise<'linked' | 'copied'> {
    const { trials } = this.#request;
    // Only files that may have too many names already; a trial link changes the timestamps backups rely on.
    if (!this.#isForeign(own) && own.linkCount === 1) {
      // Nobody may link an immutable file.
      const writable = await toResult(this.#job.fs.access(path, WRITE));
      if (failedWith(writable, 'EPERM')) this.#deny(path, own, 'link', 'EPERM');
      return 'linked';
    }
    const trial = await trials.try(path);
    if (typeof trial === 'string') return 'linked';
    const { errno } = trial;
    if (errno === 'EMLINK' || errno === 'EXDEV') return 'copied';
    if (errno === 'EPERM' || errno === 'EACCES') this.#deny(path, own, 'link', errno);
    return 'linked';
  }

  #deny(path: string, { uid }: FileInfo, reason: 'link' | 'read' | 'change', errno: string): void {
    this.#problems.push(migrationProblem('not-permitted', { path, errno, reason, uid }));
  }

  #noteCopies({ path, tree }: Pick<Step, 'path' | 'tree'>): void {
    if (tree.isFragment) return;
    const sessionId = this.#job.name === 'projects' ? sessionOf(path) : undefined;
    if (sessionId !== undefined) this.#copies.add(sessionId);
  }

  async contents(): Promise<Contents> {
    const leaveOut = new Set<string>();
    const setAside: string[] = [];
    for (const found of this.#keys.inTwoProjects()) {
      await this.#judgeTwoProjects(found, leaveOut, setAside);
    }
    return {
      counts: this.#counts,
      problems: this.#problems.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
      unmerged: this.#unmerged,
      overdue: this.#overdue,
      memory: [...this.#memory],
      sessionsWithCopies: this.#copies,
      leaveOut,
      setAside,
    };
  }

  async #judgeTwoProjects(
    { sessionId, path, other, wasSoBefore }: ReturnType<SessionKeys['inTwoProjects']>[number],
    leaveOut: Set<string>,
    setAside: string[],
  ): Promise<void> {
    const { fs, trees, target, choices } = this.#job;
    const rootOf = ({ source }: { readonly source: number }) => trees[source]?.root ?? target;
    const [at, otherAt] = [join(rootOf(path), path.path), join(rootOf(other), other.path)];
    const own = await toResult(lstatOrUndefined(fs, at));
    const shared = await toResult(lstatOrUndefined(fs, otherAt));
    // A session may have moved meanwhile.
    if (!own.ok || !shared.ok || own.value === undefined || shared.value === undefined) return;
    const fields = { path: at, other: otherAt, sessionId };
    if (wasSoBefore || isSameFile(own.value, shared.value)) {
      this.#problems.push(migrationProblem('session-in-two-projects', fields));
      return;
    }
    const tree = trees[path.source];
    const spellings = [at, ...(tree?.spellings ?? []).map((root) => join(root, path.path))];
    const choice = choiceFor(choices, spellings);
    if (choice === 'shared') for (const spelling of spellings) leaveOut.add(spelling);
    else if (choice === 'home') {
      const loser = trees[other.source];
      if (loser === undefined) setAside.push(other.path);
      else for (const root of loser.spellings) leaveOut.add(join(root, other.path));
    } else {
      const sides = [
        { path: at, info: own.value },
        { path: otherAt, info: shared.value },
      ] as const;
      const conflict = await describeConflict(fs, ...sides);
      this.#problems.push(migrationProblem('duplicate-session-id', { ...conflict, sessionId }));
    }
  }
}
