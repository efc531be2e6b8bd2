import { join } from '../../core/paths.ts';
import { isSessionTranscript } from '../kinds.ts';
import type { Group } from '../../fs/walk.ts';

/** A project directory of one source: shared by all its sessions, because there may be very many of these. */
interface Place {
  /** The index of the tree; the target's is the number of the trees. */
  readonly source: number;
  readonly key: string;
}

/** A session with transcripts under two project keys. */
export interface SessionInTwoProjects {
  readonly sessionId: string;
  readonly path: { readonly source: number; readonly path: string };
  readonly other: { readonly source: number; readonly path: string };
  /** Whether one source had both before, so that sharing changes nothing about it. */
  readonly wasSoBefore: boolean;
}

/** Finds sessions that have transcripts under more than one project key. */
export class SessionKeys {
  readonly #target: number;
  /** By file name, which is spelled as it is. */
  readonly #places = new Map<string, Place | readonly Place[]>();
  #current: Place[] = [];

  constructor(trees: number) {
    this.#target = trees;
  }

  /** Notes the transcripts of one project directory. */
  see(groups: readonly Group[], directory: string): void {
    this.#current = [];
    for (const { path, name, copies } of groups) {
      if (!isSessionTranscript(path)) continue;
      for (const [source, copy] of copies.entries()) {
        if (copy !== undefined) this.#add(name, source, directory);
      }
    }
  }

  #add(name: string, source: number, key: string): void {
    const place = (this.#current[source] ??= { source, key });
    const known = this.#places.get(name);
    if (known === undefined) this.#places.set(name, place);
    else this.#places.set(name, [...('key' in known ? [known] : known), place]);
  }

  inTwoProjects(): readonly SessionInTwoProjects[] {
    const found: SessionInTwoProjects[] = [];
    for (const [name, places] of this.#places) {
      if ('key' in places) continue;
      // What is shared already stays, or what the first home has.
      const [stays, ...others] = places.toSorted(
        (one, other) => this.#rank(one) - this.#rank(other) || (one.key < other.key ? -1 : 1),
      );
      if (stays === undefined) continue;
      const other = others.find(({ key }) => key !== stays.key);
      if (other === undefined) continue;
      const keysOf = (all: readonly Place[]) => new Set(all.map(({ key }) => key));
      const keys = keysOf(places).size;
      found.push({
        sessionId: name.slice(0, -'.jsonl'.length),
        path: { source: other.source, path: join(other.key, name) },
        other: { source: stays.source, path: join(stays.key, name) },
        wasSoBefore: places.some(
          ({ source }) => keysOf(places.filter((it) => it.source === source)).size === keys,
        ),
      });
    }
    return found;
  }

  #rank({ source }: Place): number {
    return source === this.#target ? -1 : source;
  }
}
