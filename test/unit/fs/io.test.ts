import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CallError } from '../../../src/core/result.ts';
import { type FileInfo, fileInfoOf } from '../../../src/fs/file-info.ts';
import {
  copyExclusive,
  listDirectory,
  lstatOrUndefined,
  makeDirectories,
  makeDurableDirectories,
  OPEN,
  readFully,
  removeName,
  syncDirectory,
  syncHandle,
  withFile,
  withHandle,
  writeFully,
  writeNewFile,
} from '../../../src/fs/io.ts';
import { textOf } from '../../../src/fs/port.ts';
import type { DirectoryEntry } from '../../../src/fs/session-fs.ts';
import type { MigrateFs, MigrateHandle } from '../../../src/fs/migrate-fs.ts';
import { posixError } from '../support/posix-error.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const LONGEST_NAME = 'é'.repeat(127) + 'x';

const failed = (code: string) => posixError(code, 'injected');
const callError = (path: string, code: string): unknown =>
  expect.objectContaining({ name: 'CallError', path, code });

const failing = (code: string) => () => Promise.reject(failed(code));
const refused = (errno: string) => ({ ok: false, errno });
const one = () => Promise.resolve(1);
const spyOnUse = () => vi.fn<() => Promise<number>>(one);
const spyOnCall = () => vi.fn<() => Promise<void>>(() => Promise.resolve());

/** The calls of a world as members of its own, some of them replaced; memfs inherits them. */
function diskOf(world: World, replaced: Partial<MigrateFs> = {}): MigrateFs {
  const fs: MigrateFs = world.fs.promises;
  return {
    access: (path, mode) => fs.access(path, mode),
    copyFile: (from, to, flags) => fs.copyFile(from, to, flags),
    link: (existing, path) => fs.link(existing, path),
    lstat: (path, options) => fs.lstat(path, options),
    mkdir: (path, options) => fs.mkdir(path, options),
    open: (path, flags, mode) => fs.open(path, flags, mode),
    opendir: (path, options) => fs.opendir(path, options),
    readFile: (path, encoding) => fs.readFile(path, encoding),
    readlink: (path) => fs.readlink(path),
    realpath: (path) => fs.realpath(path),
    rename: (from, to) => fs.rename(from, to),
    rmdir: (path) => fs.rmdir(path),
    stat: (path, options) => fs.stat(path, options),
    symlink: (target, path, type) => fs.symlink(target, path, type),
    unlink: (path) => fs.unlink(path),
    utimes: (path, accessed, modified) => fs.utimes(path, accessed, modified),
    ...replaced,
  };
}

/** A world whose open files are counted, and have some of their calls replaced. */
function watchingHandles(world: World, replaced: Partial<MigrateHandle> = {}) {
  const opened = { paths: [] as string[], closed: 0 };
  const fs = diskOf(world, {
    open: async (path, flags, mode) => {
      const handle = await world.fs.promises.open(path, flags, mode);
      opened.paths.push(path);
      return {
        stat: (options) => handle.stat(options),
        read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
        write: (buffer, offset, length, position) => handle.write(buffer, offset, length, position),
        chmod: (bits) => handle.chmod(bits),
        utimes: (accessed, modified) => handle.utimes(accessed, modified),
        datasync: () => handle.datasync(),
        ...replaced,
        close: async () => {
          await handle.close();
          opened.closed += 1;
          await replaced.close?.();
        },
      };
    },
  });
  return { fs, opened };
}

const textIn = (world: World, path: string) => textOf(world.fs.readFileSync(path, 'utf8'));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const infoOf = (world: World, path: string): FileInfo =>
  fileInfoOf(world.fs.lstatSync(path, { bigint: true }));
const permissionsOf = (world: World, path: string) => infoOf(world, path).mode;

