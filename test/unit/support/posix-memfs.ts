import { constants } from 'node:fs';
import { createFsFromVolume, type IFs } from 'memfs';
import type { MigrateFs, MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import { type DiskImage, imageOfTree, type Tree } from './disk-image.ts';
import { posixError } from './posix-error.ts';
import {
  childrenOf,
  type Inode,
  isEmpty,
  kindOf,
  type Link,
  parentOf,
  PosixVolume,
  upwards,
  type VolumeOptions,
} from './posix-volume.ts';
import type { WideStats } from '../../../src/fs/file-info.ts';

const MILLION = 1_000_000n;

/** What kind of thing an inode is. */
class PosixKind {
  readonly #kind: number;

  constructor(node: Inode) {
    this.#kind = kindOf(node);
  }

  isDirectory(): boolean {
    return this.#kind === constants.S_IFDIR;
  }

  isFile(): boolean {
    return this.#kind === constants.S_IFREG;
  }

  isSymbolicLink(): boolean {
    return this.#kind === constants.S_IFLNK;
  }
}

/** The stats of an inode as `bigint: true` gives them. */
class PosixStats extends PosixKind implements WideStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly mtimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly uid: bigint;
  readonly gid: bigint;

  constructor(node: Inode, device: number) {
    super(node);
    this.dev = BigInt(device);
    this.ino = BigInt(node.ino);
    this.mode = BigInt(node.mode);
    this.nlink = BigInt(Math.max(node.nlink, 0));
    this.size = BigInt(node.isSymlink() ? Buffer.byteLength(node.symlink) : node.getSize());
    this.mtimeMs = BigInt(node.mtime.getTime());
    this.birthtimeMs = BigInt(node.btime.getTime());
    this.uid = BigInt(node.uid);
    this.gid = BigInt(node.gid);
  }

  get mtimeNs(): bigint {
    return this.mtimeMs * MILLION;
  }

  get birthtimeNs(): bigint {
    return this.birthtimeMs * MILLION;
  }
}

/** An entry of a directory that is being listed. */
class PosixEntry extends PosixKind {
  readonly name: string;

  constructor(name: string, node: Inode) {
    super(node);
    this.name = name;
  }
}

/** Where a path leads: a directory, a name in it, and what has that name. */
interface Place {
  readonly dir: Link;
  readonly name: string;
  readonly link: Link | undefined;
  /** Whether the path ends in a slash, and so can only mean a directory. */
  readonly slash: boolean;
  /** Whether the last name is `.` or `..`, or there is none. */
  readonly special: boolean;
}

const MOST_HOPS = 40;

/** Resolves a path as Linux does: `..` is physical, links on the way are followed. */
function walk(
  root: Link,
  path: string,
  follow: 'follow' | 'no-follow' | 'by-slash',
  fail: (code: string) => never,
): Place {
  if (path === '') return fail('ENOENT');
  if (path.length > 4095) return fail('ENAMETOOLONG');
  let hops = 0;
  const go = (start: Link, text: string, followLast: boolean): Place => {
    const names = text.split('/').filter(Boolean);
    const slash = text.endsWith('/');
    let dir = text.startsWith('/') ? root : start;
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      if (kindOf(dir.getNode()) !== constants.S_IFDIR) return fail('ENOTDIR');
      if (name === '.' || name === '..') {
        if (name === '..') dir = parentOf(dir);
        if (isLast) return { dir: parentOf(dir), name, link: dir, slash, special: true };
        continue;
      }
      if (name.length > 63 && Buffer.byteLength(name) > 255) return fail('ENAMETOOLONG');
      let link = dir.children.get(name);
      if (link === undefined) {
        return isLast ? { dir, name, link, slash, special: false } : fail('ENOENT');
      }
      if (kindOf(link.getNode()) === constants.S_IFLNK && (!isLast || followLast)) {
        hops += 1;
        if (hops > MOST_HOPS) return fail('ELOOP');
        const behind = go(dir, link.getNode().symlink, true);
        if (isLast) return { ...behind, slash: slash || behind.slash };
        if (behind.link === undefined) return fail('ENOENT');
        link = behind.link;
      }
      if (isLast) return { dir, name, link, slash, special: false };
      dir = link;
    }
    return { dir: parentOf(dir), name: '', link: dir, slash, special: true };
  };
  const place = go(
    root,
    path,
    follow === 'follow' || (follow === 'by-slash' && path.endsWith('/')),
  );
  if (follow !== 'no-follow' && place.slash && place.link !== undefined) {
    if (kindOf(place.link.getNode()) !== constants.S_IFDIR) return fail('ENOTDIR');
  }
  return place;
}

/** The path of a name, with nothing but real directories in it. */
function realPathOf(link: Link): string {
  const names: string[] = [];
  for (let one = link; parentOf(one) !== one; one = parentOf(one)) names.push(one.getName());
  return `/${names.toReversed().join('/')}`;
}

