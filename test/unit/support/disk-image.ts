import { constants } from 'node:fs';

/** One inode of an image. Two names of one inode share one of these. */
export interface ImageNode {
  readonly ino: number;
  /** With the bits that say what kind of thing it is. */
  readonly mode: number;
  readonly mtimeMs: number;
  readonly birthtimeMs: number;
  /** Of a file. */
  readonly content?: Uint8Array;
  /** Of a symlink. */
  readonly target?: string;
  /** Of a directory. */
  readonly entries?: Map<string, ImageNode>;
}

/** A whole disk in a form from which a world is made in microseconds, any number of times. */
export interface DiskImage {
  readonly root: ImageNode;
  /** The highest inode number given out so far. */
  readonly nextInode: number;
}

/** What stands at a path: a file by its text, `null` for a directory, or one of the others. */
type TreeEntry =
  | string
  | Uint8Array
  | null
  | { readonly link: string }
  | { readonly sameAs: string }
  | { readonly content?: string | Uint8Array; readonly mode?: number; readonly mtimeMs?: number };

/** Absolute paths and what stands there; directories in between need no mention. */
export type Tree = Readonly<Record<string, TreeEntry>>;

const START = 1_700_000_000_000;

export function imageOfTree(tree: Tree): DiskImage {
  let last = 0;
  const node = (mode: number, more: Partial<ImageNode> = {}): ImageNode => {
    last += 1;
    return { ino: last, mode, mtimeMs: START, birthtimeMs: START, ...more };
  };
  const directory = (mode = 0o700, more: Partial<ImageNode> = {}) =>
    node(constants.S_IFDIR | mode, { ...more, entries: new Map() });
  const root = directory(0o777);
  const entriesOf = (path: string): Map<string, ImageNode> => {
    let entries = root.entries ?? new Map<string, ImageNode>();
    for (const name of path.split('/').filter(Boolean)) {
      const child = entries.get(name) ?? directory();
      entries.set(name, child);
      if (child.entries === undefined) throw new Error(`not a directory on the way: ${path}`);
      entries = child.entries;
    }
    return entries;
  };
  const made = (entry: Exclude<TreeEntry, { readonly sameAs: string }>): ImageNode => {
    if (entry === null) return directory();
    if (typeof entry === 'string' || entry instanceof Uint8Array) {
      return node(constants.S_IFREG | 0o600, { content: Buffer.from(entry) });
    }
    if ('link' in entry) return node(constants.S_IFLNK | 0o777, { target: entry.link });
    const { content, mode, mtimeMs = START } = entry;
    if (content === undefined) return directory(mode, { mtimeMs });
    return node(constants.S_IFREG | (mode ?? 0o600), { content: Buffer.from(content), mtimeMs });
  };
  for (const [path, entry] of Object.entries(tree)) {
    const at = path.lastIndexOf('/');
    const name = path.slice(at + 1);
    const entries = entriesOf(path.slice(0, at));
    if (entry !== null && typeof entry === 'object' && 'sameAs' in entry) {
      const cut = entry.sameAs.lastIndexOf('/');
      const same = entriesOf(entry.sameAs.slice(0, cut)).get(entry.sameAs.slice(cut + 1));
      if (same === undefined) throw new Error(`named before it is there: ${entry.sameAs}`);
      entries.set(name, same);
    } else if (!(entry === null && entries.has(name))) {
      entries.set(name, made(entry));
    }
  }
  return { root, nextInode: last };
}
