import { createHash } from 'node:crypto';
import type { PosixWorld } from '../posix-memfs.ts';
import { childrenOf, type Link } from '../posix-volume.ts';

/** What a user sees of one entry. */
export interface Seen {
  /** What kind of thing it is, with its mode. */
  readonly kind: string;
  /** The bytes of a file, or the text of a link. */
  readonly content: string;
  /** Only where it was not changed in the time of the tests. */
  readonly modified: number | undefined;
}

/** Long before the tests run, and after everything on the stages was written. */
const BETWEEN = Date.UTC(2025, 0);
const TRANSIENT = /^lock$|^\.(?:claude-shared-state-)?[0-9a-f]{16}$/;
const OWN_STATE = /^\.claude-shared-state$|\.state$/;

/** What is below some paths, but for what belongs to the library; links are told, and not followed. */
export function visibleIn(
  { volume }: PosixWorld,
  roots: readonly string[],
): ReadonlyMap<string, Seen> {
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
        if (!OWN_STATE.test(name)) look(child, `${path}/${name}`);
      }
    }
  };
  for (const root of roots) {
    let link: Link | undefined = volume.core.root;
    for (const name of root.split('/').filter(Boolean)) link = link?.children.get(name);
    if (link !== undefined) look(link, root);
  }
  return seen;
}

/** What is on the disk only for a moment, or while somebody is at work: locks, copies that come in, temporary names. */
export function transientIn({ volume }: PosixWorld): readonly string[] {
  const found: string[] = [];
  const look = (link: Link, path: string): void => {
    for (const [name, child] of childrenOf(link)) {
      const isTransient = TRANSIENT.test(name);
      if (isTransient) found.push(`${path}/${name}`);
      // What is among the originals goes with them.
      if (child.getNode().isDirectory() && !/^(?:originals|displaced)$/.test(name))
        look(child, `${path}/${name}`);
    }
  };
  look(volume.core.root, '');
  return found;
}

/** All of a disk as text: two disks with the same text are the same to whoever goes on with them. */
export function diskText({ volume }: PosixWorld): string {
  const parts: string[] = [];
  const look = (link: Link, path: string): void => {
    const node = link.getNode();
    const time = node.mtime.getTime();
    parts.push(`${path} ${node.ino} ${node.mode} ${time < BETWEEN ? time : 'now'}`);
    if (node.isSymlink()) parts.push(node.symlink);
    else if (node.isFile()) parts.push(untimed(path, node.getBuffer().toString('latin1')));
    else for (const [name, child] of childrenOf(link)) look(child, `${path}/${name}`);
  };
  look(volume.core.root, '');
  return createHash('sha256').update(parts.join('\n')).digest('base64');
}

/** A manifest tells when inodes were made, and sums that up. */
function untimed(path: string, content: string): string {
  return path.endsWith('/manifest')
    ? content.replaceAll(/"\d{18,}"|"[0-9a-f]{64}"/g, '""')
    : content;
}