describe.each(worldKinds)('lstatOrUndefined (%s)', (kind) => {
  test('tells what exists without following links, and undefined for nothing', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const file = makeFile(world, at(world, 'file'), 'four');
      const link = makeLink(world, at(world, 'link'), at(world, 'nowhere'));

      expect(await lstatOrUndefined(promises, file)).toMatchObject({ kind: 'file', size: 4 });
      expect(await lstatOrUndefined(promises, world.root)).toMatchObject({ kind: 'directory' });
      expect(await lstatOrUndefined(promises, link)).toMatchObject({ kind: 'symlink' });
      expect(await lstatOrUndefined(promises, at(world, 'nothing'))).toBeUndefined();
    }));

  test('fails where it cannot tell', () =>
    inWorld(kind, async (world) => {
      const path = at(world, 'file');
      const fs = diskOf(world, { lstat: failing('EACCES') });
      await expect(lstatOrUndefined(fs, path)).rejects.toEqual(callError(path, 'EACCES'));
    }));
});

describe.each(worldKinds)('listDirectory (%s)', (kind) => {
  test('tells directories, links and anything else apart', () =>
    inWorld(kind, async (world) => {
      const path = makeDirectory(world, at(world, 'listed'));
      makeDirectory(world, at(world, 'listed/directory'));
      makeFile(world, at(world, `listed/${LONGEST_NAME}`));
      makeLink(world, at(world, 'listed/link'), path);

      const listed = await listDirectory(world.fs.promises, path);

      expect(listed.ok ? listed.value.toSorted(byName) : listed).toEqual([
        { name: 'directory', kind: 'directory' },
        { name: 'link', kind: 'symlink' },
        { name: LONGEST_NAME, kind: 'other' },
      ]);
    }));

  test('lists more entries than are read at once', () =>
    inWorld(kind, async (world) => {
      const path = makeDirectory(world, at(world, 'many'));
      for (let index = 0; index < 1100; index += 1) {
        world.fs.writeFileSync(at(world, `many/${index}`), '');
      }
      expect(await listDirectory(world.fs.promises, path)).toHaveProperty('value.length', 1100);
    }));

  test('returns the error of what it cannot list, or not to the end', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const file = makeFile(world, at(world, 'file'));
      const fs = diskOf(world, {
        opendir: async (path, options) => brokenOff(await promises.opendir(path, options)),
      });

      expect(await listDirectory(promises, file)).toMatchObject(refused('ENOTDIR'));
      expect(await listDirectory(promises, at(world, 'no'))).toMatchObject(refused('ENOENT'));
      expect(await listDirectory(fs, world.root)).toMatchObject(refused('EIO'));
    }));
});

async function* brokenOff(entries: AsyncIterable<DirectoryEntry>) {
  yield* entries;
  throw failed('EIO');
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) =>
  one.name < other.name ? -1 : 1;

/** A handle on bytes in memory that reads and writes at most so many at a time. */
function slowHandle(atMost: number, content = '') {
  const written: number[] = [];
  return {
    written,
    read: (buffer: Uint8Array, offset: number, length: number, position: number | null) => {
      const from = position ?? 0;
      const some = bytesOf(content).subarray(from, from + Math.min(length, atMost));
      buffer.set(some, offset);
      return Promise.resolve({ bytesRead: some.length });
    },
    write: (buffer: Uint8Array, offset: number, length: number) => {
      const some = buffer.subarray(offset, offset + Math.min(length, atMost));
      written.push(...some);
      return Promise.resolve({ bytesWritten: some.length });
    },
    close: () => Promise.resolve(),
  };
}

