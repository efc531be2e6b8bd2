import { expect, test } from 'vitest';
import { moduleSystems, toldBy, typeErrorsIn } from './support/compiled.ts';

test.each(moduleSystems)('the sessions entry point works, loaded as %s', async (folder) => {
  expect(typeErrorsIn(`${folder}/sessions.ts`)).toEqual([]);
  const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
  expect(await toldBy(`${folder}/sessions.ts`)).toEqual({
    live: [[7, true, 'unknown']],
    args: ['--resume', id],
    taken: id,
    refusal: true,
  });
});
