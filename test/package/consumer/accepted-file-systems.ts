import nodeFsDefault from 'node:fs';
import * as nodeFs from 'node:fs';
import * as nodeFsPromises from 'node:fs/promises';
import {
  ensureForAccount,
  ensureForAccountSync,
  inspectAll,
  inspectAllSync,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { findAccountHomes } from 'claude-shared-state/homes';
import { inspectRetention } from 'claude-shared-state/retention';
import { listRestorePoints, migrate } from 'claude-shared-state/migrate';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { createFsFromVolume, fs as memoryFs, memfs, Volume } from 'memfs';

const fresh = memfs().fs;
const ofVolume = createFsFromVolume(new Volume());

export const asynchronous = () => [
  ensureForAccount('/home', { fs: nodeFs }),
  ensureForAccount('/home', { fs: nodeFsDefault }),
  ensureForAccount('/home', { fs: nodeFsPromises }),
  ensureForAccount('/home', { fs: memoryFs }),
  ensureForAccount('/home', { fs: memoryFs.promises }),
  ensureForAccount('/home', { fs: fresh }),
  ensureForAccount('/home', { fs: ofVolume }),
  ensureForAccount('/home', { fs: ofVolume.promises }),
  validateAll(['/home'], { fs: nodeFs }),
  validateAll(['/home'], { fs: nodeFsDefault }),
  validateAll(['/home'], { fs: nodeFsPromises }),
  validateAll(['/home'], { fs: memoryFs }),
  validateAll(['/home'], { fs: memoryFs.promises }),
  validateAll(['/home'], { fs: fresh }),
  validateAll(['/home'], { fs: ofVolume }),
  validateAll(['/home'], { fs: ofVolume.promises }),
  inspectAll(['/home'], { fs: nodeFs }),
  inspectAll(['/home'], { fs: nodeFsDefault }),
  inspectAll(['/home'], { fs: nodeFsPromises }),
  inspectAll(['/home'], { fs: memoryFs }),
  inspectAll(['/home'], { fs: memoryFs.promises }),
  inspectAll(['/home'], { fs: fresh }),
  inspectAll(['/home'], { fs: ofVolume }),
  inspectAll(['/home'], { fs: ofVolume.promises }),
  inspectRetention(['/home'], { fs: nodeFs }),
  inspectRetention(['/home'], { fs: nodeFsDefault }),
  inspectRetention(['/home'], { fs: nodeFsPromises }),
  inspectRetention(['/home'], { fs: memoryFs }),
  inspectRetention(['/home'], { fs: memoryFs.promises }),
  inspectRetention(['/home'], { fs: fresh }),
  inspectRetention(['/home'], { fs: ofVolume }),
  inspectRetention(['/home'], { fs: ofVolume.promises }),
  findAccountHomes({ homeDirectory: '/home', fs: nodeFs }),
  findAccountHomes({ homeDirectory: '/home', fs: memoryFs.promises }),
  findLiveSessions(['/home'], { fs: nodeFs }),
  findLiveSessions(['/home'], { fs: nodeFsDefault }),
  findLiveSessions(['/home'], { fs: nodeFsPromises }),
  findLiveSessions(['/home'], { fs: memoryFs }),
  findLiveSessions(['/home'], { fs: memoryFs.promises }),
  findLiveSessions(['/home'], { fs: fresh }),
  findLiveSessions(['/home'], { fs: ofVolume }),
  findLiveSessions(['/home'], { fs: ofVolume.promises }),
  migrate(['/home'], { fs: nodeFs }),
  migrate(['/home'], { fs: nodeFsDefault }),
  migrate(['/home'], { fs: nodeFsPromises }),
  migrate(['/home'], { fs: memoryFs }),
  migrate(['/home'], { fs: memoryFs.promises }),
  migrate(['/home'], { fs: fresh }),
  migrate(['/home'], { fs: ofVolume }),
  migrate(['/home'], { fs: ofVolume.promises }),
  listRestorePoints(['/home'], { fs: nodeFs }),
  listRestorePoints(['/home'], { fs: nodeFsDefault }),
  listRestorePoints(['/home'], { fs: nodeFsPromises }),
  listRestorePoints(['/home'], { fs: memoryFs }),
  listRestorePoints(['/home'], { fs: memoryFs.promises }),
  listRestorePoints(['/home'], { fs: fresh }),
  listRestorePoints(['/home'], { fs: ofVolume }),
  listRestorePoints(['/home'], { fs: ofVolume.promises }),
];

export const synchronous = () => [
  ensureForAccountSync('/home', { fs: nodeFs }),
  ensureForAccountSync('/home', { fs: nodeFsDefault }),
  ensureForAccountSync('/home', { fs: memoryFs }),
  ensureForAccountSync('/home', { fs: fresh }),
  ensureForAccountSync('/home', { fs: ofVolume }),
  validateAllSync(['/home'], { fs: nodeFs }),
  validateAllSync(['/home'], { fs: nodeFsDefault }),
  validateAllSync(['/home'], { fs: memoryFs }),
  validateAllSync(['/home'], { fs: fresh }),
  validateAllSync(['/home'], { fs: ofVolume }),
  inspectAllSync(['/home'], { fs: nodeFs }),
  inspectAllSync(['/home'], { fs: nodeFsDefault }),
  inspectAllSync(['/home'], { fs: memoryFs }),
  inspectAllSync(['/home'], { fs: fresh }),
  inspectAllSync(['/home'], { fs: ofVolume }),
];

export const refused = () => [
  // @ts-expect-error The sync twins take no promises.
  validateAllSync(['/home'], { fs: nodeFsPromises }),
  // @ts-expect-error The async calls take no synchronous functions alone.
  validateAll(['/home'], { fs: { readlinkSync: nodeFs.readlinkSync } }),
];
