import { OPEN } from '../../../src/fs/io.ts';
import type { MigrateFs } from '../../../src/fs/migrate-fs.ts';
import type { Tree } from './disk-image.ts';

/** A home with one transcript, and a target, to try the harness on. */
export const sampleTree: Tree = {
  '/home/projects/a/1.jsonl': '{"line":1}\n{"line":2}\n',
  '/target': null,
};

const SOURCE = '/home/projects/a/1.jsonl';
const MOVED = '/target/1.jsonl';

/** Ways of moving one file, of which all but the last ones lose it sometimes. */
export const moves = {
  /** Believes that a write writes everything, and waits for no disk. */
  async 'copy then delete'(fs: MigrateFs): Promise<void> {
    const from = await fs.open(SOURCE, OPEN.read);
    try {
      const { size } = await from.stat({ bigint: true });
      const buffer = new Uint8Array(Number(size));
      await from.read(buffer, 0, buffer.length, 0);
      const to = await fs.open(MOVED, OPEN.create, 0o600);
      try {
        await to.write(buffer, 0, buffer.length, null);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
    await fs.unlink(SOURCE);
  },

  /** The same, but leaves files open where something fails. */
  async 'open and forget'(fs: MigrateFs): Promise<void> {
    const from = await fs.open(SOURCE, OPEN.read);
    await from.stat({ bigint: true });
    await from.close();
  },

  /** Lists, and goes away in the middle without closing where a later call fails. */
  async 'list by hand'(fs: MigrateFs): Promise<void> {
    const listing = await fs.opendir('/home/projects/a', { bufferSize: 32 });
    await fs.lstat(MOVED, { bigint: true }).catch(() => undefined);
    await fs.stat('/target', { bigint: true });
    for await (const entry of listing) if (entry.name === '') break;
  },

  async 'rename over'(fs: MigrateFs): Promise<void> {
    await fs.rename(SOURCE, MOVED);
  },

  /** Believes that what failed has had no effect. */
  async 'undo by unlinking'(fs: MigrateFs): Promise<void> {
    try {
      await fs.rename(SOURCE, MOVED);
    } catch (error) {
      await fs.unlink(MOVED).catch(() => undefined);
      throw error;
    }
  },

  /** Tries for ever. */
  async 'try until it works'(fs: MigrateFs): Promise<void> {
    for (;;) {
      try {
        return await fs.access('/target', 0);
      } catch {
        // Again.
      }
    }
  },

  async 'link, then unlink'(fs: MigrateFs): Promise<void> {
    await linkUnlessThere(fs);
    await unlinkIfThere(fs);
  },

  async 'link, sync, then unlink'(fs: MigrateFs): Promise<void> {
    await linkUnlessThere(fs);
    await sync(fs, '/target');
    await unlinkIfThere(fs);
  },

  async 'into a new directory, whose parent is not synced'(fs: MigrateFs): Promise<void> {
    await fs.mkdir('/target/new', { mode: 0o700 });
    await fs.link(SOURCE, '/target/new/1.jsonl');
    await sync(fs, '/target/new');
    await fs.unlink(SOURCE);
  },

  async 'into a new directory, synced with its parent'(fs: MigrateFs): Promise<void> {
    await fs.mkdir('/target/new', { mode: 0o700 });
    await fs.link(SOURCE, '/target/new/1.jsonl');
    await sync(fs, '/target/new');
    await sync(fs, '/target');
    await fs.unlink(SOURCE);
  },
};

async function linkUnlessThere(fs: MigrateFs): Promise<void> {
  try {
    await fs.link(SOURCE, MOVED);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      // Gone already, if it is there and the source is not.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    const { size } = await fs.lstat(MOVED, { bigint: true });
    if (Number(size) === 0) throw error;
  }
}

async function unlinkIfThere(fs: MigrateFs): Promise<void> {
  await fs.lstat(MOVED, { bigint: true });
  try {
    await fs.unlink(SOURCE);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function sync(fs: MigrateFs, path: string): Promise<void> {
  const handle = await fs.open(path, OPEN.directory);
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
