import type { ArgumentCheck } from '../arguments.ts';
import { isObject } from '../fs/port.ts';
import { type ProcessProbe, realProcesses, unknownProcesses } from '../fs/processes.ts';

/** The given probe, or what goes with the file system: of one that is given no process is known. */
export function probeFor(
  check: ArgumentCheck,
  fs: unknown,
  processes: ProcessProbe | undefined,
): ProcessProbe {
  const ofMachine = fs === undefined ? realProcesses : unknownProcesses;
  const probe = processes === undefined ? ofMachine : processes;
  if (!isProbe(probe)) {
    check.refuseOption('options.processes', probe, 'an object with a function look');
  }
  return probe;
}

function isProbe(value: unknown): boolean {
  return isObject(value) && typeof Reflect.get(value, 'look') === 'function';
}
