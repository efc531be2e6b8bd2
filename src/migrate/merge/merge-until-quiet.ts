import type { Merge, Source } from './merge.ts';
import { mergePass, type PassOptions } from './merge-pass.ts';

const LEAST_PASSES = 2;
const MOST_PASSES = 8;

/**
 * Repeats passes until one changes nothing, like the pre-copy of a live virtual machine.
 *
 * @returns Whether it has become quiet; what is written all the time is swept up after the swap.
 */
export async function mergeUntilQuiet(
  merge: Merge,
  sources: readonly Source[],
  options: PassOptions,
): Promise<boolean> {
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const hasChanged = await mergePass(merge, sources, options);
    if (!hasChanged && pass >= LEAST_PASSES) return true;
  }
  return false;
}
