import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { everyCall } from './support/every-call.ts';
import { succeed } from './support/run.ts';
import { toolchain } from './support/toolchains.ts';

let folder: string;

beforeEach(async () => {
  // Within the consumer, so that all but memfs is found there.
  folder = await mkdtemp(join(inject('consumer'), 'memfs-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a program prints that has another version of memfs. */
async function printedWith(memfs: string, program: string): Promise<unknown> {
  await cp(join(inject('consumer'), 'esm'), join(folder, 'esm'), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  await symlink(toolchain(memfs), join(folder, 'node_modules', 'memfs'));
  return JSON.parse(await succeed(process.execPath, [`esm/${program}.js`, folder], folder));
}

test.each(['memfs-4.70', 'memfs'])('%s is like the disk to every call', async (memfs) => {
  expect(await printedWith(memfs, 'run-every-call')).toEqual(everyCall);
});

test.each(['4.6', '4.14', '4.28', '4.36', '4.68'])(
  'memfs %s is refused by every call',
  async (version) => {
    const told = await printedWith(`memfs-${version}`, 'refusals');
    expect(told).toHaveLength(8);
    expect(new Set([told].flat())).toEqual(
      new Set(['options.fs is an object. It must be memfs 4.70 or newer: this one is older.']),
    );
  },
);
