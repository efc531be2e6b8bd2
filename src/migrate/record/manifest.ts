import { createHash } from 'node:crypto';
import { type MigrateFs, type MigrateReadFs, OPEN } from '../../fs/migrate-fs.ts';
import { isArray } from '../../arguments.ts';
import { memberOf, parsedJson } from '../../json.ts';
import { must } from '../disk/call-failure.ts';
import type { Identity } from '../disk/facts.ts';
import { linesIn } from '../disk/lines.ts';
import { LinkedFiles } from './linked-files.ts';
import { withFile, withNewFile } from '../disk/open-file.ts';

/** A shared target as it was when a run merged into it. */
export interface ManifestTarget extends Identity {
  readonly name: string;
  readonly target: string;
}

/** What a run knows that cannot be told from the disk later. Never trusted over it. */
export interface Manifest {
  readonly targets: readonly ManifestTarget[];
  /** What was linked, by the name of the link and by relative path. */
  readonly linked: ReadonlyMap<string, LinkedFiles>;
  /** By the name of the link: the paths of conflicts of which this home's side was to be left, relative as well. */
  readonly left: ReadonlyMap<string, readonly string[]>;
}

const VERSION = 1;
const LINES_AT_ONCE = 1000;

/** Writes a manifest where none is, durably, with a check sum at its end. */
export async function writeManifest(
  fs: MigrateFs,
  path: string,
  manifest: Manifest,
): Promise<void> {
  await withNewFile(fs, path, OPEN.create, async (handle) => {
    const sum = createHash('sha256');
    const write = async (lines: readonly string[]) => {
      const bytes = new TextEncoder().encode(lines.join(''));
      sum.update(bytes);
      for (let written = 0; written < bytes.length;) {
        const writing = handle.write(bytes, written, bytes.length - written, null);
        written += (await must(path, writing)).bytesWritten;
      }
    };
    let batch: string[] = [];
    for (const line of linesOf(manifest)) {
      batch.push(line);
      if (batch.length < LINES_AT_ONCE) continue;
      await write(batch);
      batch = [];
    }
    await write(batch);
    await write([lineOf(['end', sum.copy().digest('hex')])]);
    await must(path, handle.sync?.() ?? handle.datasync());
  });
}

function* linesOf({ targets, linked, left }: Manifest): Generator<string> {
  yield lineOf(['claude-shared-state', VERSION]);
  for (const { name, target, ...identity } of targets) {
    yield lineOf(['target', name, target, ...numbersOf(identity)]);
  }
  for (const [name, paths] of left) {
    for (const path of paths) yield lineOf(['left', name, path]);
  }
  for (const [name, files] of linked) {
    for (const [path, file] of files) {
      const { size, mtime, copy } = file;
      const copied = copy === undefined ? [] : numbersOf(copy);
      yield lineOf(['file', name, path, ...numbersOf(file), size, String(mtime), ...copied]);
    }
  }
}

function lineOf(values: readonly (string | number)[]): string {
  return `${JSON.stringify(values)}\n`;
}

function numbersOf({ device, inode, birth }: Identity): readonly string[] {
  return [device, inode, birth].map(String);
}

/** Reads a manifest; `undefined` where it is missing, torn or of another version. */
export async function readManifest(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
): Promise<Manifest | undefined> {
  return await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    const sum = createHash('sha256');
    const targets: ManifestTarget[] = [];
    const linked = new Map<string, LinkedFiles>();
    const left = new Map<string, readonly string[]>();
    let isFirst = true;
    for await (const line of linesIn(handle, 0, size, path)) {
      const value = parsedJson(new TextDecoder().decode(line));
      const fields = isArray(value) ? value : [];
      const [kind, name, text, device, inode, birth, bytes, mtime, ...copy] = fields.map(String);
      if (isFirst && (kind !== 'claude-shared-state' || name !== String(VERSION))) return undefined;
      isFirst = false;
      if (kind === 'end') {
        return memberOf(value, '1') === sum.digest('hex') ? { targets, linked, left } : undefined;
      }
      sum.update(line);
      if (name === undefined || text === undefined) continue;
      if (kind === 'left') left.set(name, [...(left.get(name) ?? []), text]);
      const identity = identityFrom([device, inode, birth]);
      if (identity === undefined) continue;
      if (kind === 'target') targets.push({ name, target: text, ...identity });
      if (kind !== 'file') continue;
      const files = linked.get(name) ?? new LinkedFiles();
      linked.set(name, files);
      const copied = identityFrom(copy);
      const file = { ...identity, size: Number(bytes), mtime: integerFrom(mtime) ?? 0n };
      files.set(text, copied === undefined ? file : { ...file, copy: copied });
    }
    return undefined;
  });
}

function identityFrom(texts: readonly (string | undefined)[]): Identity | undefined {
  const [device, inode, birth] = texts.map(integerFrom);
  return device === undefined || inode === undefined || birth === undefined
    ? undefined
    : { device, inode, birth };
}

function integerFrom(text: string | undefined): bigint | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}
