import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const NEWLINE = 10;
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/**
 * Does to transcripts what the real program does, by path each time, with no handle held.
 *
 * All calls are synchronous: one process appends to one transcript in order, as the program does.
 */
export const transcriptWriter = {
  pathOf: (accountHome: string, key: string, session: string) =>
    join(accountHome, 'projects', key, `${session}.jsonl`),

  /** Appends a batch in one write; tells whether directories had to be made again. */
  append(path: string, batch: string): boolean {
    const { handle, recreated } = openMaking(path);
    try {
      const bytes = Buffer.from(batch);
      if (writeSync(handle, bytes) !== bytes.length) throw new Error(`${path}: a short write`);
    } finally {
      closeSync(handle);
    }
    return recreated;
  },

  /** Takes the last lines away and writes the same ones again; tells whether somebody else wrote meanwhile. */
  rewriteEnd(path: string, lines: number): boolean {
    const handle = openSync(path, 'r+');
    try {
      const { size } = fstatSync(handle);
      const buffer = Buffer.alloc(Math.min(size, 4096));
      readSync(handle, buffer, 0, buffer.length, size - buffer.length);
      let from = buffer.length - 1;
      for (let count = 0; count < lines; count += 1) {
        const before = buffer.lastIndexOf('\n', from - 1);
        if (before === -1) break;
        from = before;
      }
      const end = Buffer.from(buffer.subarray(from + 1));
      ftruncateSync(handle, size - end.length);
      writeSync(handle, end, 0, end.length, size - end.length);
      // Half a line that was being written has been cut off there, or somebody has appended since.
      return buffer.at(-1) !== NEWLINE || fstatSync(handle).size !== size;
    } finally {
      closeSync(handle);
    }
  },

  /** Replaces the file by another of the same content; tells whether half a line was read, which is being written. */
  replace(path: string, temporary: string): boolean {
    const content = readFileSync(path);
    writeFileSync(temporary, content, { mode: 0o600 });
    renameSync(temporary, path);
    return content.length > 0 && content.at(-1) !== NEWLINE;
  },

  /** Moves it to another project directory. */
  move(path: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    renameSync(path, to);
  },
};

/** Twice and no more: what the program cannot append the second time it drops, and tells nobody. */
function openMaking(path: string): { readonly handle: number; readonly recreated: boolean } {
  try {
    return { handle: openSync(path, APPENDING, 0o600), recreated: false };
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return { handle: openSync(path, APPENDING, 0o600), recreated: true };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
