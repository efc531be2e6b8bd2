import { describe, expect, test } from 'vitest';
import { moduleSystems, onlyImports, toldAfter } from './support/compiled.ts';

describe.each(moduleSystems)('the package, loaded as %s', (folder) => {
  const watch = `${folder}/watch-disk.ts`;

  test.each(onlyImports)('asks nothing of the disk when it is imported (%s)', async (source) => {
    expect(await toldAfter(watch, `${folder}/${source}.ts`)).toEqual([]);
  });

  test('is seen to ask the disk when it is called', async () => {
    const seen = await toldAfter(watch, `${folder}/inspect-the-real-disk.ts`);

    expect(seen).toEqual(expect.arrayContaining(['statSync', 'promises.stat']));
  });

  test('is seen to ask the disk when it lists restore points', async () => {
    const seen = await toldAfter(watch, `${folder}/list-restore-points-on-the-real-disk.ts`);

    expect(seen).toContain('readdirSync');
  });

  test('is seen to ask the disk when it is asked for sessions', async () => {
    const seen = await toldAfter(watch, `${folder}/find-sessions-on-the-real-disk.ts`);

    expect(seen).toContain('readdirSync');
  });
});
