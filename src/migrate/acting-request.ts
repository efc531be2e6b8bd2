import { setTimeout as pauseFor } from 'node:timers/promises';
import type { ArgumentCheck } from '../arguments.ts';
import { migratePort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf } from '../fs/port.ts';
import type { ProcessProbe } from '../fs/processes.ts';
import { callback, number, signal } from './check-options.ts';
import type { ActingOptions } from './options.ts';
import type { Tools } from './tools.ts';

/** What a call that changes something works with. */
export interface ActingRequest {
  readonly tools: Tools;
  readonly processes: ProcessProbe;
  readonly pid: number | undefined;
}

/** The options that only they take, and all of them. */
export const actingOptions = ['onProgress', 'signal', 'random', 'pid', 'pause'] as const;

/** Finds them sound. */
export function checkActing(
  check: ArgumentCheck,
  options: ActingOptions,
  now: number,
  isLive = false,
): { readonly tools: Tools; readonly pid: number | undefined } {
  check.fileSystem(options.fs, migratePort);
  const random = callback(check, 'random', options.random);
  const pause = callback(check, 'pause', options.pause);
  return {
    tools: {
      fs: promisesOf(options.fs ?? realMigrateDisk),
      random: random ?? Math.random,
      now,
      isLive,
      signal: signal(check, options.signal),
      onProgress: callback(check, 'onProgress', options.onProgress),
      pause: pause ?? ((milliseconds) => pauseFor(milliseconds)),
    },
    pid: number(check, 'pid', options.pid, 'the id of a process'),
  };
}
