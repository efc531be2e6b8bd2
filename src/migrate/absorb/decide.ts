import { isAtOrBelow } from '../../core/paths.ts';
import type { FileInfo, FileKind } from '../../fs/file-info.ts';
import { isSameFile } from '../../fs/file-info.ts';
import type { Comparison } from '../../fs/compare-files.ts';
import type { Found } from '../../fs/walk.ts';

/** How a tree is brought into a target. */
export interface Policy {
  /** `choose`: a difference is a conflict, unless somebody chose a side. `tree-wins`: the tree's version replaces it. */
  readonly differences: 'choose' | 'tree-wins';
  /** Whether transcripts get a second name in the target instead of being copied. */
  readonly linksTranscripts: boolean;
  /** Whether files that are one with the tree's become files of their own. */
  readonly separatesFiles: boolean;
}

/** The kind of file a path stands for, by its name alone. */
export interface PathKind {
  readonly isTranscript: boolean;
  readonly isMemoryIndex: boolean;
  readonly isObsoleteCache: boolean;
}

/** Everything that decides what happens to one path of one tree. */
export interface Situation {
  readonly policy: Policy;
  readonly pathKind: PathKind;
  readonly own: Found;
  readonly shared: FileInfo | undefined;
  /** Whether the tree and the target are on one file system. */
  readonly canLink: boolean;
  /** Whether the tree began while the link was missing, so that its transcripts lack their beginning. */
  readonly isFragment: boolean;
  /** How the two files compare; only of two regular files that are not one. */
  readonly comparison?: Comparison | undefined;
  /** The texts of symbolic links. */
  readonly ownText?: string | undefined;
  readonly sharedText?: string | undefined;
  /** Whether the link leads out of its tree by a relative path, which would change its meaning. */
  readonly leavesTree?: boolean;
  /** What the caller chose for this path. */
  readonly choice?: 'shared' | 'home' | undefined;
  /** Whether the target's file is what a run copied from this very path, before the tree's file changed. */
  readonly isOutdatedCopy?: boolean;
  /** `own`: this run linked the tree's file, which was replaced in the target since. `shared`: the other way round. */
  readonly linked?: 'own' | 'shared' | undefined;
}

/** How something gets its name in the target. */
export type Means = 'link' | 'copy' | 'symlink' | 'directory';

export type Action =
  /** Both are directories. */
  | { readonly kind: 'descend' }
  | { readonly kind: 'add'; readonly by: Means }
  /**
   * The target has it already. `partial`: but for half a line at its end. `removed`: the target had it, and somebody has moved
   * or removed it there since.
   */
  | {
      readonly kind: 'keep';
      readonly as: 'identical' | 'merged' | 'removed';
      readonly partial: boolean;
    }
  /** The target's is set aside, and the tree's gets its name. */
  | {
      readonly kind: 'replace';
      readonly by: Means;
      /** `contained`: nothing of it is lost with the name. `chosen`, `outdated`, `compacted`: it differs. */
      readonly because: 'contained' | 'partly-contained' | 'chosen' | 'outdated' | 'compacted';
    }
  /** `MEMORY.md`: line by line. */
  | { readonly kind: 'unite' }
  /** The lines of a fragment go to the end of the target's transcript. */
  | { readonly kind: 'append' }
  /** The target's name gets a file of its own. */
  | { readonly kind: 'separate' }
  | { readonly kind: 'skip'; readonly reason: 'obsolete-cache' | 'kept-aside' }
  | {
      readonly kind: 'conflict';
      readonly code: 'transcripts-diverge' | 'files-differ' | 'kinds-differ';
    }
  | { readonly kind: 'refuse'; readonly reason: RefusedKind };

type RefusedKind =
  | Exclude<FileKind, 'file' | 'directory' | 'symlink'>
  | 'relative-link-leaves-tree'
  | 'name-not-utf8';

/** Decides what happens to one path of one tree; touches nothing. */
export function decide(situation: Situation): Action {
  const { own } = situation;
  if (own === 'name-not-utf8') return { kind: 'refuse', reason: own };
  switch (own.kind) {
    case 'directory':
      return decideDirectory(situation);
    case 'symlink':
      return decideLink(situation);
    case 'file':
      return decideFile(situation, own);
    case 'fifo':
    case 'socket':
    case 'device':
    case 'unknown':
      return { kind: 'refuse', reason: own.kind };
    default:
      return own.kind satisfies never;
  }
}

