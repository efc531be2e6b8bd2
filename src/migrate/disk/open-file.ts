import { settle } from '../../answer.ts';
import type { MigrateHandle } from '../../fs/migrate-fs.ts';
import { CallFailure, must, unless } from './call-failure.ts';
import { type Facts, factsOf } from './facts.ts';

/** A file system that opens files for what `Handle` can do. */
interface OpenFs<Handle> {
  open(path: string, flags: number, mode?: number): Promise<Handle>;
}

/** An open file can at least do this. */
type Closable = Pick<MigrateHandle, 'close' | 'stat'>;

// Nothing is there, or a link or a FIFO stands in the place of a file: so it has changed since it was seen.
const CHANGED = ['ENOENT', 'ELOOP', 'ENXIO', 'EISDIR', 'ENOTDIR'];

/**
 * Opens a regular file for as long as it is used; never through a link at its own name.
 *
 * @returns What `use` returns; `undefined` where no regular file is there any more.
 */
export async function withFile<Handle extends Closable, Result>(
  fs: OpenFs<Handle>,
  path: string,
  flags: number,
  use: (handle: Handle, facts: Facts) => Promise<Result>,
): Promise<Result | undefined> {
  const opened = await unless(CHANGED, path, fs.open(path, flags));
  return opened.ok ? await withHandle(opened.value, path, use) : undefined;
}

/** Makes a file that was not there, for as long as it is used; `EEXIST` fails. */
export async function withNewFile<Handle extends Closable, Result>(
  fs: OpenFs<Handle>,
  path: string,
  flags: number,
  use: (handle: Handle, facts: Facts) => Promise<Result>,
): Promise<Result | undefined> {
  return await withHandle(await must(path, fs.open(path, flags, 0o600)), path, use);
}

async function withHandle<Handle extends Closable, Result>(
  handle: Handle,
  path: string,
  use: (handle: Handle, facts: Facts) => Promise<Result>,
): Promise<Result | undefined> {
  const used = await settle(useHandle(handle, path, use));
  const closed = await settle(handle.close());
  if (!used.ok) throw used.error;
  // What was written may have failed only now.
  if (!closed.ok) throw new CallFailure(path, closed.error);
  return used.value;
}

async function useHandle<Handle extends Closable, Result>(
  handle: Handle,
  path: string,
  use: (handle: Handle, facts: Facts) => Promise<Result>,
): Promise<Result | undefined> {
  const facts = factsOf(await must(path, handle.stat({ bigint: true })));
  return facts.kind === 'file' ? await use(handle, facts) : undefined;
}
