import { describe, expect, test } from 'vitest';
import { moduleSystems, toldAfter } from './support/compiled.ts';

describe.each(moduleSystems)('the package, loaded as %s', (folder) => {
  const watch = `${folder}/watch-disk.ts`;

  test('asks nothing of the disk when it is imported', async () => {
    expect(await toldAfter(watch, `${folder}/only-import.ts`)).toEqual([]);
  });

  test('is seen to ask the disk when it is called', async () => {
    const seen = await toldAfter(watch, `${folder}/inspect-the-real-disk.ts`);

    expect(seen).toEqual(expect.arrayContaining(['statSync', 'promises.stat']));
  });
});