function decideDirectory({ shared, ...situation }: Situation): Action {
  if (shared === undefined) return { kind: 'add', by: 'directory' };
  if (shared.kind === 'directory') return { kind: 'descend' };
  return differing(situation, 'directory', 'kinds-differ');
}

function decideLink({ shared, ownText, sharedText, ...situation }: Situation): Action {
  if (situation.leavesTree === true) {
    return { kind: 'refuse', reason: 'relative-link-leaves-tree' };
  }
  if (shared === undefined) return { kind: 'add', by: 'symlink' };
  if (shared.kind === 'symlink' && ownText === sharedText) {
    return { kind: 'keep', as: 'identical', partial: false };
  }
  return differing(situation, 'symlink', 'kinds-differ');
}

function decideFile(situation: Situation, own: FileInfo): Action {
  const { policy, pathKind, shared, canLink, comparison } = situation;
  if (pathKind.isObsoleteCache) return { kind: 'skip', reason: 'obsolete-cache' };
  const by = pathKind.isTranscript && canLink && policy.linksTranscripts ? 'link' : 'copy';
  if (shared === undefined) return { kind: 'add', by };
  if (shared.kind !== 'file') return differing(situation, by, 'kinds-differ');
  if (isSameFile(own, shared)) {
    return policy.separatesFiles
      ? { kind: 'separate' }
      : { kind: 'keep', as: 'identical', partial: false };
  }
  switch (comparison?.kind) {
    case undefined:
    case 'identical':
      return { kind: 'keep', as: 'identical', partial: false };
    case 'contained':
      return { kind: 'keep', as: 'merged', partial: comparison.partial };
    case 'contains': {
      const because = comparison.partial ? 'partly-contained' : 'contained';
      return { kind: 'replace', by, because };
    }
    case 'different':
      return pathKind.isTranscript ? decideTranscript(situation, by) : decideOther(situation, by);
    default:
      return comparison satisfies never;
  }
}

function decideTranscript(situation: Situation, by: Means): Action {
  if (situation.isFragment) return { kind: 'append' };
  if (situation.linked === 'own') return { kind: 'keep', as: 'merged', partial: false };
  if (situation.linked === 'shared') return { kind: 'replace', by, because: 'compacted' };
  if (situation.isOutdatedCopy === true) return { kind: 'replace', by, because: 'outdated' };
  return differing(situation, by, 'transcripts-diverge');
}

function decideOther(situation: Situation, by: Means): Action {
  const { policy, pathKind, choice, isFragment, isOutdatedCopy = false } = situation;
  // What is written while the link is missing begins a memory anew.
  if (isOutdatedCopy && !(isFragment && pathKind.isMemoryIndex)) {
    return { kind: 'replace', by, because: 'outdated' };
  }
  if (pathKind.isMemoryIndex && policy.differences === 'choose' && choice === undefined) {
    return { kind: 'unite' };
  }
  return differing(situation, by, 'files-differ');
}

/** What happens to two things that can't be one. */
function differing(
  { policy, choice }: Pick<Situation, 'policy' | 'choice'>,
  by: Means,
  code: 'transcripts-diverge' | 'files-differ' | 'kinds-differ',
): Action {
  if (policy.differences === 'tree-wins' || choice === 'home') {
    return { kind: 'replace', by, because: 'chosen' };
  }
  return choice === 'shared' ? { kind: 'skip', reason: 'kept-aside' } : { kind: 'conflict', code };
}

/** What the caller decided about conflicts: paths of files and directories in the homes. */
export interface Choices {
  readonly shared: readonly string[];
  readonly home: readonly string[];
}

export const noChoices: Choices = { shared: [], home: [] };

/** The choice that a path, in any of its spellings, is subject to; the home's side if both are named. */
export function choiceFor(
  choices: Choices,
  spellings: readonly string[],
): 'shared' | 'home' | undefined {
  const isMeant = (choice: string) => spellings.some((path) => isAtOrBelow(path, choice));
  if (choices.home.some(isMeant)) return 'home';
  return choices.shared.some(isMeant) ? 'shared' : undefined;
}
