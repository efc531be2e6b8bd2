import type { MigrateFs, MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import type { DirectoryEntry } from '../../../src/fs/session-fs.ts';
import { posixError } from './posix-error.ts';

/** What failing calls say. */
export const faultErrnos = [
  'EACCES',
  'EBUSY',
  'EEXIST',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'ESTALE',
  'EXDEV',
] as const;

/** What goes wrong, and when. */
export interface Fault {
  /** The number of the call at which it happens, from 1. */
  readonly call: number;
  /**
   * An errno; `death`: the process ends there, so no later call does anything; `short`: a read or write that does
   * half of what it was asked.
   */
  readonly kind: (typeof faultErrnos)[number] | 'death' | 'short';
  /** Whether the call takes effect before it fails. */
  readonly moment: 'before' | 'after';
  /** Whether later calls fail, too: all of them, or only those that change something. */
  readonly lasting: false | 'all' | 'writes';
}

/** What a dead process gets to see; no code under test may be judged by what it does with it. */
class Died extends Error {
  readonly code = 'EDEAD';
}

/** What the code under test is told to have done when it makes calls without end. */
export class Endless extends Error {}

/** A file system in which one fault happens. */
export interface Faulty {
  readonly fs: MigrateFs;
  /** How many calls have come to grief. */
  readonly fired: () => number;
  /** All calls so far, those on open files and each step through a directory included. */
  readonly calls: () => number;
  /** The name of each call so far. */
  readonly log: readonly string[];
  /** Open files and directories: opened minus closed. */
  readonly openHandles: () => number;
  readonly hasDied: () => boolean;
  /** Rejects when the code under test calls without end; never resolves. */
  readonly endless: Promise<never>;
}

const changing = new Set([
  'link',
  'mkdir',
  'rename',
  'rmdir',
  'symlink',
  'unlink',
  'utimes',
  'open to write',
  'handle.write',
  'handle.chmod',
  'handle.utimes',
  'handle.sync',
  'handle.datasync',
]);

/** Whether a call of this name changes anything, so that failing before and after it differ. */
export const isChanging = (name: string): boolean => changing.has(name);

const WRITING = 3;
const MOST_CALLS = 50_000;
const MOST_AFTER_DEATH = 5_000;

/** Counts the calls on a file system, and makes one fault happen in it. Without a fault it only counts. */
export function faulty(fs: MigrateFs, fault?: Fault): Faulty {
  const log: string[] = [];
  let fired = 0;
  let open = 0;
  let deadCalls = 0;
  let isDead = false;
  let giveUp: ((error: Error) => void) | undefined;
  const endless = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  endless.catch(() => {});

  const isDue = (name: string): boolean => {
    if (fault === undefined || log.length < fault.call) return false;
    if (fault.kind === 'short' && name !== 'handle.read' && name !== 'handle.write') return false;
    if (log.length === fault.call) return true;
    return fault.lasting === 'all' || (fault.lasting === 'writes' && isChanging(name));
  };

  const errorOf = (name: string, kind: Fault['kind']): Error => {
    fired += 1;
    if (kind !== 'death') return posixError(kind, name);
    isDead = true;
    return died();
  };

  /** Counts a call; true where it is the one to go wrong. A call in a dead or endless run gets no further. */
  const enter = (name: string): boolean | Promise<never> => {
    if (isDead) {
      deadCalls += 1;
      if (deadCalls < MOST_AFTER_DEATH) throw died();
      giveUp?.(died());
      return new Promise<never>(() => {});
    }
    log.push(name);
    if (log.length < MOST_CALLS) return isDue(name);
    giveUp?.(new Endless(`${MOST_CALLS} calls, and no end: ${log.slice(-12).join(', ')}`));
    return new Promise<never>(() => {});
  };

  const step = async <Result>(
    name: string,
    act: () => Promise<Result>,
    undo?: (result: Result) => Promise<void>,
  ): Promise<Result> => {
    const entered = enter(name);
    const due = typeof entered === 'boolean' ? entered : await entered;
    if (!due || fault === undefined) return await act();
    if (fault.moment === 'before') throw errorOf(name, fault.kind);
    let result: Result;
    try {
      result = await act();
    } catch {
      // A call that fails on its own account has had no effect; what it says is lost, too.
      throw errorOf(name, fault.kind);
    }
    if (undo !== undefined) await undo(result);
    throw errorOf(name, fault.kind);
  };

  const opened = <Thing>(thing: Thing): Thing => {
    open += 1;
    return thing;
  };

  /** A close that fails has closed nevertheless. */
  const close = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const entered = enter(name);
    const due = typeof entered === 'boolean' ? entered : await entered;
    open -= 1;
    await act();
    if (due && fault !== undefined) throw errorOf(name, fault.kind);
  };

  /** How much of a read or write is asked for. */
  const share = (name: string, length: number): number => {
    if (fault?.kind !== 'short' || length < 2) return length;
    // Entered already: the call is the last of the log.
    if (!isDue(name)) return length;
    fired += 1;
    return Math.ceil(length / 2);
  };
  const transfer = async <Result>(
    name: string,
    length: number,
    act: (length: number) => Promise<Result>,
  ): Promise<Result> => {
    if (fault?.kind !== 'short') return await step(name, () => act(length));
    const entered = enter(name);
    if (typeof entered !== 'boolean') await entered;
    return await act(share(name, length));
  };

  const handleOf = (handle: MigrateHandle): MigrateHandle => ({
    stat: (options) => step('handle.stat', () => handle.stat(options)),
    read: (buffer, offset, length, position) =>
      transfer('handle.read', length, (some) => handle.read(buffer, offset, some, position)),
    write: (buffer, offset, length, position) =>
      transfer('handle.write', length, (some) => handle.write(buffer, offset, some, position)),
    chmod: (mode) => step('handle.chmod', () => handle.chmod(mode)),
    utimes: (accessed, modified) => step('handle.utimes', () => handle.utimes(accessed, modified)),
    datasync: () => step('handle.datasync', () => handle.datasync()),
    sync: () => step('handle.sync', async () => await handle.sync?.()),
    close: () => close('handle.close', () => handle.close()),
  });

  const listingOf = (listing: AsyncIterable<DirectoryEntry>): AsyncIterable<DirectoryEntry> => ({
    [Symbol.asyncIterator]() {
      const iterator = listing[Symbol.asyncIterator]();
      let isOver = false;
      // As a real directory does: closed when its end is reached, and when a step of it has failed.
      const end = async () => {
        if (isOver) return;
        isOver = true;
        open -= 1;
        await iterator.return?.();
      };
      return {
        async next() {
          try {
            const result = await step('directory.next', () => iterator.next());
            if (result.done === true) await end();
            return result;
          } catch (error) {
            await end();
            throw error;
          }
        },
        async return() {
          if (!isOver) {
            isOver = true;
            await close('directory.close', async () => await iterator.return?.());
          }
          return { done: true, value: undefined };
        },
      };
    },
  });

  return {
    fs: {
      access: (path, mode) => step('access', () => fs.access(path, mode)),
      lstat: (path, options) => step('lstat', () => fs.lstat(path, options)),
      stat: (path, options) => step('stat', () => fs.stat(path, options)),
      readFile: (path, encoding) => step('readFile', () => fs.readFile(path, encoding)),
      readlink: (path) => step('readlink', () => fs.readlink(path)),
      realpath: (path) => step('realpath', () => fs.realpath(path)),
      link: (existing, path) => step('link', () => fs.link(existing, path)),
      mkdir: (path, options) => step('mkdir', () => fs.mkdir(path, options)),
      rename: (from, to) => step('rename', () => fs.rename(from, to)),
      rmdir: (path) => step('rmdir', () => fs.rmdir(path)),
      symlink: (target, path, type) => step('symlink', () => fs.symlink(target, path, type)),
      unlink: (path) => step('unlink', () => fs.unlink(path)),
      utimes: (path, accessed, modified) =>
        step('utimes', () => fs.utimes(path, accessed, modified)),
      open: async (path, flags, mode) => {
        const name = (flags & WRITING) === 0 ? 'open to read' : 'open to write';
        const act = () => fs.open(path, flags, mode);
        return opened(handleOf(await step(name, act, (handle) => handle.close())));
      },
      opendir: async (path, options) => {
        const listing = await step(
          'opendir',
          () => fs.opendir(path, options),
          async (listing) => void (await listing[Symbol.asyncIterator]().return?.()),
        );
        return opened(listingOf(listing));
      },
    },
    fired: () => fired,
    calls: () => log.length,
    log,
    openHandles: () => open,
    hasDied: () => isDead,
    endless,
  };
}

function died(): Died {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Died('the process is dead');
  Error.stackTraceLimit = limit;
  return error;
}
