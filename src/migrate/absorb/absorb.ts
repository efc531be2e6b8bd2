import { CallError, type Result, toResult } from '../../core/result.ts';
import { type FileInfo, isSameFile } from '../../fs/file-info.ts';
import { lstatOrUndefined } from '../../fs/io.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { dirname, join } from '../../core/paths.ts';
import type { Comparer, SeenEntry } from '../../fs/compare-files.ts';
import { isMemoryIndex, isObsoleteCache, isTranscript } from '../kinds.ts';
import { type Found, type Group, isDirectory, walkTogether } from '../../fs/walk.ts';
import {
  type Action,
  choiceFor,
  type Choices,
  decide,
  type Policy,
  type Situation,
} from './decide.ts';

/** A directory whose content is to be brought into a target. */
export interface Tree {
  /** Where it is now: in the home, or in a restore point. */
  readonly root: string;
  /** Where it belongs, as the caller and as the file system spells it: `<account home>/<name>`. */
  readonly spellings: readonly string[];
  /** Where it belongs, as the file system spells it: also the `origin` of what its home had there before. */
  readonly place: string;
  /** Tells it from all other trees, also in a later run, and after it was moved away. */
  readonly origin: string;
  readonly canLink: boolean;
  /** Whether it began while the link was missing, so that its transcripts lack their beginning. */
  readonly isFragment: boolean;
  /**
   * When an earlier run moved it away, after everything in it had been brought into the target; nanoseconds. What differs
   * although it is older was changed in the target since.
   */
  readonly movedAt?: bigint;
  /** When the link that took its place was prepared; nanoseconds. */
  readonly cutOverAt?: bigint;
}

/** One path of one tree, and what is to be done with it. */
export interface Step {
  readonly action: Action;
  readonly tree: Tree;
  /** Relative to the tree and to the target. */
  readonly path: string;
  readonly own: Found;
  /** Where it is now. */
  readonly ownPath: string;
  /** What the target has there; its path, too, where it is only planned to be there. */
  readonly shared: SeenEntry | undefined;
}

/** What came of a step. */
export interface Performed {
  /** What the target has at the path now. */
  readonly shared: SeenEntry | undefined;
}

/** Does, or pretends to do, what was decided. */
export interface Actor {
  /** `again`: something else is there than was looked at, so it must be decided once more. */
  perform(step: Step): Promise<Performed | 'again'>;
  /** What this run knows beyond what is on the disk. */
  known(
    step: Pick<Step, 'tree' | 'path'>,
    own: FileInfo,
    shared: FileInfo,
  ): Pick<Situation, 'isOutdatedCopy' | 'linked'> & { readonly isCurrent?: boolean };
  /** Whether the target had this very file, and somebody has removed or moved it there since. */
  wasRemoved?(step: Pick<Step, 'tree' | 'path'>, own: FileInfo): boolean;
  /** Leaves a path that changed each time it was looked at to another pass; `false`: there is none, so it is an error. */
  postpone?(): boolean;
  /** Called with the groups of each directory, before anything is decided about them. */
  visit?(groups: readonly Group[], directory: string): readonly Group[] | undefined;
  /** Called after each directory. */
  visited(files: number, bytes: number): void;
  /** Called with whatever can't be read, which is then skipped; if absent, the error is thrown. */
  onUnreadable?(error: CallError): Promise<void>;
}

/** What goes where, and how. */
export interface Job {
  readonly fs: MigrateReadFs;
  /** The name of the shared link. */
  readonly name: string;
  /** The real path of the target. */
  readonly target: string;
  readonly trees: readonly Tree[];
  readonly policy: Policy;
  readonly choices: Choices;
  readonly comparer: Comparer;
  /** Files that lost a decided conflict, by path: equal ones lose it, too. */
  readonly losers: Map<string, SeenEntry[]>;
  /** Paths that must stay out of the target although it has nothing there. */
  readonly leaveOut: ReadonlySet<string>;
  /** To bring only some paths, with the directories that lead to them; all by default. */
  readonly includes?: (path: string, isDirectory: boolean) => boolean;
}

const MAX_ATTEMPTS = 4;

/**
 * Brings everything in the trees into the target. It only ever adds a name, or moves a name to a file that contains the
 * previous one, which stays reachable under another name. Applied twice it does nothing the second time.
 *
 * With an actor that only pretends, the same walk and the same decisions make the plan.
 */
