import { expect, test } from 'vitest';
import { readJson } from '../../../src/sessions/json-file.ts';
import { at, inWorld, makeFile, worldKinds } from '../support/world.ts';

test.each(worldKinds)('a file is read up to its limit, and only as JSON (%s)', (kind) =>
  inWorld(kind, async (world) => {
    const read = async (content: string) =>
      await readJson(world.fs.promises, makeFile(world, at(world, 'file'), content), 20);

    expect(await read('\uFEFF{ "a": 1 }')).toEqual({ ok: true, value: { a: 1 } });
    expect(await read('{ "a": ')).toMatchObject({ ok: false, errno: 'EINVAL' });
    expect(await read(`"${'x'.repeat(20)}"`)).toMatchObject({ ok: false, errno: 'EFBIG' });
  }),
);
