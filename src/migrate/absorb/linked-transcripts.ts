import { type FileInfo, isSameFile } from '../../fs/file-info.ts';
import { basename } from '../../core/paths.ts';

/**
 * Which transcripts this run linked while sessions may be running. This is the only way to tell later whether a program
 * replaced a transcript (compaction) or moved it to another project, on either side. Kept in memory: if the process ends
 * in such a run, both versions stay.
 */
export class LinkedTranscripts {
  readonly #linked = new Map<
    string,
    { readonly info: FileInfo; readonly size: number; readonly origin: string }
  >();
  /** By inode: to know a file again that was moved. */
  readonly #inodes = new Map<bigint, FileInfo>();
  #seen = new Map<string, FileInfo>();
  /** All paths at which any pass saw each session. */
  readonly #paths = new Map<string, Set<string>>();
  /** Where the trees have each session now. */
  #ownPaths = new Map<string, Set<string>>();
  #isCutOver = false;

  beginPass(): void {
    this.#seen = new Map();
    this.#ownPaths = new Map();
  }

  /** From now on what a transcript gains may have come through the link. */
  cutOver(): void {
    this.#isCutOver = true;
  }

  /** A file of a tree was seen in this pass. */
  see(path: string, own: FileInfo, ownPath: string, isFragment: boolean): void {
    if (!path.endsWith('.jsonl')) return;
    if (!isFragment) this.#seen.set(path, own);
    const session = basename(path);
    const known = this.#ownPaths.get(session) ?? new Set();
    this.#ownPaths.set(session, known.add(ownPath));
    this.#paths.set(session, (this.#paths.get(session) ?? new Set()).add(path));
  }

  /** Sessions that were under several project keys; a path of each. */
  movers(): readonly string[] {
    return [...this.#paths.values()].flatMap((paths) =>
      paths.size > 1 ? [...paths].slice(0, 1) : [],
    );
  }

  /** Where the trees have the transcripts of the same session. */
  ownPathsOf(path: string): readonly string[] {
    return [...(this.#ownPaths.get(basename(path)) ?? [])];
  }

  /** A transcript of a tree and the target's are one file. */
  note(path: string, own: FileInfo, origin: string): void {
    if (!path.endsWith('.jsonl') || (this.#isCutOver && this.#linked.has(path))) return;
    this.#linked.set(path, { info: own, size: own.size, origin });
    this.#inodes.set(own.inode, own);
  }

  /** Whether this run has linked this very file, at whatever path. */
  knows(own: FileInfo): boolean {
    const known = this.#inodes.get(own.inode);
    return known !== undefined && isSameFile(known, own);
  }

  /** Whether the link was created since this file got its name in the target. */
  hasLinked(path: string, own: FileInfo): boolean {
    const before = this.#linked.get(path)?.info;
    return this.#isCutOver && before !== undefined && isSameFile(before, own);
  }

  /** How long it was when it was last seen in the home; 0 for a file that was not at this path. */
  sizeOf(path: string): number {
    return this.#linked.get(path)?.size ?? 0;
  }

  /** Of two files at a path, the one that was linked. */
  sideOf(
    path: string,
    own: FileInfo,
    shared: FileInfo,
    origin: string,
  ): 'own' | 'shared' | undefined {
    const linked = this.#linked.get(path);
    // What another home has at this path says nothing.
    if (linked !== undefined && linked.origin !== origin) return undefined;
    const before = linked?.info;
    if (before === undefined) {
      // It was moved to this path before the link was there, and a program went on through the link.
      const moved = this.#inodes.get(own.inode);
      return moved !== undefined && isSameFile(moved, own) ? 'shared' : undefined;
    }
    if (isSameFile(before, own)) return 'own';
    return isSameFile(before, shared) ? 'shared' : undefined;
  }

  /** The name was taken from the target: if it is there again, a program has moved the session back. */
  forget(path: string): void {
    this.#linked.delete(path);
  }

  /** What was linked, and is no longer at its path in any tree; `movedTo`: what is under another project key. */
  moved(): readonly {
    readonly path: string;
    readonly info: FileInfo;
    readonly movedTo: 'same-file' | 'other-file' | undefined;
    /** The path under the other key. */
    readonly other: string | undefined;
  }[] {
    const gone = [...this.#linked].filter(([path]) => !this.#seen.has(path));
    if (gone.length === 0) return [];
    const bySession = new Map(
      [...this.#seen].map(([path, info]) => [basename(path), { path, info }]),
    );
    return gone.map(([path, { info }]) => {
      const found = bySession.get(basename(path));
      const movedTo =
        found === undefined ? undefined : isSameFile(found.info, info) ? 'same-file' : 'other-file';
      return { path, info, movedTo, other: found?.path };
    });
  }
}
