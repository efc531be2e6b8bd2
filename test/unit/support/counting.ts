import type { World } from './world.ts';
import { watched } from './watched.ts';

/** A file system that counts its calls by name, the sync and the async ones together. */
export function counting({ fs }: World) {
  const calls = new Map<string, number>();
  const count = (name: string, perform: () => unknown) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return perform();
  };
  return { calls, fs: watched(fs, count) };
}
