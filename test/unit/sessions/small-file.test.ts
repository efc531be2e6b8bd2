import { execFileSync } from 'node:child_process';
import type { SessionReadFs } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { readSmallFile } from '../../../src/sessions/small-file.ts';
import { sessionReads } from '../support/session-reads.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../support/world.ts';

const refused = (errno: string) => ({ ok: false, errno });

describe.each(worldKinds)('reading a small file (%s)', (kind) => {
  test('gives its text, also through a link', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'été\n');
      const link = makeLink(world, at(world, 'link'), path);
      for (const one of [path, link]) {
        expect(await readSmallFile(world.fs.promises, one, 100)).toEqual({
          ok: true,
          value: 'été\n',
        });
      }
    }));

  test('takes exactly as many bytes as are allowed, and not one more', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'four');
      expect(await readSmallFile(world.fs.promises, path, 4)).toEqual({ ok: true, value: 'four' });
      expect(await readSmallFile(world.fs.promises, path, 3)).toMatchObject(refused('EFBIG'));
    }));

  test('gives up on a file that grows while it is read', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'more than was said');
      const saying = await sayingTheSizeOf(makeFile(world, at(world, 'small')), world);
      expect(await readSmallFile(saying, path, 4)).toMatchObject(refused('EFBIG'));
    }));

  test('takes what is there of a file that shrinks', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'less');
      const saying = await sayingTheSizeOf(makeFile(world, at(world, 'large'), 'more'), world);
      expect(await readSmallFile(saying, path, 40)).toEqual({ ok: true, value: 'less' });
    }));

  test('tells what it cannot read', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const directory = makeDirectory(world, at(world, 'directory'));
      expect(await readSmallFile(promises, directory, 4)).toMatchObject(refused('EISDIR'));
      expect(await readSmallFile(promises, at(world, 'nothing'), 4)).toMatchObject(
        refused('ENOENT'),
      );
      const loop = makeLink(world, at(world, 'loop'), at(world, 'loop'));
      expect(await readSmallFile(promises, loop, 4)).toMatchObject(refused('ELOOP'));
    }));
});

test('reading a small file does not wait for a FIFO', () =>
  inWorld('disk', async (world) => {
    const path = at(world, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(await readSmallFile(world.fs.promises, path, 4)).toMatchObject(refused('EFTYPE'));
  }));

/** The file system of a world in which open files are said to be of another one's size. */
async function sayingTheSizeOf(other: string, world: World): Promise<SessionReadFs> {
  const fs = world.fs.promises;
  const stats = await fs.stat(other, { bigint: true });
  return {
    ...sessionReads(fs),
    open: async (path, flags) => {
      const handle = await fs.open(path, flags);
      return {
        stat: () => Promise.resolve(stats),
        read: (...parameters) => handle.read(...parameters),
        close: () => handle.close(),
      };
    },
  };
}
