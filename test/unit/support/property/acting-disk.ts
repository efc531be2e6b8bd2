import type { MigrateFs, MigrateHandle } from 'claude-shared-state/migrate';
import type { Act } from './script.ts';

/** A disk on which something else happens between the calls of a migration. */
export interface ActingDisk {
  readonly fs: MigrateFs;
  /** How many calls there were. */
  readonly calls: () => number;
  /** Does what has not been done yet. */
  rest(): Promise<void>;
}

/**
 * Does each act right before the call for which it is due. While it is done, nobody else makes a call: a program
 * does it without waiting in between. What an act returns is done a few calls later.
 */
export function actingDisk(
  fs: MigrateFs,
  acts: readonly Act[],
  isEdge: (call: string, path: string, to?: string) => boolean,
  perform: (act: Act) => Promise<(() => Promise<void>) | undefined>,
): ActingDisk {
  const byCalls = acts.filter(({ when }) => 'calls' in when);
  const byEdge = acts.filter(({ when }) => 'edge' in when);
  const now: { running: Promise<void> | undefined } = { running: undefined };
  let calls = 0;
  let waited = 0;
  let edges = 0;

  const later: { readonly at: number; readonly finish: () => Promise<void> }[] = [];

  const doAll = async (due: readonly Act[]) => {
    for (const next of later.splice(0)) {
      if (next.at <= calls) await next.finish();
      else later.push(next);
    }
    for (const one of due) {
      const finish = await perform(one);
      if (finish !== undefined) later.push({ at: calls + one.amount, finish });
    }
  };
  const act = async (due: readonly Act[]) => {
    if (due.length > 0 || later.length > 0) {
      now.running = doAll(due);
      try {
        await now.running;
      } finally {
        now.running = undefined;
      }
    }
  };
  const turn = async () => {
    while (now.running !== undefined) await now.running;
    calls += 1;
    waited += 1;
    const due: Act[] = [];
    for (let [next] = byCalls; next !== undefined; [next] = byCalls) {
      const after = 'calls' in next.when ? next.when.calls : 0;
      if (waited <= after) break;
      due.push(next);
      byCalls.shift();
      waited = 1;
    }
    await act(due);
  };
  const edge = async () => {
    while (now.running !== undefined) await now.running;
    const due: Act[] = [];
    for (let [next] = byEdge; next !== undefined; [next] = byEdge) {
      const skipped = 'edge' in next.when ? next.when.edge : 0;
      if (edges < skipped) break;
      due.push(next);
      byEdge.shift();
      edges = 0;
      if (skipped > 0) break;
    }
    edges += 1;
    await act(due);
  };

  const through = async <Result>(make: () => Promise<Result>): Promise<Result> => {
    await turn();
    return await make();
  };
  const atEdge = async (
    [call, path, to]: readonly [string, string, string?],
    make: () => Promise<void>,
  ): Promise<void> => {
    await turn();
    const is = isEdge(call, path, to);
    if (is) await edge();
    await make();
    if (is) await edge();
  };
  const handle = (open: MigrateHandle): MigrateHandle => ({
    stat: (options) => through(() => open.stat(options)),
    read: (buffer, offset, length, position) =>
      through(() => open.read(buffer, offset, length, position)),
    write: (buffer, offset, length, position) =>
      through(() => open.write(buffer, offset, length, position)),
    chmod: (mode) => through(() => open.chmod(mode)),
    utimes: (accessed, modified) => through(() => open.utimes(accessed, modified)),
    datasync: () => through(() => open.datasync()),
    sync: () => through(() => open.sync?.() ?? open.datasync()),
    close: () => through(() => open.close()),
  });

  return {
    calls: () => calls,
    rest: async () => {
      await act([...byCalls.splice(0), ...byEdge.splice(0)]);
      for (const { finish } of later.splice(0)) await finish();
    },
    fs: {
      access: (path, mode) => through(() => fs.access(path, mode)),
      lstat: (path, options) => through(() => fs.lstat(path, options)),
      stat: (path, options) => through(() => fs.stat(path, options)),
      readFile: (path, encoding) => through(() => fs.readFile(path, encoding)),
      readlink: (path) => through(() => fs.readlink(path)),
      realpath: (path) => through(() => fs.realpath(path)),
      opendir: (path, options) => through(() => fs.opendir(path, options)),
      open: async (path, flags, mode) => handle(await through(() => fs.open(path, flags, mode))),
      link: (from, to) => atEdge(['link', from, to], () => fs.link(from, to)),
      mkdir: (path, options) => through(() => fs.mkdir(path, options)),
      rename: (from, to) => atEdge(['rename', from, to], () => fs.rename(from, to)),
      rmdir: (path) => through(() => fs.rmdir(path)),
      symlink: (to, path, type) => atEdge(['symlink', path], () => fs.symlink(to, path, type)),
      unlink: (path) => atEdge(['unlink', path], () => fs.unlink(path)),
      utimes: (path, accessed, modified) => through(() => fs.utimes(path, accessed, modified)),
    },
  };
}