describe('readFully', () => {
  test('goes on after short reads, from the given position, to the end of the buffer or the file', async () => {
    const handle = slowHandle(3, '0123456789');
    const [middle, tail] = [new Uint8Array(7), new Uint8Array(7)];

    expect(await readFully(handle, middle, 1, '/file')).toBe(7);
    expect(textOf(middle)).toBe('1234567');
    expect(await readFully(handle, tail, 6, '/file')).toBe(4);
    expect(textOf(tail.subarray(0, 4))).toBe('6789');
    expect(await readFully(handle, tail, 10, '/file')).toBe(0);
  });

  test('fails with the path of the file', async () => {
    const handle = { ...slowHandle(3), read: failing('EIO') };
    await expect(readFully(handle, new Uint8Array(1), 0, '/file')).rejects.toEqual(
      callError('/file', 'EIO'),
    );
  });
});

describe('writeFully', () => {
  test('goes on after short writes', async () => {
    const handle = slowHandle(3);
    await writeFully(handle, bytesOf('0123456789'), '/file');
    expect(textOf(Uint8Array.from(handle.written))).toBe('0123456789');
  });

  test('fails with the path of the file, also where nothing is written any more', async () => {
    const full = { ...slowHandle(3), write: failing('ENOSPC') };
    const bytes = bytesOf('bytes');
    await expect(writeFully(full, bytes, '/file')).rejects.toEqual(callError('/file', 'ENOSPC'));
    await expect(writeFully(slowHandle(0), bytes, '/file')).rejects.toEqual(
      callError('/file', 'EIO'),
    );
  });

  test.each(worldKinds)('writes at the end of a file opened to append (%s)', (kind) =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'), 'first\n');
      await withFile(diskOf(world), path, OPEN.append, async (handle) => {
        world.fs.appendFileSync(path, 'second\n');
        await writeFully(handle, bytesOf('third\n'), path);
      });
      expect(textIn(world, path)).toBe('first\nsecond\nthird\n');
    }),
  );
});

describe('syncHandle', () => {
  const close = spyOnCall();

  test('syncs the times and the mode, too, where the handle can', async () => {
    const [sync, datasync] = [spyOnCall(), spyOnCall()];
    await syncHandle({ sync, datasync, close }, '/file');
    expect([sync.mock.calls.length, datasync.mock.calls.length]).toEqual([1, 0]);
    await syncHandle({ datasync, close }, '/file');
    expect(datasync).toHaveBeenCalledOnce();
  });

  test('fails with the path of the file', async () => {
    await expect(syncHandle({ datasync: failing('EIO'), close }, '/file')).rejects.toEqual(
      callError('/file', 'EIO'),
    );
  });
});

describe('withHandle', () => {
  const used = failed('EUSED');

  test('returns what the use returns, and closes', async () => {
    const handle = { close: spyOnCall() };
    const value = await withHandle('/file', Promise.resolve(handle), one);
    expect([value, handle.close.mock.calls.length]).toEqual([1, 1]);
  });

  test.each([
    ['rejects', () => Promise.reject(used)],
    [
      'throws',
      () => {
        throw used;
      },
    ],
  ])('closes and fails with the same error if the use %s', async (_, use) => {
    const handle = { close: vi.fn<() => Promise<void>>(failing('EIO')) };
    await expect(withHandle('/file', Promise.resolve(handle), use)).rejects.toBe(used);
    expect(handle.close).toHaveBeenCalledOnce();
  });

  test('fails if the file cannot be closed or opened', async () => {
    const handle = { close: vi.fn<() => Promise<void>>(failing('ENOSPC')) };
    await expect(withHandle('/file', Promise.resolve(handle), one)).rejects.toEqual(
      callError('/file', 'ENOSPC'),
    );
    await expect(withHandle('/file', Promise.reject(failed('EACCES')), one)).rejects.toEqual(
      callError('/file', 'EACCES'),
    );
  });
});

const openFlags = ['read', 'append'] as const;

