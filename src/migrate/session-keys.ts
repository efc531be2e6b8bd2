import type { MigrateReadFs } from '../fs/migrate-fs.ts';
import { childOf, parentOf } from '../paths.ts';
import { entriesIn } from '../sessions/directory.ts';
import { isTranscript, sessionOf } from './kinds-of-files.ts';
import { factsAt } from './look.ts';
import {
  type MigrationProblem,
  migrationProblem,
  type MigrationProblemOf,
} from './migration-problem.ts';
import { type Group, isDirectory } from './walk.ts';

/** Finds sessions that have transcripts under more than one project key. */
export class SessionKeys {
  /** By session in lower case: the first key, and where its transcript was seen. */
  readonly #first = new Map<string, { readonly key: string; readonly at: string }>();
  readonly #problems: MigrationProblemOf<'id-under-two-keys'>[] = [];
  /** Keys that the walk has gone into. */
  readonly #walked = new Set<string>();

  see({ path, copies }: Group, roots: readonly string[]): void {
    const key = parentOf(path);
    if (key === '.') {
      if (copies.slice(0, -1).some(isDirectory)) this.#walked.add(path);
      return;
    }
    const index = copies.findIndex((copy) => copy !== undefined);
    this.#add(path, childOf(roots[index] ?? '', path), index === copies.length - 1);
  }

  #add(path: string, at: string, isShared: boolean): void {
    const key = parentOf(path);
    // What lies deeper, of subagents say, belongs to a session, but is not its transcript.
    const isOfSession = parentOf(key) === '.' && isTranscript('projects', path);
    const sessionId = isOfSession ? sessionOf(path)?.toLowerCase() : undefined;
    if (sessionId === undefined) return;
    const known = this.#first.get(sessionId);
    if (known === undefined) this.#first.set(sessionId, { key, at });
    else if (known.key !== key) {
      // The one that is shared already would stay.
      const [aside, stays] = isShared ? [known.at, at] : [at, known.at];
      const fields = { path: aside, other: stays, sessionId };
      this.#problems.push(migrationProblem('id-under-two-keys', fields));
    }
  }

  /** What is wrong, with the keys that only the target has taken into account. */
  async conflicts(fs: MigrateReadFs, target: string): Promise<readonly MigrationProblem[]> {
    const keys = await entriesIn(fs, target);
    for (const { name, kind } of keys.ok ? keys.value : []) {
      if (kind !== 'directory' || this.#walked.has(name)) continue;
      const entries = await entriesIn(fs, childOf(target, name));
      for (const entry of entries.ok ? entries.value : []) {
        const path = childOf(name, entry.name);
        this.#add(path, childOf(target, path), true);
      }
    }
    // Claude Code may have moved one while others were looked at.
    const stillThere = await Promise.all(
      this.#problems.map(async ({ path, other }) => {
        const both = await Promise.all([factsAt(fs, path), factsAt(fs, other)]);
        return both.every((facts) => facts !== undefined);
      }),
    );
    return this.#problems.filter((_, index) => stillThere[index] === true);
  }
}
