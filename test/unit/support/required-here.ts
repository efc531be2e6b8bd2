import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { realProcesses } from '../../../src/fs/processes.ts';

/**
 * Skips a test that cannot run on this machine, and says so; in CI on Linux, where everything must run, it fails. On other
 * systems, and where Linux is made like one on purpose, the tests that are about Linux are run elsewhere.
 */
export function needs(context: TestContext, whyNot: string | undefined): void {
  if (whyNot === undefined) return;
  const { CI, AS_ON_MACOS } = process.env;
  const runsElsewhere = AS_ON_MACOS !== undefined || process.platform !== 'linux';
  if (CI !== undefined && !runsElsewhere) throw new Error(whyNot);
  console.warn(`NOT RUN: ${context.task.name}: ${whyNot}`);
  if (runsElsewhere) Object.assign(context.task.meta, { runsElsewhere });
  context.skip(whyNot);
}

/** Why nothing can be known of other processes here, or nothing if it can. */
export function whyNoProc(): string | undefined {
  const isThere = existsSync('/proc/self/stat') && existsSync('/proc/self/ns/pid');
  return isThere ? undefined : 'this system does not tell of its processes in /proc';
}

/** Why a process can't be told here from a later one with its id, or nothing if it can. */
export async function whyUnidentified(): Promise<string | undefined> {
  const isIdentified = (await realProcesses.self?.()) !== undefined;
  return isIdentified ? undefined : 'this system does not tell processes and boots apart';
}

/** Why two names that differ by case are one in the real directories of tests, or nothing if they are two. */
export function whyNamesAreOne(): string | undefined {
  return inDirectory((directory) => {
    mkdirSync(join(directory, 'name'));
    return existsSync(join(directory, 'NAME'))
      ? 'names that differ by case are one here'
      : undefined;
  });
}

/** Why a symlink can have no second name in the real directories of tests, or nothing if it can. */
export function whyNoLinkOfSymlink(): string | undefined {
  return inDirectory((directory) => {
    symlinkSync(directory, join(directory, 'link'));
    try {
      linkSync(join(directory, 'link'), join(directory, 'second'));
      return undefined;
    } catch {
      return 'a link follows symlinks here';
    }
  });
}

function inDirectory<Found>(look: (directory: string) => Found): Found {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-trial-'));
  try {
    return look(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Why a program can't do something here, or nothing if it can. */
export function whyNot(what: string, program: string, ...args: readonly string[]) {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `${what}: ${String(error)}`;
  }
}

/** Why no process can be started in a container here, or nothing if one can. */
export function whyNoContainer(): string | undefined {
  const args = ['--pid', '--fork', '--mount-proc', 'true'];
  return whyNot('no process namespace can be made here', 'unshare', ...args);
}
