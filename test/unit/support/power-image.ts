import { constants } from 'node:fs';
import type { DiskImage, ImageNode } from './disk-image.ts';
import type { Moment, PowerLog } from './power-log.ts';

/** The disk as it was at a moment, without some changes of names, and with only so many unsynced bytes of each file. */
export function imageAfter(
  log: PowerLog,
  moment: Moment,
  lost: ReadonlySet<number>,
  keep: (bytes: number) => number,
): DiskImage {
  const entriesOf = new Map<number, Map<string, number>>();
  const idOfBase = new Map([...log.baseNodes].map(([id, node]) => [node, id]));
  for (const [id, node] of log.baseNodes) {
    if (node.entries === undefined) continue;
    const names = [...node.entries].map(([name, child]): [string, number] => [
      name,
      idOfBase.get(child) ?? 0,
    ]);
    entriesOf.set(id, new Map(names));
  }
  for (const { index, sets } of log.changes.slice(0, moment.names)) {
    if (lost.has(index)) continue;
    for (const { dir, name, node } of sets) {
      const entries = entriesOf.get(dir) ?? new Map<string, number>();
      entriesOf.set(dir, entries);
      if (node === undefined) entries.delete(name);
      else entries.set(name, node);
    }
  }
  const built = new Map<number, ImageNode>();
  let nextInode = 1;
  const build = (id: number): ImageNode => {
    const known = built.get(id);
    if (known !== undefined) return known;
    const base = log.baseNodes.get(id);
    const meta = log.metaOf.get(id) ?? base;
    if (meta === undefined) throw new Error('an inode that nobody has described');
    const kind = meta.mode & constants.S_IFMT;
    const node: ImageNode = {
      ...meta,
      ...(kind === constants.S_IFREG
        ? { content: contentOf(log, moment, id, base?.content, keep) }
        : {}),
      ...(kind === constants.S_IFDIR ? { entries: new Map<string, ImageNode>() } : {}),
    };
    built.set(id, node);
    nextInode = Math.max(nextInode, meta.ino);
    for (const [name, child] of entriesOf.get(id) ?? []) node.entries?.set(name, build(child));
    return node;
  };
  const root = build(log.rootId);
  for (const { ino } of log.metaOf.values()) nextInode = Math.max(nextInode, ino);
  return { root, nextInode };
}

function contentOf(
  log: PowerLog,
  { data }: Moment,
  id: number,
  base: Uint8Array = new Uint8Array(0),
  keep: (bytes: number) => number,
): Uint8Array {
  const { made, synced } = data.get(id) ?? { made: 0, synced: 0 };
  const changes = (log.dataOf.get(id) ?? []).slice(0, made);
  const unsynced = changes.slice(synced).reduce((sum, { bytes }) => sum + (bytes?.length ?? 1), 0);
  let left = keep(unsynced);
  let content = Buffer.from(base);
  for (const [index, { bytes, position }] of changes.entries()) {
    const size = bytes?.length ?? 1;
    const kept = index < synced ? size : Math.min(left, size);
    if (index >= synced) left -= kept;
    if (kept === 0 && index >= synced) break;
    if (bytes === undefined) {
      content = Buffer.alloc(0);
    } else {
      const grown = Buffer.alloc(Math.max(content.length, position + kept));
      content.copy(grown);
      grown.set(bytes.subarray(0, kept), position);
      content = grown;
    }
  }
  return content;
}
