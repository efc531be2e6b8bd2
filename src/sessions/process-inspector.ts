import type { ArgumentCheck } from '../core/arguments.ts';
import { type ProcessInspector, unknownProcesses } from '../fs/processes.ts';
import { defaultInspector, processInspectorKind } from './option-kinds.ts';

/** @deprecated Use `processInspectorKind` and `defaultInspector` of `option-kinds.ts`. */
export function inspectorFor(
  { faults }: ArgumentCheck,
  fs: unknown,
  processInspector: ProcessInspector | undefined,
): ProcessInspector {
  if (processInspector === undefined) return defaultInspector(fs);
  const read = processInspectorKind(processInspector, 'options.processInspector', faults);
  return read ?? unknownProcesses;
}
