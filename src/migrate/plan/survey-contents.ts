import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { isEqual } from '../disk/compare.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { type Copy, type KnownOffset, lineageOf } from './generations.ts';
import { isDeadCache, isTranscript, sessionOf } from '../kinds-of-files.ts';
import { isTemporaryName } from '../record/layout.ts';
import type { Found } from '../disk/look.ts';
import { unmergeable } from '../merge/merge-pass.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import type { FileCounts, Leftover } from '../report.ts';
import { SessionKeys } from './session-keys.ts';
import { type Group, isDirectory, walkTogether } from '../disk/walk.ts';

/** One tree that is to be brought into the target. */
export interface SurveyedTree {
  readonly root: string;
  readonly canLink: boolean;
  /** Whether it began while the link was missing, so that its transcripts are only the end of what they were. */
  readonly isFragmentary: boolean;
}

/** What the trees of all homes hold under one name, compared with the target and with each other. */
export interface SurveyedContents {
  /** By index of the trees. */
  readonly files: readonly FileCounts[];
  readonly copyBytes: readonly number[];
  readonly conflicts: readonly MigrationProblem[];
  readonly leftovers: readonly Leftover[];
  readonly offsets: readonly KnownOffset[];
  /** Files in the trees that were last written before the time that was asked about. */
  readonly overdue: number;
  /** Directories with auto-memory, in whichever of the places: all homes will share it. */
  readonly memory: readonly string[];
  /** Whether the target has names that a run which died has left. */
  readonly hasStrays: boolean;
}

type Counts = { -readonly [Key in keyof FileCounts]: FileCounts[Key] };

/** Compares without changing anything; `before`: a time in nanoseconds. */
export async function surveyContents(
  fs: MigrateReadFs,
  name: string,
  target: string,
  trees: readonly SurveyedTree[],
  before: bigint | undefined,
): Promise<SurveyedContents & { readonly keys: SessionKeys }> {
  const roots = [...trees.map(({ root }) => root), target];
  const files: Counts[] = trees.map(() => ({ link: 0, copy: 0, couple: 0, same: 0, leave: 0 }));
  const copyBytes = trees.map(() => 0);
  const memory = new Set<string>();
  const conflicts: MigrationProblem[] = [];
  const leftovers: Leftover[] = [];
  const offsets: KnownOffset[] = [];
  const keys = new SessionKeys();
  let overdue = 0;
  let hasStrays = false;

  const count = (index: number, what: keyof FileCounts, { size }: Facts) => {
    const [own, tree] = [files[index], trees[index]];
    if (own === undefined || tree === undefined) return;
    const isCopied = !tree.canLink && (what === 'link' || what === 'couple');
    own[isCopied && what === 'link' ? 'copy' : what] += 1;
    if (isCopied) copyBytes[index] = (copyBytes[index] ?? 0) + size;
  };

  await walkTogether(fs, roots, async (groups, directory) => {
    const inside: Group[] = [];
    hasStrays ||= groups.some((it) => isTemporaryName(it.name) && it.copies.at(-1) !== undefined);
    for (const group of groups.filter((it) => !isTemporaryName(it.name))) {
      const { path, copies } = group;
      const inTrees = copies.slice(0, -1);
      if (name === 'projects') keys.see(group, roots);
      if (isMemory(name, directory)) memory.add(directory);
      if (!inTrees.some((it) => it !== undefined)) {
        if (isMemory(name, path) && copies.some(isDirectory)) inside.push(group);
        continue;
      }
      const at = (index: number) => childOf(roots[index] ?? '', path);
      // In the target, too, something may stand in the way of what a home has there.
      for (const [index, copy] of copies.entries()) {
        const problem = copy === undefined ? undefined : unmergeable(copy, at(index));
        if (problem !== undefined) conflicts.push(problem);
      }
      if (copies.some(isDirectory)) inside.push(group);
      const found = copies.flatMap((copy, index) =>
        isFile(copy) ? [{ at: at(index), index, facts: copy }] : [],
      );
      const other = copies.findIndex(isDirectory);
      if (other !== -1) {
        for (const copy of found) {
          conflicts.push(migrationProblem('kinds-differ', { path: copy.at, other: at(other) }));
        }
        continue;
      }
      if (isDeadCache(name, path)) {
        for (const copy of found.filter(({ index }) => index < trees.length)) {
          count(copy.index, 'leave', copy.facts);
          leftovers.push({ path: copy.at, reason: 'dead-cache' });
        }
        continue;
      }
      overdue += found.filter(
        ({ index, facts }) => index < trees.length && before !== undefined && facts.mtime < before,
      ).length;
      const judged = await judgeFiles(fs, name, path, found, trees);
      conflicts.push(...judged.conflicts);
      offsets.push(...judged.offsets);
      for (const { index, facts } of found) count(index, judged.what, facts);
    }
    return inside;
  });
  // Not spread: there may be more of them than a call can have arguments.
  if (name === 'projects') for (const it of await keys.conflicts(fs, target)) conflicts.push(it);
  // Several directories are seen at a time: what is found is told in the order of its paths.
  conflicts.sort((one, other) => (one.path < other.path ? -1 : 1));
  return {
    files,
    copyBytes,
    conflicts,
    leftovers,
    offsets,
    overdue,
    memory: [...memory],
    hasStrays,
    keys,
  };
}

