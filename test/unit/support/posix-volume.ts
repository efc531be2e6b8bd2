import { constants } from 'node:fs';
import { Volume } from 'memfs';
import { type DiskImage, type ImageNode } from './disk-image.ts';

export type Core = Volume['_core'];
/** A name in a directory. */
export type Link = Core['root'];
/** What names lead to. */
export type Inode = ReturnType<Link['getNode']>;

/** What has been changed on a disk, call by call; how one learns what a power failure may undo. */
export type Change =
  | { readonly kind: 'attach'; readonly dir: Inode; readonly name: string; readonly node: Inode }
  | { readonly kind: 'detach'; readonly dir: Inode; readonly name: string; readonly node: Inode }
  | {
      readonly kind: 'move';
      readonly dir: Inode;
      readonly name: string;
      readonly toDir: Inode;
      readonly toName: string;
      readonly node: Inode;
      readonly replaced: Inode | undefined;
    }
  | {
      readonly kind: 'write';
      readonly node: Inode;
      readonly position: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'truncate' | 'meta' | 'sync'; readonly node: Inode };

export interface VolumeOptions {
  /** Absolute paths of directories that are other file systems: EXDEV lies at their edge. */
  readonly mounts?: readonly string[];
  /** Whether a freed inode number is given out again at once, as ext4 does. True by default. */
  readonly reuseInodes?: boolean;
  readonly umask?: number;
  /** How many names one file may have. */
  readonly maxLinks?: number;
}

/** The inodes and names of one memfs volume, with the few ways in which they change. */
export class PosixVolume {
  readonly core: Core;
  readonly volume = new Volume();
  readonly umask: number;
  readonly maxLinks: number;
  onChange: ((change: Change) => void) | undefined;
  readonly #mounts = new Map<Link, number>();
  readonly #opened = new Map<Inode, number>();
  readonly #reuse: boolean;

  constructor(
    image: DiskImage,
    { mounts = [], reuseInodes = true, umask = 0o022, maxLinks = 65_000 }: VolumeOptions,
  ) {
    // eslint-disable-next-line no-underscore-dangle -- public in its types, and nothing else leads to the inodes
    this.core = this.volume._core;
    this.umask = umask;
    this.maxLinks = maxLinks;
    this.#reuse = reuseInodes;
    this.#load(image);
    mounts.forEach((path, index) => {
      const link = this.at(path);
      if (link === undefined) throw new Error(`no directory to mount on: ${path}`);
      this.#mounts.set(link, index + 2);
    });
  }

  /** What is at an absolute path; links are not followed. */
  at(path: string): Link | undefined {
    let link: Link | undefined = this.core.root;
    for (const name of path.split('/').filter(Boolean)) link = link?.children.get(name);
    return link;
  }