export async function absorb(job: Job, actor: Actor): Promise<void> {
  const { fs, target, trees } = job;
  const visit = async (groups: readonly Group[], directory: string) => {
    const inside: Group[] = [...(actor.visit?.(groups, directory) ?? [])];
    let [files, bytes] = [0, 0];
    for (const group of groups) {
      if (job.includes?.(group.path, group.copies.some(isDirectory)) === false) continue;
      const descending = await absorbPath(job, actor, group);
      if (descending !== undefined) inside.push(descending);
      for (const own of group.copies.slice(0, -1)) {
        if (own === undefined || own === 'name-not-utf8' || own.kind !== 'file') continue;
        files += 1;
        bytes += own.size;
      }
    }
    actor.visited(files, bytes);
    return inside;
  };
  const roots = [...trees.map(({ root }) => root), target];
  await walkTogether(fs, roots, visit, actor.onUnreadable?.bind(actor));
}

/** Brings one path of every tree into the target; returns the group to descend into, if it is a directory. */
async function absorbPath(job: Job, actor: Actor, group: Group): Promise<Group | undefined> {
  const { target, trees } = job;
  const { path, copies } = group;
  const found = copies[trees.length];
  if (copies.slice(0, -1).every((own) => own === undefined)) return undefined;
  let shared: SeenEntry | undefined =
    found === undefined || found === 'name-not-utf8'
      ? undefined
      : { path: join(target, path), info: found };
  const descend = trees.map((): Found | undefined => undefined);
  const winner = trees.findLast(
    (tree, index) => copies[index] && choiceOf(job, tree, path) === 'home',
  );
  // The others are compared with the one that was chosen.
  const inOrder = [...trees.entries()].toSorted(
    ([, one], [, other]) => Number(other === winner) - Number(one === winner),
  );
  for (const [index, tree] of inOrder) {
    const own = copies[index];
    if (own === undefined) continue;
    const absorbed = await absorbOne(job, actor, { tree, path, own, shared }, winner);
    ({ shared } = absorbed);
    descend[index] = absorbed.entered;
  }
  // Something that is no directory may have been chosen in its place.
  const isEnterable = shared?.info.kind === 'directory';
  if (!isEnterable || descend.every((own) => own === undefined)) return undefined;
  return { ...group, copies: [...descend, found] };
}

/** Decides and acts, and looks at both again as long as something else was there than was looked at. */
async function absorbOne(
  job: Job,
  actor: Actor,
  { tree, path, ...seen }: Pick<Step, 'tree' | 'path' | 'own' | 'shared'>,
  winner: Tree | undefined,
): Promise<{ readonly shared: SeenEntry | undefined; readonly entered?: Found }> {
  const ownPath = join(tree.root, path);
  const place = join(job.target, path);
  let own: Found | undefined = seen.own;
  let { shared } = seen;
  for (let attempt = 1; own !== undefined; attempt += 1) {
    const step = { tree, path, own, ownPath, shared };
    const decided: Result<Action | 'again'> = await toResult(decideFor(job, actor, step, winner));
    if (!decided.ok) {
      const { error } = decided;
      if (!(error instanceof CallError) || actor.onUnreadable === undefined) throw error;
      await actor.onUnreadable(error);
      return { shared };
    }
    const action = decided.value;
    const performed = action === 'again' ? action : await actor.perform({ ...step, action });
    if (action !== 'again' && performed !== 'again') {
      const isEntered = !['skip', 'conflict', 'refuse'].includes(action.kind) && isDirectory(own);
      return isEntered ? { ...performed, entered: own } : performed;
    }
    if (attempt === MAX_ATTEMPTS) {
      if (actor.postpone?.() === true) return { shared };
      throw new CallError(ownPath, { code: 'ESTALE' });
    }
    own = await lstatOrUndefined(job.fs, ownPath);
    const now = await lstatOrUndefined(job.fs, place);
    shared = now === undefined ? undefined : { path: place, info: now };
  }
  return { shared };
}

