import { childOf } from '../../paths.ts';
import { appendGrowth } from '../merge/append-growth.ts';
import type { Displaced } from '../sweep/sweep-displaced.ts';
import type { Returning } from './returning.ts';

/** Brings what a transcript has that has just lost its name over, and remembers to do so again in the end. */
export async function rememberDisplaced(
  returning: Returning,
  displaced: Omit<Displaced, 'side'>,
): Promise<void> {
  returning.displaced.push(displaced);
  await addGrown(returning, displaced);
}

/** Brings what displaced transcripts have gained since over: somebody may have opened them before. */
export async function addAllGrown(returning: Returning): Promise<void> {
  for (const displaced of returning.displaced) await addGrown(returning, displaced);
}

async function addGrown(
  returning: Returning,
  { at, path, offset }: Omit<Displaced, 'side'>,
): Promise<void> {
  const { tools, root, isInHome } = returning;
  const growth = await appendGrowth(tools.fs, at, offset, childOf(root, path), true);
  returning.leftovers.delete(at);
  // Before it is in the home nobody writes there: what is torn was torn before.
  if (!isInHome) return;
  switch (growth.kind) {
    case 'vanished':
    case 'changed':
      returning.leave(at, 'changed');
      return;
    case 'nothing':
    case 'appended':
      if (growth.torn) returning.leave(at, 'torn-line');
      return;
    default:
      growth satisfies never;
  }
}
