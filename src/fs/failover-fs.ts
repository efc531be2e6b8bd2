import { promises } from 'node:fs';
import type { PortShape } from '../core/port-shape.ts';
import {
  type ReadHandle,
  realSessionDisk,
  type SessionReadFs,
  sessionReadPort,
} from './session-fs.ts';

/** An open file that is written from its beginning. */
export interface WriteHandle extends ReadHandle {
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  sync?(): Promise<void>;
}

/** The calls that a failover needs: those that look for sessions, and what keeps an id in a file. */
export interface FailoverFs extends Omit<SessionReadFs, 'open'> {
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  open(path: string, flags: number, mode?: number): Promise<WriteHandle>;
  rename(from: string, to: string): Promise<void>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The real disk, for a failover. */
export const realFailoverDisk: FailoverFs = /* @__PURE__ */ (() => ({
  ...realSessionDisk,
  mkdir: (path, options) => promises.mkdir(path, options),
  open: (path, flags, mode) => promises.open(path, flags, mode),
  rename: (from, to) => promises.rename(from, to),
  symlink: (target, path, type) => promises.symlink(target, path, type),
  unlink: (path) => promises.unlink(path),
}))();

export const failoverPort: PortShape = {
  members: [...sessionReadPort.members, 'mkdir', 'rename', 'symlink', 'unlink'],
  orPromises: true,
};
