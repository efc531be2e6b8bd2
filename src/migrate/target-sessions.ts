import type { MigrateReadFs } from '../fs/migrate-fs.ts';
import { childOf } from '../paths.ts';
import { entriesIn } from '../sessions/directory.ts';
import { isSessionTranscript, sessionOf } from './kinds-of-files.ts';
import { factsAt } from './look.ts';

const MOST_LISTINGS = 5;

/** By session: most have one transcript only. */
type Listed = ReadonlyMap<string, string | readonly string[]>;

/** Which transcripts the target has of each session; listed when it is first asked for. */
export class TargetSessions {
  readonly #fs: MigrateReadFs;
  readonly #target: string;
  #listed: Promise<Listed> | undefined;

  constructor(fs: MigrateReadFs, target: string) {
    this.#fs = fs;
    this.#target = target;
  }

  /** Sessions that were found under another project key than where one of their transcripts was, or belongs. */
  readonly moved = new Set<string>();

  /** A transcript of the same session under another project key. */
  async elsewhere(path: string): Promise<string | undefined> {
    const other = (await this.#pathsOf(path)).find((it) => it !== path);
    if (other !== undefined) this.moved.add(sessionOf(path) ?? '');
    return other;
  }

  /** The same for a transcript that has just been found missing. */
  async movedTo(path: string): Promise<string | undefined> {
    for (let count = 1; count < MOST_LISTINGS; count += 1) {
      const other = await this.elsewhere(path);
      // Listed at a place where it is no more, it has gone from there since.
      if (other !== undefined || !(await this.#pathsOf(path)).includes(path)) return other;
      this.forget();
    }
    return await this.elsewhere(path);
  }

  /** Where a session is now, by looking. */
  async placesOf(sessionId: string): Promise<readonly string[]> {
    const keys = await entriesIn(this.#fs, this.#target);
    const found: string[] = [];
    for (const { name } of keys.ok ? keys.value : []) {
      const path = childOf(name, `${sessionId}.jsonl`);
      if ((await factsAt(this.#fs, childOf(this.#target, path))) !== undefined) found.push(path);
    }
    return found;
  }

  async #pathsOf(path: string): Promise<readonly string[]> {
    this.#listed ??= this.#listSurely();
    return [(await this.#listed).get(sessionOf(path) ?? '') ?? []].flat();
  }

  /** Two transcripts of each session that has more than one. */
  async twice(): Promise<readonly (readonly [string, string])[]> {
    this.#listed ??= this.#listSurely();
    const found: (readonly [string, string])[] = [];
    for (const [sessionId, paths] of await this.#listed) {
      const [one, other] = typeof paths === 'string' ? [] : paths;
      if (one === undefined || other === undefined) continue;
      this.moved.add(sessionId);
      found.push([one, other]);
    }
    return found;
  }

  /** Lists anew when it is asked for the next time. */
  forget(): void {
    this.#listed = undefined;
  }

  /** While it is listed a transcript may move from where it was not yet seen to where nobody looks any more. */
  async #listSurely(): Promise<Listed> {
    let last = await this.#list();
    for (let count = 1; count < MOST_LISTINGS; count += 1) {
      const next = await this.#list();
      if (areEqual(next, last)) return next;
      last = next;
    }
    return last;
  }

  async #list(): Promise<Listed> {
    const sessions = new Map<string, string | readonly string[]>();
    const keys = await entriesIn(this.#fs, this.#target);
    for (const key of keys.ok ? keys.value : []) {
      const entries = await entriesIn(this.#fs, childOf(this.#target, key.name));
      for (const { name } of entries.ok ? entries.value : []) {
        const path = childOf(key.name, name);
        const session = isSessionTranscript(path) ? sessionOf(path) : undefined;
        if (session === undefined) continue;
        const known = sessions.get(session);
        sessions.set(session, known === undefined ? path : [known, path].flat());
      }
    }
    return sessions;
  }
}

function areEqual(one: Listed, other: Listed): boolean {
  if (one.size !== other.size) return false;
  for (const [session, paths] of one) {
    if (String(other.get(session)) !== String(paths)) return false;
  }
  return true;
}
