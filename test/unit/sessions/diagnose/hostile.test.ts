import { truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hooked } from '../../support/hooked.ts';
import { inWorld, makeFile } from '../../support/world.ts';
import { message, setSession, transcriptIn } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

// Only a real disk has sparse files and devices.

test('diagnoseResume does not read a transcript of 9 GiB', async () => {
  await inWorld('disk', async (world) => {
    const stage = setSession(world);
    truncateSync(stage.transcript, 9 * 2 ** 30);
    const { problems } = await diagnose(world, stage);
    expect(problems).toMatchObject([{ code: 'transcript-inaccessible', errno: 'EFBIG' }]);
  });
});

test('diagnoseResume does not read a device that replaces the transcript', async () => {
  await inWorld('disk', async (world) => {
    const stage = setSession(world);
    const disk = hooked(world);
    const fs = {
      ...disk,
      open: (path: string, flags: number) =>
        disk.open(path.endsWith('.jsonl') ? '/dev/zero' : path, flags),
    };
    const { problems } = await diagnose(world, stage, { fs });
    expect(problems).toMatchObject([{ code: 'transcript-inaccessible', errno: 'EFTYPE' }]);
  });
});

test('diagnoseResume opens a few of a thousand copies at a time', async () => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    for (let copy = 0; copy < 1000; copy += 1) {
      makeFile(world, transcriptIn(stage.projects, `-${copy}`), message());
    }
    let [open, most] = [0, 0];
    const fs = hooked(world, {
      after: (call) => {
        if (call === 'open') open += 1;
        if (call === 'handle.close') open -= 1;
        most = Math.max(most, open);
      },
    });
    expect(codesOf(await diagnose(world, stage, { fs }))).toEqual(['other-copies']);
    expect(most).toBeLessThan(10);
  });
});

test('diagnoseResume reports an id that is no string', async () => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    const bare: unknown = Object.create(null);
    // @ts-expect-error -- what a caller without types may hand over
    const { problems } = await diagnose(world, stage, { id: bare });
    expect(problems).toMatchObject([{ code: 'session-id-invalid', sessionId: 'object' }]);
    const long = await diagnose(world, stage, { id: 'x'.repeat(10_000_000) });
    expect(long.problems[0]?.message.length).toBeLessThan(1000);
  });
});