/** The bits of open flags that say whether one may read or write; Node has no name for them. */
const ACCESS_MODE = 3;

/** What an open file asks of the disk before it does anything. */
interface HandleDisk {
  readonly volume: PosixVolume;
  /** Called before each call; throws where it cannot be done. */
  enter(call: string, path: string, needsSpace: boolean): void;
}

/** An open file or directory of the layer. */
class PosixHandle implements MigrateHandle {
  readonly #disk: HandleDisk;
  readonly #node: Inode;
  readonly #device: number;
  readonly #flags: number;
  readonly #path: string;
  #position = 0;
  #isOpen = true;

  constructor(disk: HandleDisk, node: Inode, device: number, flags: number, path: string) {
    this.#disk = disk;
    this.#node = node;
    this.#device = device;
    this.#flags = flags;
    this.#path = path;
    disk.volume.opened(node);
  }

  async stat(): Promise<PosixStats> {
    this.#enter('fstat');
    return new PosixStats(this.#node, this.#device);
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number | null) {
    this.#enter('read');
    if ((this.#flags & ACCESS_MODE) === constants.O_WRONLY) throw posixError('EBADF', 'read');
    if (this.#node.isDirectory()) throw posixError('EISDIR', 'read');
    const bytesRead = this.#node.read(buffer, offset, length, position ?? this.#position);
    if (position === null) this.#position += bytesRead;
    return { bytesRead, buffer };
  }

  async write(buffer: Uint8Array, offset: number, length: number, position: number | null = null) {
    this.#enter('write', length > 0);
    if ((this.#flags & ACCESS_MODE) === constants.O_RDONLY) {
      throw posixError('EBADF', 'write');
    }
    const isAppending = (this.#flags & constants.O_APPEND) !== 0;
    const at = isAppending ? this.#node.getSize() : (position ?? this.#position);
    const bytes = Buffer.from(buffer.subarray(offset, offset + length));
    this.#disk.volume.onChange?.({ kind: 'write', node: this.#node, position: at, bytes });
    this.#node.write(bytes, 0, length, at);
    if (isAppending || position === null) this.#position = at + length;
    return { bytesWritten: length, buffer };
  }

  async chmod(mode: number): Promise<void> {
    this.#enter('fchmod');
    this.#node.perm = mode & 0o7777;
    this.#disk.volume.onChange?.({ kind: 'meta', node: this.#node });
  }

  async utimes(accessed: number, modified: number): Promise<void> {
    this.#enter('futime');
    this.#node.atime = new Date(accessed * 1000);
    this.#node.mtime = new Date(modified * 1000);
    this.#disk.volume.onChange?.({ kind: 'meta', node: this.#node });
  }

  async datasync(): Promise<void> {
    this.#enter('fdatasync');
    this.#disk.volume.onChange?.({ kind: 'sync', node: this.#node });
  }

  async sync(): Promise<void> {
    this.#enter('fsync');
    this.#disk.volume.onChange?.({ kind: 'sync', node: this.#node });
  }

  async close(): Promise<void> {
    this.#enter('close');
    this.#isOpen = false;
    this.#disk.volume.closed(this.#node);
  }

  #enter(call: string, needsSpace = false): void {
    if (!this.#isOpen) throw posixError('EBADF', call);
    this.#disk.enter(call, this.#path, needsSpace);
  }
}

const { S_IFDIR, S_IFREG, S_IFLNK } = constants;
const { COPYFILE_EXCL, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY, O_TRUNC, O_RDONLY } = constants;

/** A world in memory with the semantics of Linux; `MigrateFs` by its promises. */
export interface PosixWorld {
  readonly fs: MigrateFs;
  readonly volume: PosixVolume;
  /** The same volume with memfs's own calls: to set a stage and to look at it, not to be tested on. */
  readonly memfs: IFs;
  /** Where true, calls that need space fail with ENOSPC; rename and unlink still work. */
  full: boolean;
  /** Called before each call takes effect: where other processes act, or the disk becomes full. */
  onCall: ((call: string, path: string, dest?: string) => void) | undefined;
  /** The tree as it is now, to make more worlds of. */
  image(): DiskImage;
}

/** Makes a world of a few paths: `posixWorld({ '/home/projects/a/1.jsonl': '{}\n' })`. */
export function posixWorld(tree: Tree, options: VolumeOptions = {}): PosixWorld {
  return posixWorldOf(imageOfTree(tree), options);
}

/** Makes a world that is equal to another one, inode numbers included, and shares nothing with it. */
export function posixWorldOf(image: DiskImage, options: VolumeOptions = {}): PosixWorld {
  return new World(image, options);
}

class World implements PosixWorld {
  readonly volume: PosixVolume;
  readonly fs: MigrateFs;
  full = false;
  onCall: PosixWorld['onCall'];
  #memfs: IFs | undefined;

  constructor(image: DiskImage, options: VolumeOptions) {
    this.volume = new PosixVolume(image, options);
    this.fs = callsOn(this);
  }

  get memfs(): IFs {
    this.#memfs ??= createFsFromVolume(this.volume.volume);
    return this.#memfs;
  }

  image(): DiskImage {
    return this.volume.image();
  }

  enter(call: string, path: string, needsSpace: boolean, dest?: string): void {
    this.onCall?.(call, path, dest);
    if (needsSpace && this.full) throw posixError('ENOSPC', call, path, dest);
  }
}

/** How a call is refused. */
const failing = (call: string, path: string, dest?: string) => (code: string) => {
  throw posixError(code, call, path, dest);
};

function callsOn(world: World): MigrateFs {
  const { volume } = world;
  const { root } = volume.core;

  /** What is at a path; ENOENT where nothing is. */
  const found = (call: string, path: string, follow: 'follow' | 'by-slash'): Link => {
    const fail: (code: string) => never = failing(call, path);
    world.enter(call, path, false);
    return walk(root, path, follow, fail).link ?? fail('ENOENT');
  };

  /** Where a new name is to be made; refused where it is taken. */
  const free = (path: string, fail: (code: string) => never, isDirectory = false): Place => {
    const place = walk(root, path, 'no-follow', fail);
    if (place.link !== undefined) return fail('EEXIST');
    if (place.slash && !isDirectory) return fail('ENOENT');
    return place;
  };

  const spacious = (needed: boolean, fail: (code: string) => never) => {
    if (needed && world.full) fail('ENOSPC');
  };

  return {
    async access(path) {
      found('access', path, 'follow');
    },

    async lstat(path) {
      const link = found('lstat', path, 'by-slash');
      return new PosixStats(link.getNode(), volume.deviceOf(link));
    },

    async stat(path) {
      const link = found('stat', path, 'follow');
      return new PosixStats(link.getNode(), volume.deviceOf(link));
    },

    async readlink(path) {
      const node = found('readlink', path, 'by-slash').getNode();
      if (!node.isSymlink()) throw posixError('EINVAL', 'readlink', path);
      return node.symlink;
    },

    async realpath(path) {
      return realPathOf(found('realpath', path, 'follow'));
    },

    async readFile(path) {
      const node = found('open', path, 'follow').getNode();
      if (node.isDirectory()) throw posixError('EISDIR', 'read');
      return node.getString();
    },

    async opendir(path) {
      const link = found('opendir', path, 'follow');
      if (!link.getNode().isDirectory()) throw posixError('ENOTDIR', 'opendir', path);
      return listing(link);
    },

    async mkdir(path, { mode }) {
      world.enter('mkdir', path, false);
      const fail: (code: string) => never = failing('mkdir', path);
      const { dir, name } = free(path, fail, true);
      spacious(true, fail);
      volume.make(dir, name, S_IFDIR | (mode & 0o1777 & ~volume.umask));
    },

    async symlink(target, path) {
      world.enter('symlink', target, false, path);
      const fail: (code: string) => never = failing('symlink', target, path);
      if (target === '') fail('ENOENT');
      const { dir, name } = free(path, fail);
      spacious(true, fail);
      const node = volume.newInode(S_IFLNK | 0o777);
      node.symlink = target;
      volume.attach(dir, name, node);
    },

    async link(existing, path) {
      world.enter('link', existing, false, path);
      const fail: (code: string) => never = failing('link', existing, path);
      const from = walk(root, existing, 'by-slash', fail).link ?? fail('ENOENT');
      const { dir, name } = free(path, fail);
      if (volume.deviceOf(from) !== volume.deviceOf(dir)) fail('EXDEV');
      const node = from.getNode();
      if (node.isDirectory()) fail('EPERM');
      if (node.nlink >= volume.maxLinks) fail('EMLINK');
      spacious(true, fail);
      node.nlink += 1;
      volume.attach(dir, name, node);
    },

    async copyFile(from, to, flags) {
      world.enter('copyFile', from, false, to);
      const fail: (code: string) => never = failing('copyfile', from, to);
      const source = walk(root, from, 'follow', fail).link?.getNode() ?? fail('ENOENT');
      // Any other copy could overwrite something, so the library makes none.
      if ((flags & COPYFILE_EXCL) === 0) throw new Error('only exclusive copies');
      if (to.endsWith('/') && !walk(root, to, 'no-follow', fail).special) fail('EISDIR');
      const { dir, name } = free(to, fail);
      if (source.isDirectory()) fail('EISDIR');
      spacious(true, fail);
      const copy = volume.make(dir, name, source.mode).getNode();
      const bytes = Buffer.from(source.getBuffer());
      volume.onChange?.({ kind: 'write', node: copy, position: 0, bytes });
      copy.setBuffer(bytes);
    },

    async unlink(path) {
      world.enter('unlink', path, false);
      const fail: (code: string) => never = failing('unlink', path);
      const place = walk(root, path, 'no-follow', fail);
      if (place.special) fail('EISDIR');
      const link = place.link ?? fail('ENOENT');
      if (link.getNode().isDirectory()) fail('EISDIR');
      if (place.slash) fail('ENOTDIR');
      volume.detach(link);
    },

    async rmdir(path) {
      world.enter('rmdir', path, false);
      const fail: (code: string) => never = failing('rmdir', path);
      const place = walk(root, path, 'no-follow', fail);
      const { name } = place;
      if (place.special) fail(name === '.' ? 'EINVAL' : name === '..' ? 'ENOTEMPTY' : 'EBUSY');
      const link = place.link ?? fail('ENOENT');
      if (!link.getNode().isDirectory()) fail('ENOTDIR');
      if (volume.isMount(link)) fail('EBUSY');
      if (!isEmpty(link)) fail('ENOTEMPTY');
      volume.detach(link);
    },

    async rename(from, to) {
      world.enter('rename', from, false, to);
      const fail: (code: string) => never = failing('rename', from, to);
      const old = walk(root, from, 'no-follow', fail);
      const next = walk(root, to, 'no-follow', fail);
      if (volume.deviceOf(old.dir) !== volume.deviceOf(next.dir)) fail('EXDEV');
      if (old.special || next.special) fail('EBUSY');
      const link = old.link ?? fail('ENOENT');
      const isDirectory = link.getNode().isDirectory();
      if (!isDirectory && (old.slash || next.slash)) fail('ENOTDIR');
      if (isWithin(next.dir, link)) fail('EINVAL');
      if (next.link !== undefined) {
        if (isWithin(old.dir, next.link)) fail('ENOTEMPTY');
        if (next.link.getNode() === link.getNode()) return;
        const isOntoDirectory = next.link.getNode().isDirectory();
        if (isDirectory && !isOntoDirectory) fail('ENOTDIR');
        if (!isDirectory && isOntoDirectory) fail('EISDIR');
        if (volume.isMount(next.link)) fail('EBUSY');
        if (isOntoDirectory && !isEmpty(next.link)) fail('ENOTEMPTY');
      }
      if (volume.isMount(link)) fail('EBUSY');
      volume.move(link, next.dir, next.name);
    },

    async utimes(path, accessed, modified) {
      const node = found('utime', path, 'follow').getNode();
      node.atime = new Date(accessed * 1000);
      node.mtime = new Date(modified * 1000);
      volume.onChange?.({ kind: 'meta', node });
    },

    async open(path, flags, mode = 0o666) {
      world.enter('open', path, false);
      const fail: (code: string) => never = failing('open', path);
      const has = (flag: number) => (flags & flag) !== 0;
      const isExclusive = has(O_CREAT) && has(O_EXCL);
      const noFollow = isExclusive || has(O_NOFOLLOW);
      // With a slash, what is to be made is refused before anybody looks whether it is there.
      if (has(O_CREAT) && path.endsWith('/') && !walk(root, path, 'no-follow', fail).special) {
        return fail('EISDIR');
      }
      const place = walk(root, path, noFollow ? 'by-slash' : 'follow', fail);
      let { link } = place;
      if (link === undefined) {
        if (!has(O_CREAT)) return fail('ENOENT');
        spacious(true, fail);
        link = volume.make(place.dir, place.name, S_IFREG | (mode & 0o7777 & ~volume.umask));
      } else {
        if (isExclusive) return fail('EEXIST');
        const kind = kindOf(link.getNode());
        if (kind === S_IFLNK) return fail(has(O_DIRECTORY) ? 'ENOTDIR' : 'ELOOP');
        if (kind === S_IFDIR && (has(O_CREAT) || (flags & ACCESS_MODE) !== O_RDONLY)) {
          return fail('EISDIR');
        }
        if (kind !== S_IFDIR && has(O_DIRECTORY)) return fail('ENOTDIR');
        if (has(O_TRUNC) && kind === S_IFREG) {
          volume.onChange?.({ kind: 'truncate', node: link.getNode() });
          link.getNode().truncate(0);
        }
      }
      return new PosixHandle(world, link.getNode(), volume.deviceOf(link), flags, path);
    },
  };
}

function isWithin(link: Link, ancestor: Link): boolean {
  for (const one of upwards(link)) if (one === ancestor) return true;
  return false;
}

/** The names at the first step of reading, as a real directory of moderate size is read at once. */
async function* listing(link: Link): AsyncGenerator<PosixEntry> {
  const names = [...childrenOf(link)];
  for (const [name, child] of names) yield new PosixEntry(name, child.getNode());
}