interface FoundCopy extends Copy {
  readonly index: number;
}

interface Judged {
  readonly what: 'link' | 'couple' | 'same';
  readonly conflicts: readonly MigrationProblem[];
  readonly offsets: readonly KnownOffset[];
}

/** What is to be done with the files of one relative path. */
async function judgeFiles(
  fs: MigrateReadFs,
  name: string,
  path: string,
  found: readonly FoundCopy[],
  trees: readonly SurveyedTree[],
): Promise<Judged> {
  const [first, ...others] = found;
  const nothing = { conflicts: [], offsets: [] };
  if (first === undefined) return { what: 'same', ...nothing };
  if (others.every(({ facts }) => isSameFile(facts, first.facts))) {
    const isThere = found.some(({ index }) => index === trees.length);
    return { what: isThere ? 'same' : 'link', ...nothing };
  }
  // What is in the target already stays there; a home's side is the one to be put aside.
  const ordered = found.toSorted((one, other) => rank(one, trees) - rank(other, trees));
  if (isTranscript(name, path)) {
    const { offsets, divergent } = await lineageOf(fs, ordered);
    const sessionId = sessionOf(path) ?? path;
    // A fragment does not begin like what it goes on from, and is appended, whatever it holds.
    const isFragment = ({ at }: Copy) =>
      found.some((it) => it.at === at && isFragmentary(trees, it.index));
    const conflicts = divergent
      .filter(({ copy, common }) => common > 0 || !isFragment(copy))
      .map(({ copy, from }) =>
        migrationProblem('transcripts-diverge', { path: copy.at, other: from.at, sessionId }),
      );
    return { what: 'couple', conflicts, offsets };
  }
  const [chosen = first, ...rest] = ordered;
  const conflicts: MigrationProblem[] = [];
  for (const copy of rest) {
    if (isSameFile(copy.facts, chosen.facts)) continue;
    if ((await isEqual(fs, chosen.at, copy.at)) === false) {
      conflicts.push(migrationProblem('files-differ', { path: copy.at, other: chosen.at }));
    }
  }
  return { what: 'same', conflicts, offsets: [] };
}

/** The target comes first, and what is only the end of something last. */
function rank({ index }: FoundCopy, trees: readonly SurveyedTree[]): number {
  if (index === trees.length) return -1;
  return isFragmentary(trees, index) ? trees.length + index : index;
}

function isFragmentary(trees: readonly SurveyedTree[], index: number): boolean {
  return trees[index]?.isFragmentary ?? false;
}

function isFile(found: Found | undefined): found is Facts {
  return found !== undefined && found !== 'unrepresentable' && found.kind === 'file';
}

/** Whether it is the directory with the auto-memory of a project. */
function isMemory(name: string, directory: string): boolean {
  return name === 'projects' && /^[^/\\]+[/\\]memory$/.test(directory);
}
