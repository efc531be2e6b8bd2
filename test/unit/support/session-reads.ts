import type { SessionReadFs } from 'claude-shared-state/sessions';

/** The calls of a file system as members of its own, to be replaced singly; memfs inherits them. */
export function sessionReads(fs: SessionReadFs): SessionReadFs {
  return {
    access: (path, mode) => fs.access(path, mode),
    lstat: (path, options) => fs.lstat(path, options),
    open: (path, flags) => fs.open(path, flags),
    opendir: (path, options) => fs.opendir(path, options),
    readFile: (path, encoding) => fs.readFile(path, encoding),
    readlink: (path) => fs.readlink(path),
    realpath: (path) => fs.realpath(path),
    stat: (path, options) => fs.stat(path, options),
  };
}
