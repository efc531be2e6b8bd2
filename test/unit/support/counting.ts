import { watched } from './watched.ts';
import type { World } from './world.ts';

/** A file system that counts its calls by name, the sync and the async ones together. */
export function counting({ fs }: World) {
  const calls = new Map<string, number>();
  const counted = watched(fs, (name) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return undefined;
  });
  return { calls, fs: counted };
}
