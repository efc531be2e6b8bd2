import { closeSync, fstat, open, promises, read, stat } from 'node:fs';
import { type LinkReadFs, linkReadPort, realDisk } from './link-fs.ts';
import type { PortShape } from '../core/port-shape.ts';
import type { FsStats } from './stats.ts';

/** What is read of a file's stats beyond {@link FsStats}. */
export interface FileStats extends FsStats {
  readonly mtimeMs: number | bigint;
}

/** An open file that can only be read. */
export interface ReadHandle {
  stat(options: { bigint: true }): Promise<FileStats>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** An entry of a directory that is being listed. */
export interface DirectoryEntry {
  readonly name: string | Uint8Array;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** The calls that looking for sessions needs; none of them can change anything. */
export interface SessionReadFs extends LinkReadFs {
  lstat(path: string, options: { bigint: true }): Promise<FileStats>;
  stat(path: string, options: { bigint: true }): Promise<FileStats>;
  open(path: string, flags: number): Promise<ReadHandle>;
  opendir(path: string, options: { bufferSize: number }): Promise<AsyncIterable<DirectoryEntry>>;
}

type Callback<Value> = (error: Error | null | undefined, value: Value) => void;

function promiseOf<Value>(call: (done: Callback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

/** The real disk, for what only reads sessions. Made by a call, so that a bundler leaves it out where it is not used. */
export const realSessionDisk: SessionReadFs = /* @__PURE__ */ (() => ({
  ...realDisk.promises,
  lstat: (path, options) => promises.lstat(path, options),
  // By callback, which is three times as fast for the many paths at which there is nothing, and for the many files of
  // which only the ends are read.
  stat: (path, options) => promiseOf((done) => stat(path, options, done)),
  open: async (path, flags) => {
    const file = await promiseOf<number>((done) => open(path, flags, done));
    return {
      stat: (options) => promiseOf((done) => fstat(file, options, done)),
      read: (buffer, offset, length, position) =>
        promiseOf((done) => {
          read(file, buffer, offset, length, position, (error, bytesRead) => {
            done(error, { bytesRead });
          });
        }),
      // At once: there is nothing to write that could take its time.
      close: async () => {
        closeSync(file);
      },
    };
  },
  opendir: (path, options) => promises.opendir(path, options),
}))();

export const sessionReadPort: PortShape = /* @__PURE__ */ (() => ({
  members: [...linkReadPort.members, 'open', 'opendir'],
  orPromises: true,
}))();

/** The calls that `inspectRetention` needs; none of them can change anything. */
export type RetentionReadFs = Pick<SessionReadFs, 'opendir' | 'readFile' | 'stat'>;

export const retentionReadPort: PortShape = {
  members: ['opendir', 'readFile', 'stat'],
  orPromises: true,
};
