import {
  accessSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import {
  access,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  stat,
  symlink,
} from 'node:fs/promises';
import {
  ensureForAccount,
  inspectAll,
  inspectAllSync,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';

const reading = { access, lstat, readFile, readlink, realpath, stat };
const readingSync = { accessSync, lstatSync, readFileSync, readlinkSync, realpathSync, statSync };

export const enough = () => [
  inspectAll(['/home'], { fs: reading }),
  inspectAll(['/home'], { fs: { promises: reading } }),
  inspectAllSync(['/home'], { fs: readingSync }),
  validateAll(['/home'], { fs: { ...reading, mkdir, symlink } }),
  validateAllSync(['/home'], { fs: { ...readingSync, mkdirSync, symlinkSync } }),
];

export const tooLittle = () => [
  // @ts-expect-error It cannot make a directory or a link.
  validateAll(['/home'], { fs: reading }),
  // @ts-expect-error It cannot make a directory or a link.
  validateAll(['/home'], { fs: { promises: reading } }),
  // @ts-expect-error It cannot make a directory or a link.
  ensureForAccount('/home', { fs: reading }),
  // @ts-expect-error It cannot make a directory or a link.
  validateAllSync(['/home'], { fs: readingSync }),
  // @ts-expect-error It cannot even look at a link.
  inspectAll(['/home'], { fs: { access, lstat, readFile, realpath, stat } }),
];
