import { expect, test } from 'vitest';
import { moduleSystems, toldBy, typeErrorsIn } from './support/compiled.ts';

test.each(moduleSystems)('the migrate entry point works, loaded as %s', async (folder) => {
  expect(typeErrorsIn(`${folder}/migrate.ts`)).toEqual([]);
  expect(await toldBy(`${folder}/migrate.ts`)).toEqual({
    plans: [true, true, true],
    outcomes: ['done', 'done', 'done', 'done', 'done'],
    isLinked: true,
    phases: ['plan', 'absorb', 'cut-over', 'catch-up', 'restore', 'delete', 'archive'],
    read: [16, 16],
    isGone: true,
    refusal: true,
  });
});
