import * as nodeFs from 'node:fs';
import type { PosixWorld } from './posix-memfs.ts';
import { below } from './posix-volume.ts';

/** Every regular file of a tree by its path, with its bytes. */
export type Files = ReadonlyMap<string, Buffer>;

/** A file whose bytes are nowhere to be found. */
export interface MissingBytes {
  readonly path: string;
  readonly content: string;
}

/** The files below some directories of a world (all, by default); links are not followed. */
export function filesIn({ volume }: PosixWorld, roots: readonly string[] = ['/']): Files {
  const files = new Map<string, Buffer>();
  for (const root of roots) {
    const link = volume.at(root);
    if (link === undefined) continue;
    for (const [path, node] of below(link, root === '/' ? '' : root)) {
      if (node.isFile()) files.set(path, node.getBuffer());
    }
  }
  return files;
}

/** The same on the real disk. */
export function filesOnDisk(roots: readonly string[]): Files {
  const files = new Map<string, Buffer>();
  const look = (path: string): void => {
    for (const entry of nodeFs.readdirSync(path, { withFileTypes: true })) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) look(below);
      else if (entry.isFile()) files.set(below, nodeFs.readFileSync(below));
    }
  };
  for (const root of roots) if (nodeFs.existsSync(root)) look(root);
  return files;
}

/**
 * What of the files of `before` can't be found in `after` any more.
 *
 * A file's bytes are there where some file is equal to them, begins with them, or contains them as whole contiguous
 * lines, as a fragment does that was appended to its transcript. A file of no bytes can't be lost.
 */
export function everyByteReachable(before: Files, after: Files): readonly MissingBytes[] {
  const missing: MissingBytes[] = [];
  const candidates = [...after.values()].toSorted((one, other) => other.length - one.length);
  for (const [path, bytes] of before) {
    const same = after.get(path);
    if (bytes.length === 0 || (same !== undefined && beginsWith(same, bytes))) continue;
    if (candidates.some((one) => beginsWith(one, bytes))) continue;
    if (candidates.some((one) => containsLines(one, bytes))) continue;
    missing.push({ path, content: bytes.toString('utf8', 0, 200) });
  }
  return missing;
}

/** Throws where bytes are missing, and says which. */
export function expectEveryByte(before: Files, after: Files): void {
  const missing = everyByteReachable(before, after);
  if (missing.length === 0) return;
  const told = missing.map(({ path, content }) => `${path} (${JSON.stringify(content)})`);
  throw new Error(`lost: ${told.join(', ')}; there are: ${[...after.keys()].join(', ')}`);
}

function beginsWith(file: Buffer, bytes: Buffer): boolean {
  return file.length >= bytes.length && file.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}

const NEWLINE = 10;

function containsLines(file: Buffer, bytes: Buffer): boolean {
  for (let at = file.indexOf(bytes); at !== -1; at = file.indexOf(bytes, at + 1)) {
    if (at === 0 || file[at - 1] === NEWLINE) return true;
  }
  return false;
}
