import { describe, expect, test } from 'vitest';
import { OPEN } from '../../../src/fs/io.ts';
import { realMigrateDisk } from '../../../src/fs/migrate-fs.ts';
import { fill, inPlace, read, statsOf } from '../support/migrating.ts';
import { at, inWorld } from '../support/world.ts';

describe('the real disk', () => {
  test('lists a directory with what its entries are', () =>
    inWorld('disk', async (world) => {
      fill(world, { 'd/file': 'x', 'd/inside/file': 'x' });
      world.fs.symlinkSync('nowhere', at(world, 'd/link'), 'junction');
      const kinds: string[] = [];
      for await (const entry of await realMigrateDisk.opendir(at(world, 'd'), { bufferSize: 1 })) {
        const kind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other';
        kinds.push(`${String(entry.name)} ${kind}`);
      }
      expect(kinds.toSorted()).toEqual(['file other', 'inside directory', 'link link']);
    }));

  test('lets the event loop go round now and then, however many directories are listed', () =>
    inWorld('disk', async (world) => {
      const turns: string[] = [];
      setImmediate(() => turns.push('turn'));
      for (let listed = 0; turns.length === 0 && listed < 100_000; listed += 1) {
        await realMigrateDisk.opendir(world.root, { bufferSize: 1 });
      }
      expect(turns).toEqual(['turn']);
    }));

  test('rejects, and never throws, where there is nothing', () =>
    inWorld('disk', async (world) => {
      const none = at(world, 'none');
      const calls = [
        () => realMigrateDisk.lstat(none, { bigint: true }),
        () => realMigrateDisk.opendir(none, { bufferSize: 1 }),
        () => realMigrateDisk.open(none, OPEN.read),
        () => realMigrateDisk.link(none, at(world, 'other')),
        () => realMigrateDisk.rename(none, at(world, 'other')),
        () => realMigrateDisk.utimes(none, 1, 1),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'ENOENT' });
    }));

  test('writes, reads and describes an open file', () =>
    inWorld('disk', async (world) => {
      const handle = await realMigrateDisk.open(at(world, 'f'), OPEN.create, 0o600);
      await handle.write(new TextEncoder().encode('one two'), 0, 3, null);
      await handle.chmod(0o640);
      await handle.utimes(1, 2.5);
      await handle.datasync();
      await handle.sync?.();
      expect(await handle.stat({ bigint: true })).toMatchObject({ size: 3n, mtimeMs: 2500n });
      await handle.close();
      expect([read(world, 'f'), Number(statsOf(world, 'f').mode) & 0o777]).toEqual(['one', 0o640]);

      const reading = await realMigrateDisk.open(inPlace(world, 'f'), OPEN.read);
      const bytes = new Uint8Array(3);
      expect(await reading.read(bytes, 1, 2, 1)).toMatchObject({ bytesRead: 2 });
      expect([...bytes]).toEqual([0, ...new TextEncoder().encode('ne')]);
      await reading.close();
    }));

  test('gives a symlink itself a second name, not what it leads to', () =>
    inWorld('disk', async (world) => {
      fill(world, { 'd/file': 'x' });
      world.fs.symlinkSync(at(world, 'd'), at(world, 'link'), 'junction');
      await realMigrateDisk.link(at(world, 'link'), at(world, 'other'));
      expect(world.fs.readlinkSync(at(world, 'other'))).toBe(at(world, 'd'));
    }));
});
