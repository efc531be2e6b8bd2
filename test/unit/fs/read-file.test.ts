import { execFileSync } from 'node:child_process';
import type { ReadHandle, SessionReadFs } from 'claude-shared-state/sessions';
import { describe, expect, test, vi } from 'vitest';
import { textOf } from '../../../src/fs/port.ts';
import {
  readChunks,
  readJson,
  readSmallFile,
  readThroughLinks,
} from '../../../src/fs/read-file.ts';
import { hooked } from '../support/hooked.ts';
import { posixError } from '../support/posix-error.ts';
import { wrappedDisk } from '../support/wrapped-disk.ts';
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

const sizeIn = (_: ReadHandle, size: number) => Promise.resolve(size);
const spyOnClose = () => vi.fn<() => Promise<void>>(() => Promise.resolve());

/** The calls of a world, with those that open a file counted. */
function countingOpens(world: World) {
  const fs = hooked(world);
  return { ...fs, open: vi.fn<SessionReadFs['open']>((path, flags) => fs.open(path, flags)) };
}

/** A world whose open files have some of their calls replaced. */
function withHandles(world: World, replaced: Partial<ReadHandle>): SessionReadFs {
  const fs = hooked(world);
  return {
    ...fs,
    open: async (path, flags) => {
      const handle = await fs.open(path, flags);
      return {
        ...handle,
        ...replaced,
        close: async () => {
          await handle.close();
          await replaced.close?.();
        },
      };
    },
  };
}

/** A world whose open files are said to be of the size of another file. */
async function sayingTheSizeOf(other: string, world: World): Promise<SessionReadFs> {
  const stats = await world.fs.promises.stat(other, { bigint: true });
  return withHandles(world, { stat: () => Promise.resolve(stats) });
}

describe.each(worldKinds)('readThroughLinks (%s)', (kind) => {
  test('opens a file with its size, also through links, and closes it', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'four');
      const link = makeLink(world, at(world, 'link'), path);
      const close = spyOnClose();
      const fs = withHandles(world, { close });

      for (const one of [path, link]) {
        expect(await readThroughLinks(fs, one, sizeIn)).toEqual({ ok: true, value: 4 });
      }
      expect(close).toHaveBeenCalledTimes(2);
    }));

  test('returns the error of what is no file, without opening it', () =>
    inWorld(kind, async (world) => {
      const directory = makeDirectory(world, at(world, 'directory'));
      const loop = makeLink(world, at(world, 'loop'), at(world, 'loop'));
      const fs = countingOpens(world);

      expect(await readThroughLinks(fs, directory, sizeIn)).toMatchObject(refused('EISDIR'));
      expect(await readThroughLinks(fs, at(world, 'no'), sizeIn)).toMatchObject(refused('ENOENT'));
      expect(await readThroughLinks(fs, loop, sizeIn)).toMatchObject(refused('ELOOP'));
      expect(fs.open).not.toHaveBeenCalled();
    }));

  test('returns the error of what is no file any more once it is open, and closes it', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'));
      const stats = await world.fs.promises.stat(world.root, { bigint: true });
      const close = spyOnClose();
      const fs = withHandles(world, { stat: () => Promise.resolve(stats), close });

      expect(await readThroughLinks(fs, path, sizeIn)).toMatchObject(refused('EISDIR'));
      expect(close).toHaveBeenCalledOnce();
    }));

  test.each(['stat', 'close'] as const)('returns the error of a failing %s', (call) =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'));
      const fs = withHandles(world, {
        [call]: () => Promise.reject(posixError('EIO', 'injected')),
      });
      expect(await readThroughLinks(fs, path, sizeIn)).toMatchObject({
        ...refused('EIO'),
        error: { path },
      });
    }),
  );
});

test('readThroughLinks neither waits for a FIFO nor opens it', () =>
  inWorld('disk', async (world) => {
    const path = at(world, 'fifo');
    execFileSync('mkfifo', [path]);
    const fs = countingOpens(world);
    expect(await readThroughLinks(fs, path, sizeIn)).toMatchObject(refused('EFTYPE'));
    expect(fs.open).not.toHaveBeenCalled();
  }));