describe.each(worldKinds)('withFile (%s)', (kind) => {
  test('gives a file with its stats, and closes it', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, LONGEST_NAME), 'four');
      const { fs, opened } = watchingHandles(world);

      const size = await withFile(fs, path, OPEN.read, (_, info) => Promise.resolve(info.size));

      expect(size).toBe(4);
      expect(opened).toEqual({ paths: [path], closed: 1 });
    }));

  test.each(openFlags)('uses nothing but a file (to %s)', (flags) =>
    inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, 'file'));
      const paths = [
        makeDirectory(world, at(world, 'directory')),
        makeLink(world, at(world, 'link'), file),
        makeLink(world, at(world, 'dangling'), at(world, 'nowhere')),
        makeLink(world, at(world, 'loop'), at(world, 'loop')),
        at(world, 'nothing'),
        at(world, 'file/below'),
      ];
      const { fs, opened } = watchingHandles(world);
      const use = spyOnUse();

      for (const path of paths) expect(await withFile(fs, path, OPEN[flags], use)).toBeUndefined();

      expect(use).not.toHaveBeenCalled();
      expect(opened.closed).toBe(opened.paths.length);
    }),
  );

  test('fails where it cannot open, stat or close the file', () =>
    inWorld(kind, async (world) => {
      const path = makeFile(world, at(world, 'file'));

      const unopened = diskOf(world, { open: failing('EACCES') });
      await expect(withFile(unopened, path, OPEN.read, one)).rejects.toEqual(
        callError(path, 'EACCES'),
      );
      for (const replaced of [{ stat: failing('EIO') }, { close: failing('EIO') }]) {
        const { fs, opened } = watchingHandles(world, replaced);
        await expect(withFile(fs, path, OPEN.read, one)).rejects.toEqual(callError(path, 'EIO'));
        expect(opened.closed).toBe(1);
      }
    }));
});

test.each(openFlags)('withFile neither waits for nor uses a FIFO or a socket (to %s)', (flags) =>
  inWorld('disk', async (world) => {
    const [fifo, socket] = [at(world, 'fifo'), at(world, 'socket')];
    execFileSync('mkfifo', [fifo]);
    const server = createServer().listen(socket);
    await once(server, 'listening');
    const use = spyOnUse();
    try {
      expect(await withFile(world.fs.promises, fifo, OPEN[flags], use)).toBeUndefined();
      expect(await withFile(world.fs.promises, socket, OPEN[flags], use)).toBeUndefined();
    } finally {
      server.close();
    }
    expect(use).not.toHaveBeenCalled();
  }),
);

describe.each(worldKinds)('makeDirectories (%s)', (kind) => {
  test('creates those that are missing with mode 0700, and says whether', () =>
    inWorld(kind, async (world) => {
      const path = at(world, `one/${LONGEST_NAME}/three`);

      expect(await makeDirectories(world.fs.promises, path, 0o750)).toBe(true);
      expect(await makeDirectories(world.fs.promises, path)).toBe(false);

      expect(permissionsOf(world, path)).toBe(0o750);
      expect(permissionsOf(world, at(world, 'one'))).toBe(0o700);
    }));

  test('takes a link to a directory for one', () =>
    inWorld(kind, async (world) => {
      const directory = makeDirectory(world, at(world, 'directory'));
      const link = makeLink(world, at(world, 'link'), directory);
      expect(await makeDirectories(world.fs.promises, link)).toBe(false);
    }));

  test('fails where a file or a dangling link is in the way, and creates nothing', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const file = makeFile(world, at(world, 'file'));
      const link = makeLink(world, at(world, 'link'), at(world, 'nowhere'));
      const before = snapshot(world);

      for (const path of [file, link]) {
        await expect(makeDirectories(promises, path)).rejects.toEqual(callError(path, 'EEXIST'));
      }
      await expect(makeDirectories(promises, `${file}/x`)).rejects.toEqual(
        callError(`${file}/x`, 'ENOTDIR'),
      );
      await expect(makeDirectories(promises, `${file}/x/y`)).rejects.toBeInstanceOf(CallError);

      expect(snapshot(world)).toEqual(before);
    }));

  test.each(['EACCES', 'EISDIR', 'EROFS'])(
    'takes a directory that exists for one, also where mkdir says %s',
    (code) =>
      inWorld(kind, async (world) => {
        const fs = diskOf(world, { mkdir: failing(code) });
        expect(await makeDirectories(fs, world.root)).toBe(false);
        const path = at(world, 'missing');
        await expect(makeDirectories(fs, path)).rejects.toEqual(callError(path, code));
      }),
  );

  test('is content with what somebody else creates at the same time', () =>
    inWorld(kind, async (world) => {
      const path = at(world, 'one/two/three');
      const all = await Promise.all(
        Array.from({ length: 8 }, () => makeDirectories(world.fs.promises, path)),
      );
      expect(all.filter((isOwn) => isOwn)).toHaveLength(1);
    }));

  test('gives up where nothing can be created, though the parent exists, as in /proc', () =>
    inWorld(kind, async (world) => {
      const path = at(world, 'one');
      const mkdir = vi.fn<MigrateFs['mkdir']>((name, options) =>
        name === path ? Promise.reject(failed('ENOENT')) : world.fs.promises.mkdir(name, options),
      );
      await expect(makeDirectories(diskOf(world, { mkdir }), path)).rejects.toEqual(
        callError(path, 'ENOENT'),
      );
      expect(mkdir.mock.calls.length).toBeLessThan(5);
    }));
});

