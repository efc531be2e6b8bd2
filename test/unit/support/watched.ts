import type { LinkFs, LinkFsSync } from 'claude-shared-state';

/**
 * Is told of each call before it is performed, by the name of its async form, and may give back what
 * is to happen after it. What throws here fails the call: before or after its effect.
 */
export type Watcher = (name: string) => (() => void) | undefined;

/** The calls that the library may use, sync and async, each through a watcher. */
export function watched(
  fs: LinkFsSync & { readonly promises: LinkFs },
  watcher: Watcher,
): LinkFsSync & { readonly promises: LinkFs } {
  const { promises } = fs;
  const now = <Result>(name: string, perform: () => Result): Result => {
    const after = watcher(name);
    try {
      return perform();
    } finally {
      after?.();
    }
  };
  const later = async <Result>(name: string, perform: () => Promise<Result>): Promise<Result> => {
    const after = watcher(name);
    try {
      return await perform();
    } finally {
      after?.();
    }
  };
  return {
    accessSync: (path, mode) => now('access', () => fs.accessSync(path, mode)),
    lstatSync: (path, options) => now('lstat', () => fs.lstatSync(path, options)),
    mkdirSync: (path, options) => now('mkdir', () => fs.mkdirSync(path, options)),
    readFileSync: (path, encoding) => now('readFile', () => fs.readFileSync(path, encoding)),
    readlinkSync: (path) => now('readlink', () => fs.readlinkSync(path)),
    realpathSync: (path) => now('realpath', () => fs.realpathSync(path)),
    statSync: (path, options) => now('stat', () => fs.statSync(path, options)),
    symlinkSync: (to, path, type) => now('symlink', () => fs.symlinkSync(to, path, type)),
    promises: {
      access: (path, mode) => later('access', () => promises.access(path, mode)),
      lstat: (path, options) => later('lstat', () => promises.lstat(path, options)),
      mkdir: (path, options) => later('mkdir', () => promises.mkdir(path, options)),
      readFile: (path, encoding) => later('readFile', () => promises.readFile(path, encoding)),
      readlink: (path) => later('readlink', () => promises.readlink(path)),
      realpath: (path) => later('realpath', () => promises.realpath(path)),
      stat: (path, options) => later('stat', () => promises.stat(path, options)),
      symlink: (to, path, type) => later('symlink', () => promises.symlink(to, path, type)),
    },
  };
}
