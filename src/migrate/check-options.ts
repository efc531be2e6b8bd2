import { type ArgumentCheck, isArray } from '../arguments.ts';
import { checkRequired } from '../links/request.ts';
import type { SharedSymlink } from '../links/required.ts';
import { isObject } from '../fs/port.ts';
import { isOwnEntry } from './record/layout.ts';

/*
 * What an option must be, one function a kind. Each refuses what it is not, and hands on what it is, or something
 * harmless in its place: nothing is done with it, because refusing ends the call.
 */

/** The entries of a required list, none of them called like what a run keeps beside the trees. */
export function migratedList(check: ArgumentCheck, required: unknown): readonly SharedSymlink[] {
  const list = checkRequired(check, required);
  for (const { name } of list) {
    if (isOwnEntry(name.toLowerCase())) check.refuse('reserved-name', 'options.required', name);
  }
  return list;
}

export function flag(check: ArgumentCheck, name: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  check.refuseOption(`options.${name}`, value, 'true or false');
  return false;
}

export function liveChoice(
  check: ArgumentCheck,
  value: 'refuse' | 'merge' | undefined,
): 'refuse' | 'merge' {
  const { live = 'refuse' } = { live: value };
  const known: readonly string[] = ['refuse', 'merge'];
  if (known.includes(live)) return live;
  check.refuseOption('options.live', value, "'refuse' or 'merge'");
  return 'refuse';
}

export function texts(check: ArgumentCheck, name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (isArray(value) && value.every((text) => typeof text === 'string')) return value;
  check.refuseOption(`options.${name}`, value, 'an array of paths');
  return [];
}

export function number(
  check: ArgumentCheck,
  name: string,
  value: number | undefined,
  expected: string,
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  check.refuseOption(`options.${name}`, value, expected);
  return undefined;
}

export function callback<Callback>(
  check: ArgumentCheck,
  name: string,
  value: Callback | undefined,
): Callback | undefined {
  if (value !== undefined && typeof value !== 'function') {
    check.refuseOption(`options.${name}`, value, 'a function');
  }
  return value;
}

export function signal(
  check: ArgumentCheck,
  value: AbortSignal | undefined,
): AbortSignal | undefined {
  const isSignal = isObject(value) && typeof Reflect.get(value, 'aborted') === 'boolean';
  if (value !== undefined && !isSignal) {
    check.refuseOption('options.signal', value, 'an AbortSignal');
  }
  return value;
}
