import { constants } from 'node:fs';
import { OPEN } from '../../../src/fs/io.ts';
import type { MigrateFs, MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import { posixError } from './posix-error.ts';
import { type DiskCall, type Through, wrappedDisk } from './wrapped-disk.ts';

/** The codes with which calls fail. */
export const faultErrnos = [
  'EACCES',
  'EBUSY',
  'EEXIST',
  'EINTR',
  'EIO',
  'EMFILE',
  'EMLINK',
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
   * An errno; `death`: the process ends there, so no later call does anything; `torn`: it ends in the middle of a
   * copy or write, half of which is done; `short`: a read or write does half of what it was asked.
   */
  readonly kind: (typeof faultErrnos)[number] | 'ELOOP' | 'death' | 'torn' | 'short';
  /** Whether the call takes effect before it fails. */
  readonly moment: 'before' | 'after';
  /** Whether later calls fail, too: all of them, those that change something, or those that need space. */
  readonly lasting: false | 'all' | 'writes' | 'space';
}

/** The error that a dead process gets; no code under test may be judged by what it does with it. */
class Died extends Error {
  readonly code = 'EDEAD';
}

/** The code under test makes calls without end. */
export class Endless extends Error {}

/** A file system in which one fault happens. */
export interface Faulty {
  readonly fs: MigrateFs;
  /** How many calls have failed by the fault. */
  readonly fired: () => number;
  /** The name of each call so far, those on open files and each step through a directory included. */
  readonly log: readonly string[];
  /** Open files and directories: opened minus closed. */
  readonly openHandles: () => number;
  readonly hasDied: () => boolean;
  /** Rejects when the code under test calls without end; never resolves. */
  readonly endless: Promise<never>;
}

const spacious = new Set([
  'copyFile',
  'link',
  'mkdir',
  'symlink',
  'open to create',
  'handle.write',
]);
const changing = new Set([
  ...spacious,
  'rename',
  'rmdir',
  'unlink',
  'utimes',
  'open to write',
  'handle.chmod',
  'handle.utimes',
  'handle.sync',
  'handle.datasync',
]);

/** Whether a call of this name changes anything, so that failing before and after it differ. */
export const isChanging = (name: string): boolean => changing.has(name);
/** Whether a call of this name fails on a full disk. */
export const needsSpace = (name: string): boolean => spacious.has(name);
/** Whether a call of this name may do half of what it was asked. */
export const isDivisible = (name: string): boolean =>
  name === 'handle.read' || name === 'handle.write';
/** Whether a process can die in the middle of a call of this name. */
export const canTear = (name: string): boolean => name === 'copyFile' || name === 'handle.write';

const WRITING = constants.O_WRONLY | constants.O_RDWR;
const MAX_CALLS = 50_000;
const MAX_CALLS_AFTER_DEATH = 5_000;

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
    if (fault.kind === 'short' && !isDivisible(name)) return false;
    if (log.length === fault.call) return true;
    const { lasting } = fault;
    return (
      lasting === 'all' ||
      (lasting === 'writes' && isChanging(name)) ||
      (lasting === 'space' && needsSpace(name))
    );
  };

  /** Counts a call. A call in a dead or endless run gets no further. */
  const enter = async (name: string): Promise<void> => {
    if (isDead) {
      deadCalls += 1;
      if (deadCalls < MAX_CALLS_AFTER_DEATH) throw died();
      giveUp?.(died());
      await new Promise(() => {});
    }
    log.push(name);
    if (log.length < MAX_CALLS) return;
    giveUp?.(new Endless(`${MAX_CALLS} calls, and no end: ${log.slice(-12).join(', ')}`));
    await new Promise(() => {});
  };

  /** Makes a call that takes effect, unless it fails by itself. */
  const make = async <Value>(call: DiskCall, perform: () => Promise<Value>): Promise<Value> => {
    try {
      const value = await perform();
      if (call.name === 'open' || call.name === 'opendir') open += 1;
      if (call.name === 'directory.next' && isDone(value)) open -= 1;
      return value;
    } catch (error) {
      if (call.name === 'directory.next') open -= 1;
      throw error;
    } finally {
      if (isClosing(call)) open -= 1;
    }
  };

  const fail = async <Value>(
    { kind, moment }: Fault,
    call: DiskCall,
    perform: (length?: number) => Promise<Value>,
  ): Promise<never> => {
    fired += 1;
    if (kind === 'torn') await tear(fs, call, perform);
    // A close that fails has closed nevertheless; what fails by itself has had no effect.
    else if (moment === 'after' || isClosing(call)) await perform().then(discard, () => {});
    if (isClosing(call) || call.name === 'directory.next') open -= 1;
    isDead = kind === 'death' || kind === 'torn';
    throw isDead ? died() : posixError(kind, call.name, call.path, call.to);
  };

  const through: Through = async (call, perform) => {
    const name = nameOf(call);
    await enter(name);
    if (fault === undefined || !isDue(name)) return await make(call, perform);
    if (fault.kind !== 'short') return await fail(fault, call, perform);
    const { length = 0 } = call;
    if (length > 1) fired += 1;
    return await make(call, () => perform(Math.ceil(length / 2)));
  };

  return {
    fs: wrappedDisk(fs, through),
    fired: () => fired,
    log,
    openHandles: () => open,
    hasDied: () => isDead,
    endless,
  };
}

function nameOf({ name, flags = 0 }: DiskCall): string {
  if (name !== 'open') return name;
  if ((flags & constants.O_CREAT) !== 0) return 'open to create';
  return (flags & WRITING) === 0 ? 'open to read' : 'open to write';
}

const isClosing = ({ name }: DiskCall): boolean =>
  name === 'handle.close' || name === 'directory.close';

const isDone = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'done' in value && value.done === true;

const isHandle = (value: object): value is MigrateHandle => 'close' in value;
const isListing = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;

/** Closes what a call has opened that then says that it failed. */
async function discard(value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null) return;
  if (isHandle(value)) await value.close();
  if (isListing(value)) await value[Symbol.asyncIterator]().return?.();
}

/** Does half of a copy or write. */
async function tear(
  fs: MigrateFs,
  { name, path, to = '', length = 0 }: DiskCall,
  perform: (length?: number) => Promise<unknown>,
): Promise<void> {
  if (name === 'handle.write') {
    await perform(Math.floor(length / 2)).catch(() => {});
    return;
  }
  const isCopied = await perform().then(
    () => true,
    () => false,
  );
  if (!isCopied) return;
  const bytes = Buffer.from(String(await fs.readFile(path, 'utf8')));
  await fs.unlink(to);
  const half = await fs.open(to, OPEN.create, 0o600);
  await half.write(bytes, 0, Math.floor(bytes.length / 2), null);
  await half.close();
}

function died(): Died {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Died('the process is dead');
  Error.stackTraceLimit = limit;
  return error;
}