// memfs makes no directories behind links.
test('makeDirectories follows links above what it creates', () =>
  inWorld('disk', async (world) => {
    makeDirectory(world, at(world, 'volume'));
    makeLink(world, at(world, 'link'), at(world, 'volume'));
    expect(await makeDirectories(world.fs.promises, at(world, 'link/one/two'))).toBe(true);
    expect(permissionsOf(world, at(world, 'volume/one/two'))).toBe(0o700);
  }));

test('makeDirectories fails behind a dangling link, which it names', () =>
  inWorld('disk', async (world) => {
    const link = makeLink(world, at(world, 'link'), at(world, 'nowhere'));
    await expect(makeDirectories(world.fs.promises, at(world, 'link/one/two'))).rejects.toEqual(
      callError(link, 'EEXIST'),
    );
  }));

describe('with a umask', () => {
  const umask = process.umask();
  afterEach(() => {
    process.umask(umask);
  });

  test('new files get what it allows, copies the mode of the original', () =>
    inWorld('disk', async (world) => {
      const { promises } = world.fs;
      const from = makeFile(world, at(world, 'from'), 'content');
      world.fs.chmodSync(from, 0o666);
      const [directory, file, copy] = [at(world, 'a'), at(world, 'b'), at(world, 'c')];
      process.umask(0o077);

      await makeDirectories(promises, directory, 0o777);
      await writeNewFile(promises, file, bytesOf('content'), 0o666);
      await copyExclusive(promises, from, infoOf(world, from), copy);

      expect(permissionsOf(world, directory)).toBe(0o700);
      expect(permissionsOf(world, file)).toBe(0o600);
      expect(permissionsOf(world, copy)).toBe(0o666);
    }));
});

describe.each(worldKinds)('syncDirectory (%s)', (kind) => {
  test('syncs and closes a directory, and needs none that is gone', () =>
    inWorld(kind, async (world) => {
      const sync = spyOnCall();
      const { fs, opened } = watchingHandles(world, { sync });
      await syncDirectory(fs, world.root);
      await syncDirectory(fs, at(world, 'gone'));
      await syncDirectory(world.fs.promises, world.root);
      expect([sync.mock.calls.length, opened.closed]).toEqual([1, 1]);
    }));

  test.each(['EINVAL', 'ENOTSUP'])('does without where the file system cannot do it (%s)', (code) =>
    inWorld(kind, async (world) => {
      const { fs, opened } = watchingHandles(world, { sync: failing(code) });
      await syncDirectory(fs, world.root);
      expect(opened.closed).toBe(1);
    }),
  );

  test('fails where it should have worked, and for what is no directory', () =>
    inWorld(kind, async (world) => {
      const { root } = world;
      const file = makeFile(world, at(world, 'file'));
      const { fs, opened } = watchingHandles(world, { sync: failing('EIO') });
      await expect(syncDirectory(fs, root)).rejects.toEqual(callError(root, 'EIO'));
      expect(opened.closed).toBe(1);
      await expect(syncDirectory(fs, file)).rejects.toEqual(callError(file, 'ENOTDIR'));
    }));
});

