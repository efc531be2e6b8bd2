import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { scripts } from '../unit/support/property/script.ts';
import { tell, type Told } from '../unit/support/property/story.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test(
  'whatever is done while homes are migrated and given back: all that is promised holds',
  { timeout: 3_600_000 },
  async () => {
    const told: Told[] = [];
    const runs = rounds(5_000, 300);
    const path = process.env['SEED_PATH'];
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const story = await tell(script);
        told.push(story);
        expect(story.flaws).toEqual([]);
      }),
      // A story that fails is shortened, and `path` of the report repeats it.
      { numRuns: runs, seed, ...(path === undefined ? {} : { path }) },
    );
    printFigures('property', figuresOf(told));
  },
);

function figuresOf(told: readonly Told[]): Readonly<Record<string, number>> {
  const figures: Record<string, number> = { stories: told.length, acts: 0, calls: 0 };
  const add = (name: string, count: number) => {
    figures[name] = (figures[name] ?? 0) + count;
  };
  for (const { outcomes, acts, calls } of told) {
    add('acts', acts);
    add('calls', calls);
    for (const outcome of outcomes) add(outcome.trim(), 1);
  }
  return figures;
}