test('readThroughLinks does not wait for a FIFO that takes the place of a file', () =>
  inWorld('disk', async (world) => {
    const path = makeFile(world, at(world, 'file'));
    const fs = hooked(world, {
      before: (call) => {
        if (call !== 'open') return;
        world.fs.unlinkSync(path);
        execFileSync('mkfifo', [path]);
      },
    });
    expect(await readThroughLinks(fs, path, sizeIn)).toMatchObject(refused('EFTYPE'));
  }));

describe.each(worldKinds)('readChunks (%s)', (kind) => {
  test('reads a file to its end, in chunks of at most the given size', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), '0123456789');
      const chunks: string[] = [];
      await readThroughLinks(world.fs.promises, path, async (handle) => {
        for await (const chunk of readChunks(handle, 4, path)) chunks.push(textOf(chunk));
      });
      expect(chunks).toEqual(['0123', '4567', '89']);
    }));

  test('fails with the path of the file', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'content');
      const fs = withHandles(world, { read: () => Promise.reject(posixError('EIO', 'injected')) });
      expect(await readSmallFile(fs, path, 100)).toMatchObject({
        ...refused('EIO'),
        error: { path },
      });
    }));
});

describe.each(worldKinds)('readSmallFile (%s)', (kind) => {
  test('returns the text without a byte order mark, also through a link', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), '\uFEFFété\n');
      const link = makeLink(world, at(world, 'link'), path);
      for (const one of [path, link]) {
        expect(await readSmallFile(world.fs.promises, one, 100)).toEqual({
          ok: true,
          value: 'été\n',
        });
      }
    }));

  test('puts characters together that are read in parts', () =>
    inWorld(kind, async (world) => {
      const text = 'é'.repeat(2000);
      const path = makeFile(world, at(world, 'file'), text);
      const oneByOne = wrappedDisk(world.fs.promises, ({ name }, perform) =>
        name === 'handle.read' ? perform(1) : perform(),
      );
      expect(await readSmallFile(oneByOne, path, 4000)).toEqual({ ok: true, value: text });
    }));

  test('reads exactly as many bytes as are allowed, and not one more', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'four');
      expect(await readSmallFile(world.fs.promises, path, 4)).toEqual({ ok: true, value: 'four' });
      expect(await readSmallFile(world.fs.promises, path, 3)).toMatchObject(refused('EFBIG'));
    }));

  test('reads nothing of a file that is too large', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'four');
      const read = vi.fn<ReadHandle['read']>(() => Promise.resolve({ bytesRead: 0 }));
      expect(await readSmallFile(withHandles(world, { read }), path, 3)).toMatchObject(
        refused('EFBIG'),
      );
      expect(read).not.toHaveBeenCalled();
    }));

  test('gives up on a file that grows while it is read', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'more than was said');
      const saying = await sayingTheSizeOf(makeFile(world, at(world, 'small')), world);
      expect(await readSmallFile(saying, path, 4)).toMatchObject(refused('EFBIG'));
    }));

  test('returns what is left of a file that shrinks', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'less');
      const saying = await sayingTheSizeOf(makeFile(world, at(world, 'large'), 'more'), world);
      expect(await readSmallFile(saying, path, 40)).toEqual({ ok: true, value: 'less' });
    }));
});

test.each(worldKinds)('readJson reads a file up to its limit, and only as JSON (%s)', (kind) =>
  inWorld(kind, async (world) => {
    const read = async (content: string) =>
      await readJson(world.fs.promises, makeFile(world, at(world, 'file'), content), 20);

    expect(await read('\uFEFF{ "a": 1 }')).toEqual({ ok: true, value: { a: 1 } });
    expect(await read('{ "a": ')).toMatchObject(refused('EINVAL'));
    expect(await read(`"${'x'.repeat(20)}"`)).toMatchObject(refused('EFBIG'));
  }),
);