describe.each(worldKinds)('makeDurableDirectories (%s)', (kind) => {
  test('syncs the parent of each directory that it creates, and nothing else', () =>
    inWorld(kind, async (world) => {
      const path = at(world, 'one/two');
      const { fs, opened } = watchingHandles(world);
      await makeDurableDirectories(fs, path);
      await makeDurableDirectories(fs, path);
      expect(opened).toEqual({ paths: [world.root, at(world, 'one')], closed: 2 });
      expect(permissionsOf(world, path)).toBe(0o700);
    }));

  test('syncs the parent of a directory that somebody else creates, too', () =>
    inWorld(kind, async (world) => {
      const path = at(world, 'one');
      const { fs, opened } = watchingHandles(world);
      await makeDurableDirectories(
        {
          ...fs,
          mkdir: async (name, options) => {
            await world.fs.promises.mkdir(name, options);
            return await world.fs.promises.mkdir(name, options);
          },
        },
        path,
      );
      expect(opened.paths).toEqual([world.root]);
    }));

  test('fails where a file or a dangling link is in the way', () =>
    inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, 'file'));
      const link = makeLink(world, at(world, 'link'), at(world, 'nowhere'));
      for (const path of [file, link]) {
        await expect(makeDurableDirectories(world.fs.promises, path)).rejects.toEqual(
          callError(path, 'EEXIST'),
        );
      }
    }));
});

describe.each(worldKinds)('removeName (%s)', (kind) => {
  test('removes a file or a link, not what the link leads to, and is content if it is gone', () =>
    inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, 'file'), 'content');
      const link = makeLink(world, at(world, 'link'), file);
      await removeName(world.fs.promises, link);
      await removeName(world.fs.promises, link);
      expect(world.fs.existsSync(link)).toBe(false);
      expect(textIn(world, file)).toBe('content');
    }));

  test('fails for a directory, and where it may not', () =>
    inWorld(kind, async (world) => {
      const path = makeDirectory(world, at(world, 'directory'));
      await expect(removeName(world.fs.promises, path)).rejects.toBeInstanceOf(CallError);
      const fs = diskOf(world, { unlink: failing('EACCES') });
      await expect(removeName(fs, path)).rejects.toEqual(callError(path, 'EACCES'));
      expect(world.fs.existsSync(path)).toBe(true);
    }));
});

describe.each(worldKinds)('writeNewFile (%s)', (kind) => {
  test('writes a file that only its owner can read, and syncs it', () =>
    inWorld(kind, async (world) => {
      const path = at(world, LONGEST_NAME);
      const sync = spyOnCall();
      const { fs, opened } = watchingHandles(world, { sync });
      await writeNewFile(fs, path, bytesOf('content'));
      expect(textIn(world, path)).toBe('content');
      expect(permissionsOf(world, path)).toBe(0o600);
      expect([sync.mock.calls.length, opened.closed]).toEqual([1, 1]);
    }));

  test('never touches what exists: a file, a directory, or a link and what it leads to', () =>
    inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, 'file'), 'content');
      const paths = [
        file,
        makeDirectory(world, at(world, 'directory')),
        makeLink(world, at(world, 'link'), file),
        makeLink(world, at(world, 'dangling'), at(world, 'nowhere')),
      ];
      const before = snapshot(world);
      for (const path of paths) {
        await expect(writeNewFile(world.fs.promises, path, bytesOf('new'))).rejects.toEqual(
          callError(path, 'EEXIST'),
        );
      }
      expect(snapshot(world)).toEqual(before);
    }));

  test.each(['write', 'datasync', 'close'] as const)('leaves nothing where %s fails', (call) =>
    inWorld(kind, async (world) => {
      const path = at(world, 'file');
      const { fs, opened } = watchingHandles(world, { [call]: failing('ENOSPC') });
      await expect(writeNewFile(fs, path, bytesOf('content'))).rejects.toEqual(
        callError(path, 'ENOSPC'),
      );
      expect(world.fs.existsSync(path)).toBe(false);
      expect(opened.closed).toBe(1);
    }),
  );
});

