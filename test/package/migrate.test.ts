import { expect, test } from 'vitest';
import { moduleSystems, toldBy, typeErrorsIn } from './support/compiled.ts';

test.each(moduleSystems)('the migrate entry point works, loaded as %s', async (folder) => {
  expect(typeErrorsIn(`${folder}/migrate.ts`)).toEqual([]);
  expect(await toldBy(`${folder}/migrate.ts`)).toEqual({
    outcomes: [true, 'done', true, 'done', 'done'],
    phases: ['plan', 'couple', 'swap', 'sweep', 'verify'],
    read: [16, 16],
    isGone: true,
    refusal: true,
  });
});
