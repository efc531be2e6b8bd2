import { dirname, join } from '../../core/paths.ts';
import { CallError, orThrow, tolerate, valueOf } from '../../core/result.ts';
import { type FileInfo, isUnchanged } from '../../fs/file-info.ts';
import { listDirectory, lstatOrUndefined, removeName, syncDirectory } from '../../fs/io.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';

/** A file that stays, because the new project directory has another one of the same name. */
export interface KeptFile {
  readonly path: string;
  readonly other: string;
}

/** Whether something of it can move; adds what can't to `clashes`. */
export async function canMove(
  fs: MigrateFs,
  own: string,
  other: string,
  clashes: KeptFile[],
): Promise<boolean> {
  const relation = await relationOf(fs, own, await infoOf(fs, own), other);
  if (relation === 'taken') clashes.push({ path: own, other });
  if (relation !== 'merge') return relation !== 'taken';
  const entries = valueOf(own, await listDirectory(fs, own));
  let canAny = entries.length === 0;
  for (const { name } of entries) {
    if (await canMove(fs, join(own, name), join(other, name), clashes)) canAny = true;
  }
  return canAny;
}

/** What is at a path that was listed a moment ago. */
async function infoOf(fs: MigrateFs, at: string): Promise<FileInfo> {
  const info = await lstatOrUndefined(fs, at);
  if (info === undefined) throw new CallError(at, { code: 'ENOENT' });
  return info;
}

/** How what is at one path relates to what is where it should go. */
type Relation = 'free' | 'merge' | 'same' | 'taken';

async function relationOf(
  fs: MigrateFs,
  path: string,
  info: FileInfo,
  other: string,
): Promise<Relation> {
  const { kind } = info;
  if (kind !== 'file' && kind !== 'directory' && kind !== 'symlink') return 'taken';
  const there = await lstatOrUndefined(fs, other);
  if (there === undefined) return 'free';
  if (there.kind !== kind) return 'taken';
  if (kind === 'directory') return 'merge';
  // Linked by a run that died before it removed the old name. Where nothing has an inode, nobody can tell.
  if (kind === 'file') return info.inode !== 0n && isUnchanged(there, info) ? 'same' : 'taken';
  const [text, otherText] = await Promise.all([fs.readlink(path), fs.readlink(other)]);
  return textOf(text) === textOf(otherText) ? 'same' : 'taken';
}

/** Moves some entries of a directory into another one, which need not exist; what is taken there stays. */
export async function moveEntries(
  fs: MigrateFs,
  from: string,
  to: string,
  names: ReadonlySet<string>,
): Promise<void> {
  const entries = valueOf(from, await listDirectory(fs, from));
  const there = await lstatOrUndefined(fs, to);
  if (there === undefined && entries.every(({ name }) => names.has(name))) {
    await orThrow(to, fs.rename(from, to));
    await syncDirectory(fs, dirname(to));
    return;
  }
  if (there === undefined) {
    const { mode } = await infoOf(fs, from);
    await orThrow(to, fs.mkdir(to, { mode }));
    await syncDirectory(fs, dirname(to));
  }
  const named: string[] = [];
  const present = new Set(entries.map(({ name }) => name));
  // In the order of the names: transcripts last.
  for (const name of [...names].filter((each) => present.has(each))) {
    const [own, other] = [join(from, name), join(to, name)];
    const info = await infoOf(fs, own);
    const relation = await relationOf(fs, own, info, other);
    if (relation === 'taken') continue;
    if (relation === 'merge') {
      const inside = valueOf(own, await listDirectory(fs, own));
      await moveEntries(fs, own, other, new Set(inside.map((entry) => entry.name)));
    } else if (info.kind === 'directory') {
      await orThrow(other, fs.rename(own, other));
    } else {
      if (relation === 'free' && info.kind === 'file') await orThrow(other, fs.link(own, other));
      if (relation === 'free' && info.kind === 'symlink') {
        const text = textOf(await orThrow(own, fs.readlink(own)));
        await orThrow(other, fs.symlink(text, other, 'junction'));
      }
      named.push(own);
    }
  }
  // Not before the new names are durable.
  await syncDirectory(fs, to);
  for (const own of named) await removeName(fs, own);
  await syncDirectory(fs, from);
  await tolerate(['ENOENT', 'ENOTEMPTY', 'EEXIST'], from, fs.rmdir(from));
}
