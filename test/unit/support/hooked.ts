import type { MigrateFs, WideStats } from 'claude-shared-state/migrate';
import { failWith } from './posix-error.ts';
import type { World } from './world.ts';
import { type DiskCall, wrappedDisk } from './wrapped-disk.ts';

export type Call = DiskCall['name'];

/** What happens around a call; what throws there is how the call fails. */
export interface Hooks {
  readonly before?: (call: Call, path: string, to?: string) => Promise<void> | void;
  readonly after?: (call: Call, path: string, to?: string) => Promise<void> | void;
}

export type IsMeant = (call: Call, path: string, to?: string) => boolean;

/** A file system with something that happens around its calls; each of them can be replaced singly. */
export function hooked({ fs }: World, { before, after }: Hooks = {}): MigrateFs {
  return wrappedDisk(fs.promises, async ({ name, path, to }, perform) => {
    await before?.(name, path, to);
    const result = await perform();
    try {
      await after?.(name, path, to);
    } catch (error) {
      // Nobody else could close what was opened.
      if (isClosable(result)) await result.close();
      throw error;
    }
    return result;
  });
}

/** A file system all of whose entries were changed at a time, in milliseconds, which may be none that a Date can hold. */
export function changedAt({ fs }: World, mtimeMs: bigint): MigrateFs {
  return wrappedDisk(fs.promises, async ({ name }, perform) => {
    const result = await perform();
    if (typeof result === 'object' && result !== null && /^l?stat$/.test(name)) {
      Reflect.set(result, 'mtimeMs', mtimeMs);
    }
    return result;
  });
}

function isClosable(value: unknown): value is { close(): Promise<void> } {
  return typeof value === 'object' && value !== null && 'close' in value;
}

/** Makes a hook that acts once, at the n-th call that is meant. */
export function once(isMeant: IsMeant, act: () => Promise<void> | void, count = 1) {
  let seen = 0;
  return async (call: Call, path: string, to?: string) => {
    if (!isMeant(call, path, to)) return;
    seen += 1;
    if (seen === count) await act();
  };
}

/** The process ends there: every call from now on fails. */
export function dying(isLast: IsMeant, count = 1): Hooks {
  let seen = 0;
  let isDead = false;
  return {
    // With the process its open files are closed: only this one would otherwise keep them.
    before: (call) => {
      if (isDead && !call.endsWith('.close')) failWith('EDEAD');
    },
    after: (call, path, to) => {
      if (isLast(call, path, to)) seen += 1;
      isDead = seen >= count;
      if (isDead) failWith('EDEAD');
    },
  };
}

/** The process ends right before a call. */
export function dyingBefore(isNext: IsMeant): Hooks {
  let isDead = false;
  return {
    before: (call, path, to) => {
      isDead ||= isNext(call, path, to);
      if (isDead) failWith('EDEAD');
    },
  };
}

/** Calls that fail with a code, as often as they are made. */
export function failing(code: string, isMeant: IsMeant): Hooks {
  return {
    before: (call, path, to) => {
      if (isMeant(call, path, to)) failWith(code);
    },
  };
}

/** The facts of a file that a file system may show otherwise than it is. */
type Shown = Partial<Record<'ino' | 'dev' | 'nlink', bigint>>;

/** A file system that shows some facts otherwise: of one that was made of several, say. */
export function showing(
  world: World,
  shown: (path: string, stats: WideStats) => Shown,
  hooks: Hooks = {},
): MigrateFs {
  const fs = hooked(world, hooks);
  const show = (path: string, stats: WideStats): WideStats => {
    const other = shown(path, stats);
    return new Proxy(stats, {
      get: (target, name): unknown =>
        Reflect.has(other, name) ? Reflect.get(other, name) : Reflect.get(target, name, target),
    });
  };
  return {
    ...fs,
    lstat: async (path, options) => show(path, await fs.lstat(path, options)),
    stat: async (path, options) => show(path, await fs.stat(path, options)),
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      return { ...handle, stat: async (options) => show(path, await handle.stat(options)) };
    },
  };
}
