import { createHash } from 'node:crypto';
import type { PosixWorld } from '../posix-memfs.ts';
import { childrenOf, type Inode, type Link } from '../posix-volume.ts';

/** What a user sees of one entry. */
export interface Seen {
  /** The kind of the entry, with its mode. */
  readonly kind: string;
  /** The bytes of a file, or the text of a link. */
  readonly content: string;
  /** Only if it was not changed in the time of the tests. */
  readonly modified: number | undefined;
}

export type Visible = ReadonlyMap<string, Seen>;

/** Long before the tests run, and after everything on the stages was written. */
const BETWEEN = Date.UTC(2025, 0);
const STATE = '.claude-shared-state';
/** Where it is tried whether links can be created. */
const TRIAL = `${STATE}-trial`;

/** Everything below some paths, but for state directories of the library; links are not followed. */
export function visibleIn(world: PosixWorld, roots: readonly string[]): Visible {
  const seen = new Map<string, Seen>();
  const look = (link: Link, path: string): void => {
    const node = link.getNode();
    const mode = (node.perm & 0o777).toString(8);
    const time = node.mtime.getTime();
    const modified = time < BETWEEN ? time : undefined;
    if (node.isSymlink()) seen.set(path, { kind: 'link', content: node.symlink, modified: 0 });
    else if (node.isFile()) {
      seen.set(path, { kind: `file ${mode}`, content: node.getString(), modified });
    } else {
      seen.set(path, { kind: `directory ${mode}`, content: '', modified: undefined });
      for (const [name, child] of childrenOf(link)) {
        if (name !== STATE && name !== TRIAL) look(child, `${path}/${name}`);
      }
    }
  };
  for (const root of roots) {
    const link = world.volume.at(root);
    if (link !== undefined) look(link, root);
  }
  return seen;
}

/** Locks, trials and incoming copies: nothing of them is left once nobody is at work. */
export function transientIn({ volume }: PosixWorld): readonly string[] {
  const found: string[] = [];
  const look = (link: Link, path: string, isOwn: boolean): void => {
    for (const [name, child] of childrenOf(link)) {
      const at = `${path}/${name}`;
      const isTransient = isOwn && (name === 'lock' || path.endsWith('/incoming'));
      if (isTransient || name === TRIAL) found.push(at);
      if (child.getNode().isDirectory()) look(child, at, isOwn || name === STATE);
    }
  };
  look(volume.core.root, '', false);
  return found;
}

/** All of a disk in short, but for trials: what goes on from two disks with the same text goes on alike. */
export function diskText({ volume }: PosixWorld): string {
  const parts: string[] = [];
  const inodes = new Map<Inode, number>();
  const look = (link: Link, path: string): void => {
    const node = link.getNode();
    const known = inodes.get(node) ?? inodes.size;
    const time = node.mtime.getTime();
    const isOld = time < BETWEEN && !node.isDirectory();
    parts.push(`${path} ${known} ${node.mode} ${isOld ? time : ''}`);
    if (inodes.has(node)) return;
    inodes.set(node, known);
    if (node.isSymlink()) parts.push(node.symlink);
    else if (node.isFile()) parts.push(node.getBuffer().toString('latin1'));
    for (const [name, child] of childrenOf(link)) {
      if (!name.endsWith(TRIAL)) look(child, `${path}/${name}`);
    }
  };
  look(volume.core.root, '');
  return createHash('sha1').update(parts.join('\n')).digest('base64');
}