/** A world in which something happens once the bytes were copied. */
const afterCopying = (world: World, happen: () => void, replaced: Partial<MigrateHandle> = {}) =>
  diskOf(world, {
    copyFile: async (...args) => {
      await world.fs.promises.copyFile(...args);
      happen();
    },
    open: (...args) => watchingHandles(world, replaced).fs.open(...args),
  });

describe.each(worldKinds)('copyExclusive (%s)', (kind) => {
  const MODIFIED = 1_700_000_000.123456;

  /** A file to copy, as it is now, and where to. */
  function stage(world: World, content = 'content') {
    const from = makeFile(world, at(world, 'from'), content);
    world.fs.chmodSync(from, 0o640);
    world.fs.utimesSync(from, MODIFIED, MODIFIED);
    return { from, expected: infoOf(world, from), to: at(world, LONGEST_NAME) };
  }

  test('copies content, mode and time, and syncs', () =>
    inWorld(kind, async (world) => {
      const { from, expected, to } = stage(world);
      const sync = spyOnCall();
      const { fs, opened } = watchingHandles(world, { sync });

      expect(await copyExclusive(fs, from, expected, to)).toBe(true);

      expect(textIn(world, to)).toBe('content');
      const copy = infoOf(world, to);
      expect(copy).toMatchObject({ mode: 0o640, linkCount: 1 });
      expect(Math.abs(Number(copy.mtimeNs - expected.mtimeNs))).toBeLessThan(1_000_000);
      expect([sync.mock.calls.length, opened.closed]).toEqual([1, 1]);
    }));

  test('copies an empty file, and one that nobody may write to', () =>
    inWorld(kind, async (world) => {
      const { from, to } = stage(world, '');
      world.fs.chmodSync(from, 0o400);
      expect(await copyExclusive(world.fs.promises, from, infoOf(world, from), to)).toBe(true);
      expect(permissionsOf(world, to)).toBe(0o400);
    }));

  const changes: Readonly<Record<string, (world: World, from: string) => void>> = {
    'is gone': (world, from) => {
      world.fs.unlinkSync(from);
    },
    'is another file of the same content and time': (world, from) => {
      const other = makeFile(world, `${from}-other`, 'content');
      world.fs.utimesSync(other, MODIFIED, MODIFIED);
      world.fs.renameSync(other, from);
    },
    'is a link to itself': (world, from) => {
      world.fs.renameSync(from, `${from}-moved`);
      makeLink(world, from, `${from}-moved`);
    },
    'is a directory': (world, from) => {
      world.fs.unlinkSync(from);
      makeDirectory(world, from);
    },
    'has become longer': (world, from) => {
      world.fs.appendFileSync(from, 'more');
    },
    'has become shorter': (world, from) => {
      world.fs.writeFileSync(from, 'con');
    },
    'has other content of the same length': (world, from) => {
      world.fs.writeFileSync(from, 'CONTENT');
    },
  };

  test.each(Object.entries(changes))('copies nothing if the source %s already', (_, change) =>
    inWorld(kind, async (world) => {
      const { from, expected, to } = stage(world);
      change(world, from);
      const copyFile = spyOnCall();
      expect(await copyExclusive(diskOf(world, { copyFile }), from, expected, to)).toBe(false);
      expect(copyFile).not.toHaveBeenCalled();
      expect(world.fs.existsSync(to)).toBe(false);
    }),
  );

  test.each(Object.entries(changes))('leaves nothing if the source %s afterwards', (_, change) =>
    inWorld(kind, async (world) => {
      const { from, expected, to } = stage(world);
      const fs = afterCopying(world, () => change(world, from));
      expect(await copyExclusive(fs, from, expected, to)).toBe(false);
      expect(world.fs.existsSync(to)).toBe(false);
    }),
  );

  test.each(['is gone', 'is a directory'])(
    'returns false if the source %s when it is to be read',
    (name) =>
      inWorld(kind, async (world) => {
        const { from, expected, to } = stage(world);
        const fs = diskOf(world, {
          copyFile: async (...args) => {
            changes[name]?.(world, from);
            await world.fs.promises.copyFile(...args);
          },
        });
        expect(await copyExclusive(fs, from, expected, to)).toBe(false);
        expect(world.fs.existsSync(to)).toBe(false);
      }),
  );

  test('never touches what exists at the new name, whatever happens to the source', () =>
    inWorld(kind, async (world) => {
      const { from, expected } = stage(world);
      const file = makeFile(world, at(world, 'file'), 'other');
      const paths = [
        file,
        makeDirectory(world, at(world, 'directory')),
        makeLink(world, at(world, 'link'), file),
      ];
      const before = snapshot(world);
      for (const path of paths) {
        await expect(copyExclusive(world.fs.promises, from, expected, path)).rejects.toEqual(
          callError(path, 'EEXIST'),
        );
      }
      expect(snapshot(world)).toEqual(before);

      const gone = diskOf(world, { copyFile: failing('ENOENT') });
      world.fs.unlinkSync(from);
      expect(await copyExclusive(gone, from, expected, file)).toBe(false);
      expect(textIn(world, file)).toBe('other');
    }));

  test('fails where the directory of the new name is missing', () =>
    inWorld(kind, async (world) => {
      const { from, expected } = stage(world);
      const to = at(world, 'missing/to');
      await expect(copyExclusive(world.fs.promises, from, expected, to)).rejects.toEqual(
        callError(to, 'ENOENT'),
      );
    }));

  test.each([
    ['EACCES', 'from'],
    ['EIO', 'from'],
    ['ENOSPC', 'to'],
    ['EDQUOT', 'to'],
    ['EROFS', 'to'],
  ] as const)('fails with %s at the path that it most likely concerns: %s', (code, side) =>
    inWorld(kind, async (world) => {
      const { from, expected, to } = stage(world);
      const fs = diskOf(world, { copyFile: failing(code) });
      await expect(copyExclusive(fs, from, expected, to)).rejects.toEqual(
        callError({ from, to }[side], code),
      );
    }),
  );

  test.each(['chmod', 'utimes', 'datasync', 'close'] as const)(
    'leaves nothing where %s fails',
    (call) =>
      inWorld(kind, async (world) => {
        const { from, expected, to } = stage(world);
        const fs = afterCopying(world, () => undefined, { [call]: failing('EIO') });
        await expect(copyExclusive(fs, from, expected, to)).rejects.toEqual(callError(to, 'EIO'));
        expect(world.fs.existsSync(to)).toBe(false);
      }),
  );
});

test('copyExclusive never waits for a FIFO in the place of the source', () =>
  inWorld('disk', async (world) => {
    const from = makeFile(world, at(world, 'from'), 'content');
    const expected = infoOf(world, from);
    world.fs.unlinkSync(from);
    execFileSync('mkfifo', [from]);
    expect(await copyExclusive(world.fs.promises, from, expected, at(world, 'to'))).toBe(false);
  }));
