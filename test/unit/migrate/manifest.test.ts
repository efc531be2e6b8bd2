import { describe, expect, test } from 'vitest';
import { LinkedFiles } from '../../../src/migrate/record/linked-files.ts';
import {
  type Manifest,
  readManifest,
  writeManifest,
} from '../../../src/migrate/record/manifest.ts';
import { fill, inPlace, read } from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const file = (inode: number) => ({
  device: 2n ** 63n,
  inode: BigInt(inode),
  birth: -1n,
  size: inode,
  mtime: 7n,
});

function manifestOf(count: number): Manifest {
  const linked = new LinkedFiles();
  for (let number = 1; number <= count; number += 1) {
    linked.set(`-app/${String(number)}.jsonl`, file(number));
  }
  linked.set('-app/copied', { ...file(1), copy: { device: 1n, inode: 2n, birth: 3n } });
  return {
    targets: [{ name: 'projects', target: '/shared/projects', device: 1n, inode: 2n, birth: 3n }],
    linked: new Map([['projects', linked]]),
    left: new Map([['projects', ['-app/left', '-app/left too']]]),
  };
}

const files = (of: Manifest | undefined) => [...(of?.linked.get('projects') ?? [])];

describe.each(worldKinds)('a manifest (%s)', (kind) => {
  test.each([0, 1, 2500])('tells what was written, with %i files and a copy', (count) =>
    inWorld(kind, async (world) => {
      const path = inPlace(world, 'manifest');
      const { promises: fs } = world.fs;
      const manifest = manifestOf(count);
      await writeManifest(fs, path, manifest);
      const told = await readManifest(fs, path);
      expect([told?.targets, told?.left]).toEqual([manifest.targets, manifest.left]);
      expect(files(told)).toEqual(files(manifest));
    }),
  );

  test.each([
    ['of another version', (text: string) => text.replace('",1]', '",2]')],
    ['of something else', (text: string) => text.replace('claude-shared-state', 'other')],
    ['torn', (text: string) => text.slice(0, -40)],
    ['changed', (text: string) => text.replace('left too', 'left two')],
    ['no list', () => '{"kind":"claude-shared-state"}\n'],
    ['empty', () => ''],
  ])('is not believed where it is %s', (_, change) =>
    inWorld(kind, async (world) => {
      const { promises: fs } = world.fs;
      await writeManifest(fs, inPlace(world, 'manifest'), manifestOf(1));
      fill(world, { manifest: change(read(world, 'manifest')) });
      expect(await readManifest(fs, inPlace(world, 'manifest'))).toBeUndefined();
    }),
  );
});
