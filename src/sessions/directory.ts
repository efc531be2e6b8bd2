import { type Result, toResult } from '../core/result.ts';
import { textOf } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';

/** What a directory says about one of its entries, without a call for it. */
export interface NamedEntry {
  readonly name: string;
  /** A link is `symlink`, wherever it leads. */
  readonly kind: 'directory' | 'symlink' | 'other';
}

// The default of 32 makes listing 2,000 entries a matter of 60 round trips.
const ENTRIES_AT_ONCE = 1024;

/** The entries of a directory, in the order in which the file system gives them. */
export function entriesIn(fs: SessionReadFs, path: string): Promise<Result<readonly NamedEntry[]>> {
  return toResult(listed(fs, path));
}

async function listed(fs: SessionReadFs, path: string): Promise<readonly NamedEntry[]> {
  const entries: NamedEntry[] = [];
  const directory = await fs.opendir(path, { bufferSize: ENTRIES_AT_ONCE });
  for await (const entry of directory) {
    const kind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'other';
    entries.push({ name: textOf(entry.name), kind });
  }
  return entries;
}
