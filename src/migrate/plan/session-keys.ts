import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { childOf, lastSegmentOf, parentOf } from '../../paths.ts';
import { entriesIn } from '../../sessions/directory.ts';
import { isSameFile } from '../disk/facts.ts';
import { isTranscript, sessionOf } from '../kinds-of-files.ts';
import { factsAt } from '../disk/look.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { PackedTexts } from '../record/packed-texts.ts';
import { type Group, isDirectory } from '../disk/walk.ts';

/** A transcript, and where it was seen first. */
interface Seen {
  /** Relative to the tree. */
  readonly path: string;
  /** The index of the tree; the target's comes before all. */
  readonly rank: number;
}

const TARGET = -1;

/** Finds sessions that have transcripts under more than one project key. */
export class SessionKeys {
  /** In lower case; several directories are seen at a time, in any order. */
  readonly #sessions = new PackedTexts();
  /** By the number of the session: the number of the place where it was seen first. */
  readonly #firsts: number[] = [];
  /** Each rank with each project key. */
  readonly #places = new PackedTexts();
  /** By the number of the session: those that were seen several times, or are spelled in capitals. */
  readonly #others = new Map<number, readonly Seen[]>();
  /** Keys that the walk has gone into. */
  readonly #walked = new Set<string>();
  /** The trees of the homes. */
  #homes: readonly string[] = [];

  see({ path, copies }: Group, roots: readonly string[]): void {
    this.#homes = roots.slice(0, -1);
    if (parentOf(path) === '.') {
      if (copies.slice(0, -1).some(isDirectory)) this.#walked.add(path);
      return;
    }
    const target = copies.length - 1;
    const index =
      copies[target] === undefined ? copies.findIndex((it) => it !== undefined) : target;
    this.#add(path, index === target ? TARGET : index);
  }

  /** The project key under which a session was seen; `undefined` where it was seen under several, or not at all. */
  keyOf(sessionId: string): string | undefined {
    const number = this.#sessions.find(sessionId.toLowerCase());
    if (number === undefined || this.#others.has(number)) return undefined;
    return parentOf(this.#firstOf(number, sessionId).path);
  }

  #add(path: string, rank: number): void {
    const key = parentOf(path);
    // What lies deeper, of subagents say, belongs to a session, but is not its transcript.
    const isOfSession = parentOf(key) === '.' && isTranscript('projects', path);
    const sessionId = isOfSession ? sessionOf(path)?.toLowerCase() : undefined;
    if (sessionId === undefined) return;
    const count = this.#sessions.size;
    const number = this.#sessions.add(sessionId);
    if (number < count) {
      const known = this.#others.get(number) ?? [this.#firstOf(number, sessionId)];
      this.#others.set(number, [...known, { path, rank }]);
      return;
    }
    this.#firsts[number] = this.#places.add(childOf(String(rank), key));
    if (this.#firstOf(number, sessionId).path !== path) this.#others.set(number, [{ path, rank }]);
  }

  #firstOf(number: number, sessionId: string): Seen {
    const place = this.#places.at(this.#firsts[number] ?? 0);
    return {
      path: childOf(lastSegmentOf(place), `${sessionId}.jsonl`),
      rank: Number(parentOf(place)),
    };
  }

  /** What is wrong, with the keys that only the target has taken into account. */
  async conflicts(fs: MigrateReadFs, target: string): Promise<readonly MigrationProblem[]> {
    const keys = await entriesIn(fs, target);
    for (const { name, kind } of keys.ok ? keys.value : []) {
      if (kind !== 'directory' || this.#walked.has(name)) continue;
      const entries = await entriesIn(fs, childOf(target, name));
      for (const entry of entries.ok ? entries.value : []) {
        this.#add(childOf(name, entry.name), TARGET);
      }
    }
    const problems: MigrationProblem[] = [];
    for (const [number, seen] of this.#others) {
      // The one that is shared already stays, or that of the first home.
      const [stays, ...others] = seen.toSorted(inOrder);
      for (const other of others) {
        if (stays === undefined || parentOf(other.path) === parentOf(stays.path)) continue;
        const [at, kept] = [this.#placeOf(other, target), this.#placeOf(stays, target)];
        if (!(await this.#areTwo(fs, at, kept, target))) continue;
        const sessionId = this.#sessions.at(number);
        problems.push(migrationProblem('id-under-two-keys', { path: at, other: kept, sessionId }));
      }
    }
    return problems;
  }

  #placeOf({ path, rank }: Seen, target: string): string {
    return childOf(this.#homes[rank] ?? target, path);
  }

  async #areTwo(fs: MigrateReadFs, one: string, other: string, target: string): Promise<boolean> {
    const [first, second] = [await factsAt(fs, one), await factsAt(fs, other)];
    // Claude Code may have moved one while others were looked at.
    if (first === undefined || second === undefined) return false;
    if (!isSameFile(first, second)) return true;
    return !(await this.#wasMoved(fs, one, target)) && !(await this.#wasMoved(fs, other, target));
  }

  /** Whether one name of a file is only what a run that died has linked before the file was moved in its home. */
  async #wasMoved(fs: MigrateReadFs, at: string, target: string): Promise<boolean> {
    const prefix = childOf(target, '');
    if (!at.startsWith(prefix)) return false;
    const path = at.slice(prefix.length);
    const own = await Promise.all(this.#homes.map((root) => factsAt(fs, childOf(root, path))));
    return own.every((facts) => facts === undefined);
  }
}

function inOrder(one: Seen, other: Seen): number {
  return one.rank - other.rank || (one.path < other.path ? -1 : 1);
}
