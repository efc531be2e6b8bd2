import { isArray } from '../../../src/core/json.ts';

/** The items of a list in JSON that others wrote; none if it is none. */
export function items(value: unknown): readonly unknown[] {
  return isArray(value) ? value : [];
}