  deviceOf(link: Link): number {
    if (this.#mounts.size === 0) return 1;
    for (const one of upwards(link)) {
      const device = this.#mounts.get(one);
      if (device !== undefined) return device;
    }
    return 1;
  }

  isMount(link: Link): boolean {
    return this.#mounts.has(link);
  }

  /** A new inode under a new name. */
  make(dir: Link, name: string, mode: number): Link {
    return this.attach(dir, name, this.newInode(mode));
  }

  newInode(mode: number): Inode {
    if (!this.#reuse) this.core.releasedInos.length = 0;
    return this.core.createNode(mode);
  }

  attach(dir: Link, name: string, node: Inode): Link {
    const link = dir.createChild(name, node);
    this.onChange?.({ kind: 'attach', dir: dir.getNode(), name, node });
    return link;
  }

  detach(link: Link): void {
    const dir = parentOf(link);
    const node = link.getNode();
    this.onChange?.({ kind: 'detach', dir: dir.getNode(), name: link.getName(), node });
    dir.deleteChild(link);
    this.#forget(node);
  }

  move(link: Link, dir: Link, name: string): void {
    const from = parentOf(link);
    const old = dir.children.get(name);
    const replaced = old?.getNode();
    this.onChange?.({
      kind: 'move',
      dir: from.getNode(),
      name: link.getName(),
      toDir: dir.getNode(),
      toName: name,
      node: link.getNode(),
      replaced,
    });
    if (old !== undefined) dir.deleteChild(old);
    from.deleteChild(link);
    link.name = name;
    link.steps = [...dir.steps, name];
    dir.setChild(name, link);
    if (replaced !== undefined) this.#forget(replaced);
  }

  opened(node: Inode): void {
    this.#opened.set(node, (this.#opened.get(node) ?? 0) + 1);
  }

  closed(node: Inode): void {
    const left = (this.#opened.get(node) ?? 1) - 1;
    if (left > 0) this.#opened.set(node, left);
    else this.#opened.delete(node);
    if (left === 0 && node.nlink <= 0) this.core.deleteNode(node);
  }

  /** The tree as it is now; two names of one inode share their node of the image. */
  image(): DiskImage {
    return { root: this.imageWith(new Map()), nextInode: this.core.ino };
  }

  /** The same, and which node of the image stands for which inode. */
  imageWith(seen: Map<Inode, ImageNode>): ImageNode {
    return imageOf(this.core.root, seen);
  }

  #forget(node: Inode): void {
    node.nlink = node.isDirectory() ? 0 : node.nlink - 1;
    if (node.nlink <= 0 && !this.#opened.has(node)) this.core.deleteNode(node);
  }

  #load({ root, nextInode }: DiskImage): void {
    const { core } = this;
    const seen = new Map<ImageNode, Inode>();
    const fill = (link: Link, { entries }: ImageNode): void => {
      for (const [name, image] of entries ?? []) {
        let node = seen.get(image);
        if (node === undefined) {
          core.ino = image.ino - 1;
          core.releasedInos.length = 0;
          node = core.createNode(image.mode);
          if (image.content !== undefined && image.content.length > 0) {
            node.setBuffer(Buffer.from(image.content));
          }
          if (image.target !== undefined) node.symlink = image.target;
          seen.set(image, node);
        } else {
          node.nlink += 1;
        }
        fill(link.createChild(name, node), image);
        node.mtime = new Date(image.mtimeMs);
        node.btime = new Date(image.birthtimeMs);
      }
    };
    fill(core.root, root);
    core.root.getNode().mtime = new Date(root.mtimeMs);
    core.ino = nextInode;
    core.releasedInos.length = 0;
  }
}

function imageOf(link: Link, seen: Map<Inode, ImageNode>): ImageNode {
  const node = link.getNode();
  const known = seen.get(node);
  if (known !== undefined) return known;
  const entries = node.isDirectory() ? new Map<string, ImageNode>() : undefined;
  const image: ImageNode = {
    ino: node.ino,
    mode: node.mode,
    mtimeMs: node.mtime.getTime(),
    birthtimeMs: node.btime.getTime(),
    ...(node.isFile() ? { content: node.getBuffer() } : {}),
    ...(node.isSymlink() ? { target: node.symlink } : {}),
    ...(entries === undefined ? {} : { entries }),
  };
  seen.set(node, image);
  if (entries !== undefined) {
    for (const [name, child] of childrenOf(link)) entries.set(name, imageOf(child, seen));
  }
  return image;
}

/** A name, the directory it is in, and so on up to the root, whose parent in memfs is itself. */
export function* upwards(link: Link): Generator<Link> {
  for (let one = link; ; one = parentOf(one)) {
    yield one;
    if (parentOf(one) === one) return;
  }
}

/** The names in a directory, without `.` and `..`. */
export function* childrenOf(link: Link): Generator<readonly [string, Link]> {
  for (const [name, child] of link.children) {
    if (name !== '.' && name !== '..' && child !== undefined) yield [name, child];
  }
}

/** Everything below a name, with its path; a directory comes before what is in it. */
export function* below(link: Link, path = ''): Generator<readonly [path: string, node: Inode]> {
  for (const [name, child] of childrenOf(link)) {
    yield [`${path}/${name}`, child.getNode()];
    yield* below(child, `${path}/${name}`);
  }
}

export function isEmpty(link: Link): boolean {
  return childrenOf(link).next().done === true;
}

export function parentOf(link: Link): Link {
  return link.parent ?? link;
}

export function kindOf(node: Inode): number {
  return node.mode & constants.S_IFMT;
}
