import type { MigrateReadFs } from '../fs/migrate-fs.ts';
import { childOf, parentOf } from '../paths.ts';
import { entriesIn } from '../sessions/directory.ts';
import { isSameFile } from './facts.ts';
import { isTranscript, sessionOf } from './kinds-of-files.ts';
import { factsAt } from './look.ts';
import { type MigrationProblem, migrationProblem } from './migration-problem.ts';
import { type Group, isDirectory } from './walk.ts';

/** A transcript, and where it was seen first. */
interface Seen {
  readonly key: string;
  readonly at: string;
  /** The index of the tree; the target's comes before all. */
  readonly rank: number;
}

/** Finds sessions that have transcripts under more than one project key. */
export class SessionKeys {
  /** By session in lower case; several directories are seen at a time, in any order. */
  readonly #seen = new Map<string, Seen | Seen[]>();
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
    this.#add(path, childOf(roots[index] ?? '', path), index === target ? -1 : index);
  }

  #add(path: string, at: string, rank: number): void {
    const key = parentOf(path);
    // What lies deeper, of subagents say, belongs to a session, but is not its transcript.
    const isOfSession = parentOf(key) === '.' && isTranscript('projects', path);
    const sessionId = isOfSession ? sessionOf(path)?.toLowerCase() : undefined;
    if (sessionId === undefined) return;
    const known = this.#seen.get(sessionId);
    const seen = { key, at, rank };
    this.#seen.set(sessionId, known === undefined ? seen : [known, seen].flat());
  }

  /** What is wrong, with the keys that only the target has taken into account. */
  async conflicts(fs: MigrateReadFs, target: string): Promise<readonly MigrationProblem[]> {
    const keys = await entriesIn(fs, target);
    for (const { name, kind } of keys.ok ? keys.value : []) {
      if (kind !== 'directory' || this.#walked.has(name)) continue;
      const entries = await entriesIn(fs, childOf(target, name));
      for (const entry of entries.ok ? entries.value : []) {
        const path = childOf(name, entry.name);
        this.#add(path, childOf(target, path), -1);
      }
    }
    const pairs = [...this.#seen].flatMap(([sessionId, seen]) => {
      // The one that is shared already stays, or that of the first home.
      const [stays, ...others] = Array.isArray(seen) ? seen.toSorted(inOrder) : [];
      return others.flatMap((other) =>
        stays === undefined || other.key === stays.key ? [] : [{ sessionId, stays, other }],
      );
    });
    const isConflict = await Promise.all(
      pairs.map(async ({ stays, other }) => {
        const both = await Promise.all([factsAt(fs, stays.at), factsAt(fs, other.at)]);
        const [one, two] = both;
        // Claude Code may have moved one while others were looked at.
        if (one === undefined || two === undefined) return false;
        if (!isSameFile(one, two)) return true;
        return !(
          (await this.#wasMoved(fs, stays, target)) || (await this.#wasMoved(fs, other, target))
        );
      }),
    );
    return pairs.flatMap(({ sessionId, stays, other }, index) =>
      isConflict[index] === true
        ? [migrationProblem('id-under-two-keys', { path: other.at, other: stays.at, sessionId })]
        : [],
    );
  }

  /** Whether one name of a file is only what a run that died has linked before the file was moved in its home. */
  async #wasMoved(fs: MigrateReadFs, { at, rank }: Seen, target: string): Promise<boolean> {
    if (rank !== -1) return false;
    const path = at.slice(target.length + 1);
    const own = await Promise.all(this.#homes.map((root) => factsAt(fs, childOf(root, path))));
    return own.every((facts) => facts === undefined);
  }
}

function inOrder(one: Seen, other: Seen): number {
  return one.rank - other.rank || (one.at < other.at ? -1 : 1);
}
