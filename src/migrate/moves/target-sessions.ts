import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { entriesIn } from '../../sessions/directory.ts';
import { isSessionTranscript, sessionOf } from '../kinds-of-files.ts';
import { ListedSessions } from './listed-sessions.ts';
import { factsAt } from '../disk/look.ts';

const MOST_LISTINGS = 5;

/** Which transcripts the target has of each session; listed when it is first asked for. */
export class TargetSessions {
  /** Sessions that were found under another project key than where one of their transcripts was, or belongs. */
  readonly moved = new Set<string>();
  readonly #fs: MigrateReadFs;
  readonly #target: string;
  #listed: Promise<ListedSessions> | undefined;

  constructor(fs: MigrateReadFs, target: string) {
    this.#fs = fs;
    this.#target = target;
  }

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

  /** Two transcripts of each session that has more than one. */
  async twice(): Promise<readonly (readonly [string, string])[]> {
    this.#listed ??= this.#listSurely();
    const listed = await this.#listed;
    return listed.several().flatMap((sessionId) => {
      const [one, other] = listed.pathsOf(sessionId);
      if (one === undefined || other === undefined) return [];
      this.moved.add(sessionId);
      return [[one, other] as const];
    });
  }

  /** Lists anew when it is asked for the next time. */
  forget(): void {
    this.#listed = undefined;
  }

  async #pathsOf(path: string): Promise<readonly string[]> {
    this.#listed ??= this.#listSurely();
    return (await this.#listed).pathsOf(sessionOf(path) ?? '');
  }

  /** While it is listed a transcript may move from where it was not yet seen to where nobody looks any more. */
  async #listSurely(): Promise<ListedSessions> {
    let listed = await this.#list();
    for (let count = 1; count < MOST_LISTINGS; count += 1) {
      if (await this.#isStill(listed)) return listed;
      listed = await this.#list();
    }
    return listed;
  }

  async #list(): Promise<ListedSessions> {
    const listed = new ListedSessions();
    for await (const [key, sessionId] of this.#transcripts()) listed.add(key, sessionId);
    return listed;
  }

  /** Compared one by one: of 200,000 sessions a second list would take much memory. */
  async #isStill(listed: ListedSessions): Promise<boolean> {
    let count = 0;
    for await (const [key, sessionId] of this.#transcripts()) {
      if (!listed.has(key, sessionId)) return false;
      count += 1;
    }
    return count === listed.count;
  }

  async *#transcripts(): AsyncGenerator<readonly [key: string, sessionId: string]> {
    const keys = await entriesIn(this.#fs, this.#target);
    for (const key of keys.ok ? keys.value : []) {
      const entries = await entriesIn(this.#fs, childOf(this.#target, key.name));
      for (const { name } of entries.ok ? entries.value : []) {
        const path = childOf(key.name, name);
        const sessionId = isSessionTranscript(path) ? sessionOf(path) : undefined;
        if (sessionId !== undefined) yield [key.name, sessionId];
      }
    }
  }
}
