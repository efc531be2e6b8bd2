import { constants } from 'node:fs';
import type { MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import { posixError } from './posix-error.ts';
import { PosixStats } from './posix-stats.ts';
import type { Inode, PosixVolume } from './posix-volume.ts';

/** The bits of open flags that say whether one may read or write; Node has no name for them. */
export const ACCESS_MODE = 3;

/** What an open file asks of the disk before it does anything. */
export interface HandleDisk {
  readonly volume: PosixVolume;
  /** Called before each call; throws where it cannot be done. */
  enter(call: string, path: string, needsSpace: boolean): void;
}

/** An open file or directory of the layer. */
export class PosixHandle implements MigrateHandle {
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
    if ((this.#flags & ACCESS_MODE) === constants.O_WRONLY) throw this.#error('EBADF', 'read');
    if (this.#node.isDirectory()) throw this.#error('EISDIR', 'read');
    const bytesRead = this.#node.read(buffer, offset, length, position ?? this.#position);
    if (position === null) this.#position += bytesRead;
    return { bytesRead, buffer };
  }

  async write(buffer: Uint8Array, offset: number, length: number, position: number | null = null) {
    this.#enter('write', length > 0);
    if ((this.#flags & ACCESS_MODE) === constants.O_RDONLY) {
      throw this.#error('EBADF', 'write');
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
    if (!this.#isOpen) throw this.#error('EBADF', call);
    this.#disk.enter(call, this.#path, needsSpace);
  }

  #error(code: string, call: string): Error {
    return posixError(code, call);
  }
}
