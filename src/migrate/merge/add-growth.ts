import { childOf } from '../../paths.ts';
import { appendGrowth } from './append-growth.ts';
import type { Merge, Source } from './merge.ts';

/** Brings what a file that has been set aside has beyond an offset into the target. */
export async function addGrowth(
  merge: Merge,
  path: string,
  from: string,
  offset: number,
  { isFresh }: Pick<Source, 'isFresh'>,
): Promise<boolean> {
  const to = childOf(merge.target, path);
  // What came late belongs there, even if what it came after has been edited since; later nobody could tell that.
  const growth = await appendGrowth(merge.tools.fs, from, offset, to, isFresh);
  switch (growth.kind) {
    case 'vanished':
      return true;
    case 'changed':
      merge.leave(from, 'changed');
      return false;
    case 'nothing':
    case 'appended':
      if (growth.torn) merge.leave(from, 'torn-line');
      return growth.kind === 'appended';
    default:
      return growth satisfies never;
  }
}
