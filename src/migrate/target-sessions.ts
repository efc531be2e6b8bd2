import type { MigrateReadFs } from '../fs/migrate-fs.ts';
import { childOf } from '../paths.ts';
import { entriesIn } from '../sessions/directory.ts';
import { isSessionTranscript, sessionOf } from './kinds-of-files.ts';

const MOST_LISTINGS = 5;

/** Which transcripts the target has of each session; listed when it is first asked for. */
export class TargetSessions {
  readonly #fs: MigrateReadFs;
  readonly #target: string;
  #listed: Promise<Map<string, Set<string>>> | undefined;

  constructor(fs: MigrateReadFs, target: string) {
    this.#fs = fs;
    this.#target = target;
  }

  /** A transcript of the same session under another project key. */
  async elsewhere(path: string): Promise<string | undefined> {
    this.#listed ??= this.#listSurely();
    const paths = (await this.#listed).get(sessionOf(path) ?? '') ?? [];
    return [...paths].find((other) => other !== path);
  }

  /** Two transcripts of each session that has more than one. */
  async twice(): Promise<readonly (readonly [string, string])[]> {
    this.#listed ??= this.#listSurely();
    return [...(await this.#listed).values()].flatMap((paths) => {
      const [one, other] = paths;
      return one === undefined || other === undefined ? [] : [[one, other] as const];
    });
  }

  /** Lists anew when it is asked for the next time. */
  forget(): void {
    this.#listed = undefined;
  }

  /** While it is listed a transcript may move from where it was not yet seen to where nobody looks any more. */
  async #listSurely(): Promise<Map<string, Set<string>>> {
    let last = await this.#list();
    for (let count = 1; count < MOST_LISTINGS; count += 1) {
      const next = await this.#list();
      if (textOf(next) === textOf(last)) return next;
      last = next;
    }
    return last;
  }

  async #list(): Promise<Map<string, Set<string>>> {
    const sessions = new Map<string, Set<string>>();
    const keys = await entriesIn(this.#fs, this.#target);
    for (const key of keys.ok ? keys.value : []) {
      const entries = await entriesIn(this.#fs, childOf(this.#target, key.name));
      for (const { name } of entries.ok ? entries.value : []) {
        const path = childOf(key.name, name);
        const session = isSessionTranscript(path) ? sessionOf(path) : undefined;
        if (session === undefined) continue;
        sessions.set(session, (sessions.get(session) ?? new Set()).add(path));
      }
    }
    return sessions;
  }
}

function textOf(sessions: ReadonlyMap<string, ReadonlySet<string>>): string {
  return [...sessions.values()].map((paths) => [...paths].join('/')).join('\n');
}
