import type { ArgumentCheck } from '../core/arguments.ts';
import { isObject } from '../core/json.ts';
import { type ProcessInspector, realProcesses, unknownProcesses } from '../fs/processes.ts';

/** The given probe, or what goes with the file system: of one that is given no process is known. */
export function inspectorFor(
  check: ArgumentCheck,
  fs: unknown,
  processInspector: ProcessInspector | undefined,
): ProcessInspector {
  const ofMachine = fs === undefined ? realProcesses : unknownProcesses;
  const probe = processInspector === undefined ? ofMachine : processInspector;
  if (!isProbe(probe)) {
    check.refuseOption('options.processInspector', probe, 'an object with a function status');
  }
  return probe;
}

function isProbe(value: unknown): boolean {
  return isObject(value) && typeof Reflect.get(value, 'status') === 'function';
}
