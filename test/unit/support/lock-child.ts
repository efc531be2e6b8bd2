import { spawnSync } from 'node:child_process';
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { realMigrateDisk } from '../../../src/fs/migrate-fs.ts';
import { realProcesses } from '../../../src/fs/processes.ts';
import { acquireLocks } from '../../../src/lock/lock.ts';
import { identifyOwner } from '../../../src/lock/owner.ts';
import { watchedLockFs } from './lock-stage.ts';

// Takes the lock of a directory again and again, until it is killed. Each message names a step; there it says
// so, and waits for its end. The directory `-` only asks who this process is.
const [, , directory = '.'] = process.argv;
const lock = join(directory, 'lock');
const inside = join(directory, 'inside');
const say = (message: string) => process.send?.(message);
const here = String(process.pid);

let aim: string | undefined;
let phase: 'take' | 'release' = 'take';
let breakFiles: string[] = [];

/** Where the parent wants to kill this process, if this is the place. */
async function step(name: string): Promise<void> {
  if (name !== aim) return;
  say(`at ${name}`);
  await new Promise(() => undefined);
}

/** `lock`, or `break 1` for its break file, `break 2` for the break file of that one, and so on. */
function nameOf(path: string): string {
  if (path === lock) return 'lock';
  if (!breakFiles.includes(path)) breakFiles.push(path);
  return `break ${breakFiles.indexOf(path) + 1}`;
}

const fs = watchedLockFs(realMigrateDisk, async (call, path) => {
  const name = `${call} ${nameOf(path)}`;
  await step(`${phase}: before ${name}`);
  return async (succeeded) => {
    if (succeeded) await step(`${phase}: after ${name}`);
  };
});

const errnoOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : '');

function attempt<Value>(perform: () => Value, ...expected: readonly string[]) {
  try {
    return { value: perform() };
  } catch (error) {
    if (!expected.includes(String(errnoOf(error)))) throw error;
    return { failed: true };
  }
}

/** By `ps`, which says the same with and without `/proc`. */
function hasEnded(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout === '' || /^Z(?!.*l)/.test(stdout);
}

/** Is alone in here, or tells who is there as well. */
async function section(): Promise<void> {
  while ('failed' in attempt(() => symlinkSync(here, inside), 'EEXIST')) {
    const { value: other } = attempt(() => readlinkSync(inside), 'ENOENT');
    if (other === undefined || !hasEnded(other)) say(`violation: ${other} is here, too`);
    attempt(() => unlinkSync(inside), 'ENOENT');
  }
  await step('inside');
  await sleep(Math.random() * 3);
  if (attempt(() => readlinkSync(inside), 'ENOENT').value !== here) say('violation: overtaken');
  attempt(() => unlinkSync(inside), 'ENOENT');
  say('section');
}

async function lockOnce(): Promise<void> {
  phase = 'take';
  breakFiles = [];
  const owner = await identifyOwner(realProcesses, { pid: undefined, random: Math.random });
  const taken = await acquireLocks(fs, [lock], owner, realProcesses);
  if (!taken.ok) {
    if (taken.reason === 'io-error') say(`failed: ${JSON.stringify(taken)}`);
    // Without a token others were faster as often as it tried: one after the other had it and died.
    else if (taken.holder.status !== 'running' && taken.holder.token !== undefined) {
      say(`odd: ${JSON.stringify(taken)}`);
    }
    return;
  }
  await section();
  if (!(await taken.locks.stillHeld())) say('violation: lost');
  phase = 'release';
  const left = await taken.locks.release();
  if (left.length > 0) say(`failed: ${JSON.stringify(left)}`);
}

// The parent has ended.
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  aim = String(message);
});
if (directory === '-') {
  console.log(JSON.stringify((await realProcesses.self?.()) ?? 'unknown'));
} else {
  for (;;) {
    await lockOnce();
    await sleep(Math.random() * 6);
  }
}
