import type { MigrateFs, MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import type { DirectoryEntry } from '../../../src/fs/session-fs.ts';

/** One call on its way to a disk. */
export interface DiskCall {
  /** As the port calls it; on open files `handle.…`, and on directories that are being listed `directory.…`. */
  readonly name:
    | keyof MigrateFs
    | `handle.${keyof MigrateHandle}`
    | 'directory.next'
    | 'directory.close';
  /** Of an open file or directory, the path by which it was opened; of a link to be made, its own. */
  readonly path: string;
  /** The new name. */
  readonly to?: string;
  readonly flags?: number;
  /** How many bytes to read or write. */
  readonly length?: number;
}

/** Makes a call, or does something else instead; `length` may be less than what was asked for. */
export type Through = <Value>(
  call: DiskCall,
  perform: (length?: number) => Promise<Value>,
) => Promise<Value>;

const at = (name: DiskCall['name'], path: string, to?: string): DiskCall =>
  to === undefined ? { name, path } : { name, path, to };

/** The same disk, each call of which goes through a function. */
export function wrappedDisk(fs: MigrateFs, through: Through): MigrateFs {
  return {
    access: (path, mode) => through(at('access', path), () => fs.access(path, mode)),
    lstat: (path, options) => through(at('lstat', path), () => fs.lstat(path, options)),
    stat: (path, options) => through(at('stat', path), () => fs.stat(path, options)),
    readFile: (path, encoding) => through(at('readFile', path), () => fs.readFile(path, encoding)),
    readlink: (path) => through(at('readlink', path), () => fs.readlink(path)),
    realpath: (path) => through(at('realpath', path), () => fs.realpath(path)),
    copyFile: (from, to, flags) =>
      through(at('copyFile', from, to), () => fs.copyFile(from, to, flags)),
    link: (from, to) => through(at('link', from, to), () => fs.link(from, to)),
    mkdir: (path, options) => through(at('mkdir', path), () => fs.mkdir(path, options)),
    rename: (from, to) => through(at('rename', from, to), () => fs.rename(from, to)),
    rmdir: (path) => through(at('rmdir', path), () => fs.rmdir(path)),
    symlink: (to, path, type) => through(at('symlink', path), () => fs.symlink(to, path, type)),
    unlink: (path) => through(at('unlink', path), () => fs.unlink(path)),
    utimes: (path, accessed, modified) =>
      through(at('utimes', path), () => fs.utimes(path, accessed, modified)),
    open: async (path, flags, mode) => {
      const call: DiskCall = { name: 'open', path, flags };
      return wrappedHandle(await through(call, () => fs.open(path, flags, mode)), path, through);
    },
    opendir: async (path, options) => {
      const listing = await through(at('opendir', path), () => fs.opendir(path, options));
      return wrappedListing(listing, path, through);
    },
  };
}

function wrappedHandle(handle: MigrateHandle, path: string, through: Through): MigrateHandle {
  const of = (name: keyof MigrateHandle): DiskCall => ({ name: `handle.${name}`, path });
  return {
    stat: (options) => through(of('stat'), () => handle.stat(options)),
    read: (buffer, offset, length, position) =>
      through({ ...of('read'), length }, (some = length) =>
        handle.read(buffer, offset, some, position),
      ),
    write: (buffer, offset, length, position) =>
      through({ ...of('write'), length }, (some = length) =>
        handle.write(buffer, offset, some, position),
      ),
    chmod: (mode) => through(of('chmod'), () => handle.chmod(mode)),
    utimes: (accessed, modified) => through(of('utimes'), () => handle.utimes(accessed, modified)),
    datasync: () => through(of('datasync'), () => handle.datasync()),
    sync: () => through(of('sync'), () => handle.sync?.() ?? handle.datasync()),
    close: () => through(of('close'), () => handle.close()),
  };
}

/** As a real directory does, it closes by itself at its end, and when a step of it has failed. */
function wrappedListing(
  listing: AsyncIterable<DirectoryEntry>,
  path: string,
  through: Through,
): AsyncIterable<DirectoryEntry> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = listing[Symbol.asyncIterator]();
      let isOver = false;
      const end = async () => {
        isOver = true;
        await iterator.return?.();
      };
      return {
        async next() {
          try {
            const result = await through({ name: 'directory.next', path }, () => iterator.next());
            if (result.done === true) await end();
            return result;
          } catch (error) {
            await end();
            throw error;
          }
        },
        async return() {
          if (!isOver) await through({ name: 'directory.close', path }, end);
          return { done: true, value: undefined };
        },
      };
    },
  };
}
