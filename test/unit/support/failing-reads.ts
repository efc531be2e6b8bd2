import type { DirectoryEntry, ReadHandle, SessionReadFs } from 'claude-shared-state/sessions';

/** A file system that can only be read, in which calls from a certain one on fail. */
export interface FailingReads {
  readonly fs: SessionReadFs;
  /** How many calls were made, those on handles included. */
  readonly calls: () => number;
  /** How many files are open. */
  readonly open: () => number;
}

export interface ReadFault {
  /** The number of the call at which it begins, from 1. */
  readonly call: number;
  readonly errno: string;
  readonly lasting: boolean;
}

export function failingReads(real: SessionReadFs, fault: ReadFault): FailingReads {
  let calls = 0;
  let open = 0;
  const through = async <Result>(perform: () => Promise<Result>): Promise<Result> => {
    calls += 1;
    if (calls === fault.call || (fault.lasting && calls > fault.call)) {
      throw Object.assign(new Error(`${fault.errno}: injected`), { code: fault.errno });
    }
    return await perform();
  };
  const handleOf = (handle: ReadHandle): ReadHandle => ({
    stat: (options) => through(() => handle.stat(options)),
    read: (...args) => through(() => handle.read(...args)),
    close: async () => {
      // It is closed, whatever is told about it.
      open -= 1;
      await handle.close();
      await through(() => Promise.resolve());
    },
  });
  async function* listed(entries: AsyncIterable<DirectoryEntry>) {
    for await (const entry of entries) {
      await through(() => Promise.resolve());
      yield entry;
    }
  }
  const fs: SessionReadFs = {
    access: (path, mode) => through(() => real.access(path, mode)),
    lstat: (path, options) => through(() => real.lstat(path, options)),
    readFile: (path, encoding) => through(() => real.readFile(path, encoding)),
    readlink: (path) => through(() => real.readlink(path)),
    realpath: (path) => through(() => real.realpath(path)),
    stat: (path, options) => through(() => real.stat(path, options)),
    open: (path, flags) =>
      through(async () => {
        const handle = await real.open(path, flags);
        open += 1;
        return handleOf(handle);
      }),
    opendir: (path, options) => through(async () => listed(await real.opendir(path, options))),
  };
  return { fs, calls: () => calls, open: () => open };
}
