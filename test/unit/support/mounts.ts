import { execFileSync } from 'node:child_process';

/** Why this process cannot mount a file system, or nothing if it can. */
export function whyNoMount(folder: string): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `a file system cannot be mounted here: ${String(error)}`;
  }
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

/** Mounts a small file system on a folder, lets it be filled, and makes it read-only while in use. */
export async function onReadOnlyMount(
  folder: string,
  fill: () => void,
  use: () => Promise<void>,
): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', folder]);
  try {
    fill();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await use();
  } finally {
    unmount(folder);
  }
}

/** Mounts a directory at a second place while it is in use. */
export async function bindMounted(
  directory: string,
  second: string,
  use: () => Promise<void>,
): Promise<void> {
  execFileSync('mount', ['--bind', directory, second]);
  try {
    await use();
  } finally {
    unmount(second);
  }
}

/** Mounts something on a folder while it is in use: `mounted(['-t', 'tmpfs', 'none'], folder, use)`. */
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