async function decideFor(
  job: Job,
  actor: Actor,
  step: Omit<Step, 'action'>,
  winner: Tree | undefined,
): Promise<Action | 'again'> {
  const { name, policy } = job;
  const { tree, path, own, ownPath, shared } = step;
  const pathKind = {
    isTranscript: isTranscript(name, path),
    isMemoryIndex: isMemoryIndex(name, path),
    isObsoleteCache: isObsoleteCache(name, path),
  };
  const { canLink, isFragment } = tree;
  const base = { policy, pathKind, own, shared: shared?.info, canLink, isFragment };
  if (own === 'name-not-utf8') return decide(base);
  const links = await linkFacts(job.fs, own, ownPath, path, shared);
  if (shared === undefined) {
    const spellings = tree.spellings.map((root) => join(root, path));
    if (spellings.some((spelling) => job.leaveOut.has(spelling))) {
      return { kind: 'skip', reason: 'kept-aside' };
    }
    const isRemoved = own.kind === 'file' && actor.wasRemoved?.({ tree, path }, own) === true;
    return isRemoved
      ? { kind: 'keep', as: 'removed', partial: false }
      : decide({ ...base, ...links });
  }
  const copy = { path: ownPath, info: own };
  const choice = winner === undefined || winner === tree ? choiceOf(job, tree, path) : 'shared';
  if (own.kind !== 'file' || shared.info.kind !== 'file') {
    return await withLosers(job, path, copy, decide({ ...base, ...links, choice }));
  }
  if (isSameFile(own, shared.info)) return decide(base);
  const { isCurrent, ...known } = actor.known({ tree, path }, own, shared.info);
  // But not if it was edited between the last look and the move: then the target has an older copy of it.
  const wasBrought =
    known.isOutdatedCopy !== true &&
    tree.movedAt !== undefined &&
    own.mtimeNs < tree.movedAt &&
    !pathKind.isTranscript;
  if (isCurrent === true || wasBrought) return { kind: 'keep', as: 'identical', partial: false };
  const comparison = pathKind.isObsoleteCache
    ? undefined
    : await job.comparer.compare(copy, shared, pathKind.isTranscript);
  // One of them is gone, or something else by now.
  if (comparison === undefined && !pathKind.isObsoleteCache) return 'again';
  return await withLosers(job, path, copy, decide({ ...base, ...known, comparison, choice }));
}

/** A file that equals one that lost the conflict at its path loses it, too. */
async function withLosers(
  { losers, comparer }: Job,
  path: string,
  copy: SeenEntry,
  action: Action,
): Promise<Action> {
  if (action.kind === 'skip' && action.reason === 'kept-aside') addTo(losers, path, copy);
  if (action.kind !== 'conflict' && action.kind !== 'unite') return action;
  for (const loser of losers.get(path) ?? []) {
    const areFiles = copy.info.kind === 'file' && loser.info.kind === 'file';
    const isLoser =
      isSameFile(loser.info, copy.info) ||
      (areFiles && (await comparer.compare(copy, loser, false))?.kind === 'identical');
    if (isLoser) return { kind: 'skip', reason: 'kept-aside' };
  }
  return action;
}

function choiceOf(
  { choices }: Job,
  { spellings }: Tree,
  path: string,
): 'shared' | 'home' | undefined {
  if (choices.shared.length + choices.home.length === 0) return undefined;
  return choiceFor(
    choices,
    spellings.map((root) => join(root, path)),
  );
}

function addTo(losers: Map<string, SeenEntry[]>, path: string, copy: SeenEntry): void {
  const known = losers.get(path);
  if (known === undefined) losers.set(path, [copy]);
  else if (!known.some(({ info }) => isSameFile(info, copy.info))) known.push(copy);
}

/** The texts of symbolic links, and whether the tree's leads out of the tree. */
async function linkFacts(
  fs: MigrateReadFs,
  own: FileInfo,
  ownPath: string,
  path: string,
  shared: SeenEntry | undefined,
): Promise<Pick<Situation, 'ownText' | 'sharedText' | 'leavesTree'>> {
  if (own.kind !== 'symlink') return {};
  const text = await toResult(fs.readlink(ownPath));
  if (!text.ok) return {};
  const ownText = textOf(text.value);
  const other =
    shared?.info.kind === 'symlink' ? await toResult(fs.readlink(shared.path)) : undefined;
  return {
    ownText,
    sharedText: other?.ok === true ? textOf(other.value) : undefined,
    leavesTree: leavesTree(path, ownText),
  };
}

/** Whether a relative link at a path of a tree leads out of the tree; by text alone. */
function leavesTree(path: string, text: string): boolean {
  if (text.startsWith('/')) return false;
  let depth = dirname(path) === '.' ? 0 : dirname(path).split('/').length;
  for (const segment of text.split('/')) {
    if (segment === '..') depth -= 1;
    else if (segment !== '' && segment !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
