import { type LinkReadFs, linkReadPort, realDisk } from './link-fs.ts';
import type { PortShape } from '../core/port-shape.ts';
import { lstatReal, openReal, openRealDirectory, statReal } from './real-disk.ts';
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

/**
 * The real disk, for what only reads sessions.
 *
 * Nearly all of it synchronous: to wake a thread takes several times as long as a call that is answered from memory, and
 * there are tens of thousands.
 */
export const realSessionDisk: SessionReadFs = /* @__PURE__ */ (() => ({
  ...realDisk.promises,
  lstat: lstatReal,
  stat: statReal,
  open: openReal,
  opendir: openRealDirectory,
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
