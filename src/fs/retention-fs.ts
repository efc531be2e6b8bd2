import { promises } from 'node:fs';
import type { SettingsFs } from './link-fs.ts';
import type { PortShape } from '../core/port-shape.ts';
import type { DirectoryEntry, FileStats } from './session-fs.ts';

/** The calls that `inspectRetention` needs; none of them can change anything. */
export interface RetentionReadFs extends SettingsFs {
  opendir(path: string, options: { bufferSize: number }): Promise<AsyncIterable<DirectoryEntry>>;
  stat(path: string, options: { bigint: true }): Promise<FileStats>;
}

/** The real disk, for what only looks at retention. */
export const realRetentionDisk: RetentionReadFs = {
  opendir: (path, options) => promises.opendir(path, options),
  readFile: (path, encoding) => promises.readFile(path, encoding),
  stat: (path, options) => promises.stat(path, options),
};

export const retentionReadPort: PortShape = {
  members: ['opendir', 'readFile', 'stat'],
  orPromises: true,
};
