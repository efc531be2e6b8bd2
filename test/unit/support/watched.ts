import type { LinkFs, LinkFsSync } from 'claude-shared-state';
import type { World } from './world.ts';
import { wrappedPort } from './wrapped-port.ts';

/**
 * Is told of each call before it is performed, by the name of its async form, and may give back what
 * is to happen after it. What throws here fails the call: before or after its effect.
 */
export type Watcher = (name: string) => (() => void) | undefined;

/** The calls of a file system, sync and async, each through a watcher. */
export function watched(
  fs: LinkFsSync & { readonly promises: LinkFs },
  watcher: Watcher,
): LinkFsSync & { readonly promises: LinkFs } {
  const sync = wrappedPort(fs, (name, perform) => {
    const after = watcher(name.replace(/Sync$/, ''));
    try {
      return perform();
    } finally {
      after?.();
    }
  });
  const promises = wrappedPort(fs.promises, async (name, perform) => {
    const after = watcher(name);
    try {
      return await perform();
    } finally {
      after?.();
    }
  });
  return new Proxy(sync, {
    get: (target, name): unknown => (name === 'promises' ? promises : Reflect.get(target, name)),
  });
}

/** A file system that counts its calls by name, the sync and the async ones together. */
export function counting({ fs }: World) {
  const calls = new Map<string, number>();
  const counted = watched(fs, (name) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return undefined;
  });
  return { calls, fs: counted };
}
