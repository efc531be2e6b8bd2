import { execFileSync } from 'node:child_process';
import { whyNot } from './required-here.ts';

let whyNone: string | undefined | null = null;

/** Why this process cannot mount a file system, or nothing if it can; tried once, on any folder. */
export function whyNoMount(folder: string): string | undefined {
  if (whyNone === null) {
    whyNone = whyNot('a file system cannot be mounted here', 'mount', ...tmpfs(), folder);
    if (whyNone === undefined) unmount(folder);
  }
  return whyNone;
}

/** What to mount for a small file system of its own: `mounted(tmpfs(), folder, use)`. */
export function tmpfs(size = '1m'): readonly string[] {
  return ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'none'];
}

const MOST_TRIES = 40;
const BETWEEN_TRIES = 50;

/** A file that was closed a moment ago may still keep its file system busy; one that is left open does so for ever. */
function unmount(folder: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      execFileSync('umount', [folder], { stdio: 'pipe' });
      return;
    } catch (error) {
      if (tries === MOST_TRIES || !String(error).includes('busy')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BETWEEN_TRIES);
    }
  }
}

/** Mounts something on a folder while it is in use: `mounted(['--bind', directory], folder, use)`. */
export async function mounted(
  args: readonly string[],
  folder: string,
  use: () => Promise<void>,
): Promise<void> {
  execFileSync('mount', [...args, folder]);
  try {
    await use();
  } finally {
    unmount(folder);
  }
}
