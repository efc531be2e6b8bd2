import { appendGrowth } from '../merge/append-growth.ts';
import type { Returning } from './returning.ts';

/** What one file gains from another: from where on, and whether its lines are wanted even where the rest differs. */
interface Gain {
  readonly from: string;
  readonly offset: number;
  readonly to: string;
  readonly isAnywhere?: boolean;
}

/**
 * Appends what a file of the target has beyond an offset to one of the home, and says what could not be.
 *
 * @returns `isWhole`: that of the home has all of it now; `isDue`: another pass is due, because it has changed, or one
 * of them has just vanished.
 */
export async function gain(
  returning: Returning,
  { from, offset, to, isAnywhere = false }: Gain,
): Promise<{ readonly isWhole: boolean; readonly isDue: boolean }> {
  const growth = await appendGrowth(returning.tools.fs, from, offset, to, isAnywhere);
  switch (growth.kind) {
    case 'vanished':
      return { isWhole: false, isDue: true };
    case 'changed':
      returning.leave(from, 'changed');
      return { isWhole: false, isDue: false };
    case 'nothing':
    case 'appended':
      if (growth.torn) returning.leave(from, 'torn-line');
      return { isWhole: !growth.torn, isDue: growth.kind === 'appended' };
    default:
      return growth satisfies never;
  }
}
