import { orThrow, tolerate } from '../../core/result.ts';
import { type FileInfo, isSameFile, isUnchanged, secondsOf } from '../../fs/file-info.ts';
import {
  lstatOrUndefined,
  makeDirectories,
  makeWritable,
  removeName,
  syncDirectory,
  writeNewFile,
} from '../../fs/io.ts';
import { dirname, join } from '../../core/paths.ts';
import { nonceOf, type OnFiles } from '../context.ts';
import { migrationProblem, type MigrationProblem } from '../problems.ts';
import type { UnmergedFile } from '../report.ts';
import { type SeenEntry, readBytes } from '../../fs/compare-files.ts';
import { isSessionTranscript } from '../kinds.ts';
import { type Aside, findApart } from './apart.ts';
import type { Actor, Performed, Step } from './absorb.ts';
import { broughtFrom, originOf, promiseName } from './brought.ts';
import type { Means } from './decide.ts';
import type { LinkedTranscripts } from './linked-transcripts.ts';
import { Names, type Prepared, type Workplace } from './names.ts';
import {
  appendLines,
  appendMissing,
  MAX_MERGED_BYTES,
  uniteLines,
  wholeLinesFrom,
} from '../../fs/lines.ts';

/** Where a run works, and what it knows. */
export interface Workshop extends Workplace {
  /** Only while sessions may run. */
  readonly linked?: LinkedTranscripts;
  readonly onFiles: OnFiles;
}

/** A file's time is advanced only if it lags by at least this much, in nanoseconds: times are set with less precision. */
const SAME_TIME = 1_000_000n;

/** Does on the disk what was decided, and notes what came of it. */
export class DiskActor implements Actor {
  readonly #shop: Workshop;
  readonly #names: Names;
  /** What was displaced because something contains it, to be looked at once more in the end. */
  readonly #displaced: SeenEntry[] = [];
  readonly #lostSides: UnmergedFile[] = [];
  readonly #appended = new Map<string, number>();
  #unmerged: UnmergedFile[] = [];
  #isCutOver = false;
  /** What the last pass changed. */
  added = 0;
  /** How many of them were files. */
  addedFiles = 0;
  /** Steps of the last pass that could not be done. */
  blocked: Step[] = [];
  /** What the user may not do. */
  refusals: MigrationProblem[] = [];
  /** What the target had when an earlier run moved the tree away, and has again. */
  readonly returned: string[] = [];
  /** Transcripts of sessions that came after the directories were replaced by links, relative to the target. */
  readonly #late: string[] = [];
  /** While sessions may run: transcripts outside the target whose lines it may lack by now. */
  readonly #aside = new Map<string, Aside>();
  /** Paths of sessions that moved to another project key. */
  readonly #movers = new Set<string>();

  constructor(shop: Workshop) {
    this.#shop = shop;
    this.#names = new Names(shop, {
      onRefused: (path, { uid }, reason, errno) => {
        this.refusals.push(migrationProblem('not-permitted', { path, errno, reason, uid }));
        this.#leave(path, 'conflict');
      },
      onLost: (path) => this.#lostSides.push({ path, reason: 'conflict' }),
    });
  }

  /** From now on what comes is late, and what the target gets may come through the links. */
  cutOver(): void {
    this.#isCutOver = true;
    this.#shop.linked?.cutOver();
  }

  /** Forgets what the last pass found; this pass will find it again. */
  beginPass(): void {
    this.added = 0;
    this.addedFiles = 0;
    this.blocked = [];
    this.refusals = [];
    this.#unmerged = [];
    this.#shop.linked?.beginPass();
  }

  known(
    { tree, path }: Pick<Step, 'tree' | 'path'>,
    own: FileInfo,
    shared: FileInfo,
  ): ReturnType<Actor['known']> {
    const { brought, linked } = this.#shop;
    const copied = broughtFrom(brought, tree, path, own, shared);
    return {
      isCurrent: copied === 'current',
      isOutdatedCopy: copied === 'outdated',
      linked: linked?.sideOf(path, own, shared, tree.origin),
    };
  }

  wasRemoved({ tree, path }: Pick<Step, 'tree' | 'path'>, own: FileInfo): boolean {
    const { brought, linked } = this.#shop;
    return (
      linked?.hasLinked(path, own) === true || brought?.had(originOf(tree, path), own) === true
    );
  }

  postpone(): boolean {
    // Only while sessions may run: a later pass sees what one of them was in the middle of.
    if (this.#shop.linked === undefined) return false;
    this.added += 1;
    return true;
  }

  visited(files: number, bytes: number): void {
    this.#shop.onFiles(files, bytes);
  }

  async perform(step: Step): Promise<Performed | 'again'> {
    const { action, shared, own, ownPath, path } = step;
    if (own !== 'name-not-utf8' && own.kind === 'file') {
      this.#shop.linked?.see(path, own, ownPath, step.tree.isFragment);
    }
    switch (action.kind) {
      case 'descend':
        // Nothing could be added to a directory its owner may not write to.
        if (shared !== undefined)
          await makeWritable(this.#shop.context.fs, shared.path, shared.info.mode);
        return { shared };
      case 'add':
        return await this.#add(step, action.by);
      case 'keep':
        if (action.partial) this.#leave(ownPath, 'partial-line');
        if (action.as === 'identical') await this.#keepEqual(step);
        // It has been moved through the link.
        if (action.as === 'removed' && shared === undefined) this.#movers.add(path);
        if (shared !== undefined) this.#noteLink(step, shared.info);
        return { shared };
      case 'replace':
        return await this.#replace(step, action);
      case 'separate':
        return await this.#separate(step);
      case 'unite':
        return await this.#unite(step);
      case 'append':
        return await this.#append(step);
      case 'skip':
        this.#leave(ownPath, action.reason);
        return { shared };
      case 'conflict':
      case 'refuse':
        this.#block(step);
        return { shared };
      default:
        return action satisfies never;
    }
  }

  #leave(path: string, reason: UnmergedFile['reason']): void {
    this.#unmerged.push({ path, reason });
  }

  #block(step: Step): void {
    this.blocked.push(step);
    this.#leave(step.ownPath, 'conflict');
  }

  #noteAside(ownPath: string, path: string, from = 0): void {
    if (this.#shop.linked === undefined || !path.endsWith('.jsonl')) return;
    this.#aside.set(ownPath, { ownPath, path, from });
  }

  #noteLink({ own, path, tree }: Step, shared: FileInfo): void {
    if (own !== 'name-not-utf8' && isSameFile(own, shared))
      this.#shop.linked?.note(path, own, tree.origin);
  }

  /** Gives something of the tree its name in the target, which nothing has. */
  async #add(step: Step, by: Means, ready?: Prepared): Promise<Performed | 'again'> {
    const { own, ownPath, path } = step;
    if (own === 'name-not-utf8') return { shared: undefined };
    const { context, target } = this.#shop;
    const { fs } = context;
    const place = join(target, path);
    const result = await (by === 'directory'
      ? this.#names.makeDirectory(place, own)
      : by === 'symlink'
        ? this.#names.makeSymlink(place, ownPath)
        : by === 'link'
          ? this.#names.link(step, place)
          : this.#names.copy(step, place, ready));
    if (result === 'no-parent') {
      // Somebody removed the directory, or the tree's file is gone.
      if ((await lstatOrUndefined(fs, ownPath)) === undefined) return { shared: undefined };
      await makeDirectories(fs, dirname(place));
      return 'again';
    }
    if (result === 'again' || result === 'left') {
      return result === 'again' ? result : { shared: undefined };
    }
    this.added += 1;
    this.#names.touch(place);
    const { movedAt = step.tree.cutOverAt } = step.tree;
    const isMoved = this.#shop.linked?.knows(own) === true;
    const isFile = by === 'link' || by === 'copy';
    if (isFile) this.addedFiles += 1;
    if (this.#isCutOver && isSessionTranscript(path)) {
      this.#late.push(path);
      this.#noteAside(ownPath, path);
      const ownPaths = this.#shop.linked?.ownPathsOf(path) ?? [];
      if (ownPaths.length > 1) this.#movers.add(path);
    }
    if (isFile && !isMoved && movedAt !== undefined && own.mtimeNs < movedAt) {
      this.returned.push(place);
    }
    if (by === 'link') this.#noteLink(step, own);
    return { shared: { path: place, info: result } };
  }

  /** Of two equal files the newer time counts, because Claude Code deletes by time. */
  async #keepEqual({ own, shared, tree, path }: Step): Promise<void> {
    if (own === 'name-not-utf8' || own.kind !== 'file' || shared === undefined) return;
    if (isSameFile(own, shared.info)) return;
    const { brought } = this.#shop;
    const origin = originOf(tree, path);
    // What a run brought earlier was not compared: the target's may differ by now.
    const isCompared = tree.movedAt === undefined && !brought?.of(origin, own, shared.info);
    if (isCompared) brought?.addEqual(origin, own, shared.info);
    if (own.mtimeNs - shared.info.mtimeNs < SAME_TIME) return;
    const seconds = secondsOf(own.mtimeNs);
    await tolerate(
      ['ENOENT', 'EPERM', 'EACCES'],
      shared.path,
      this.#shop.context.fs.utimes(shared.path, seconds, seconds),
    );
  }

  async #replace(
    step: Step,
    { by, because }: Extract<Step['action'], { readonly kind: 'replace' }>,
  ): Promise<Performed | 'again'> {
    // Before the exchange, which notes the new file.
    const linkedSize = this.#shop.linked?.sizeOf(step.path);
    const exchanged = await this.#exchange(step, by);
    if (exchanged === 'again' || exchanged === 'left') {
      return exchanged === 'left' ? { shared: step.shared } : exchanged;
    }
    const { added, displaced } = exchanged;
    // Another file may have taken the name of the tree's file at the last moment.
    const isLinked = by === 'link';
    const now = isLinked ? await lstatOrUndefined(this.#shop.context.fs, added.path) : added.info;
    const isMeant = now !== undefined && isSameFile(now, added.info);
    if (because === 'contained') this.#noteAside(displaced.path, step.path);
    if (because === 'contained' && isMeant) this.#displaced.push(displaced);
    else {
      const reason = because === 'partly-contained' ? 'partial-line' : 'replaced';
      this.#lostSides.push({ path: displaced.path, reason });
    }
    if (because === 'compacted') {
      // Only what came through the link after the tree's transcript had been replaced is missing in it.
      const from = linkedSize ?? displaced.info.size;
      this.#noteAside(displaced.path, step.path, from);
      await this.#appendLate(added, displaced, from);
    }
    return { shared: added };
  }

  /** Sets the target's file aside and gives its name to the tree's; on failure, undoes everything. */
  async #exchange(
    step: Step,
    by: Means,
  ): Promise<{ readonly added: SeenEntry; readonly displaced: SeenEntry } | 'again' | 'left'> {
    const { shared, path } = step;
    const { fs } = this.#shop.context;
    if (shared === undefined) return 'again';
    // First, so that nothing is missing if it fails.
    const prepared = by === 'copy' ? await this.#names.prepareCopy(step) : undefined;
    if (prepared === 'left' || prepared === 'again') return prepared;
    const displaced = await this.#names.setAside(path, shared);
    const added = displaced === 'again' ? displaced : await this.#add(step, by, prepared);
    if (displaced !== 'again' && added !== 'again' && added.shared !== undefined) {
      return { added: added.shared, displaced };
    }
    if (prepared !== undefined) await removeName(fs, prepared.temporary);
    if (displaced !== 'again') await this.#names.putBack(displaced.path, shared.path);
    return added === 'again' ? added : 'left';
  }

  /** Appends what came through the link after the tree's transcript had been replaced. */
  async #appendLate(added: SeenEntry, displaced: SeenEntry, from: number): Promise<void> {
    const { fs } = this.#shop.context;
    const late = await wholeLinesFrom(fs, displaced.path, from);
    if (late !== undefined) await appendMissing(fs, added.path, added.info, late.lines);
  }

  /** The name gets a copy of the file that it is a name of. */
  async #separate(step: Step): Promise<Performed | 'again'> {
    const exchanged = await this.#exchange(step, 'copy');
    if (exchanged === 'again' || exchanged === 'left') {
      return exchanged === 'left' ? { shared: step.shared } : exchanged;
    }
    const { added, displaced } = exchanged;
    // Its bytes live on in the tree, of which it is a second name.
    const { fs } = this.#shop.context;
    const now = await lstatOrUndefined(fs, displaced.path);
    if (now !== undefined && isSameFile(now, displaced.info) && now.linkCount > 1) {
      await removeName(fs, displaced.path);
    }
    return { shared: added };
  }

  async #unite(step: Step): Promise<Performed | 'again'> {
    const { own, ownPath, shared, path } = step;
    if (own === 'name-not-utf8' || shared === undefined) return 'again';
    const { fs } = this.#shop.context;
    const [ownBytes, sharedBytes] = await Promise.all([
      readBytes(fs, ownPath, MAX_MERGED_BYTES),
      readBytes(fs, shared.path, MAX_MERGED_BYTES),
    ]);
    if (ownBytes === undefined || sharedBytes === undefined) {
      this.#block(step);
      return { shared };
    }
    const united = uniteLines(sharedBytes, ownBytes);
    if (united === undefined) {
      this.#shop.brought?.note(originOf(step.tree, path), own);
      return { shared };
    }
    await this.#names.prepareIncoming();
    const temporary = join(this.#shop.incoming, nonceOf(this.#shop.context));
    await writeNewFile(fs, temporary, united, shared.info.mode);
    const newer = own.mtimeNs > shared.info.mtimeNs ? own.mtimeNs : shared.info.mtimeNs;
    await orThrow(temporary, fs.utimes(temporary, secondsOf(newer), secondsOf(newer)));
    // If the process ends before the new file has its name, the next run gives the old one its name back.
    const promise = await promiseName(this.#shop.context, this.#shop.incoming, shared.path);
    const displaced = await this.#names.setAside(path, shared);
    const linked =
      displaced === 'again'
        ? undefined
        : await tolerate(['EEXIST', 'ENOENT'], shared.path, fs.link(temporary, shared.path));
    const info = await lstatOrUndefined(fs, temporary);
    if (displaced !== 'again' && linked?.ok !== true) {
      await this.#names.putBack(displaced.path, shared.path);
    }
    // The promise must not be gone after a power failure while the new name is not there.
    await syncDirectory(fs, dirname(shared.path));
    for (const name of [...promise, temporary]) await removeName(fs, name);
    if (displaced === 'again' || linked?.ok !== true || info === undefined) return 'again';
    this.added += 1;
    this.#displaced.push(displaced);
    this.#shop.brought?.note(originOf(step.tree, path), own);
    return { shared: { path: shared.path, info } };
  }

  async #append(step: Step): Promise<Performed | 'again'> {
    const { ownPath, path, shared } = step;
    if (shared === undefined) return 'again';
    const { fs } = this.#shop.context;
    const done = this.#appended.get(ownPath) ?? 0;
    const fragment = await wholeLinesFrom(fs, ownPath, done);
    if (fragment === undefined) {
      this.#block(step);
      return { shared };
    }
    const appended = await appendLines(fs, shared.path, fragment.lines);
    if (appended === undefined) return 'again';
    if (appended) this.added += 1;
    this.#noteAside(ownPath, path);
    this.#appended.set(ownPath, done + fragment.lines.length);
    if (fragment.isTorn) this.#leave(ownPath, 'partial-line');
    return { shared };
  }

  /** Sets aside what lost a conflict to a file at another path. */
  async setAside(path: string): Promise<void> {
    const place = join(this.#shop.target, path);
    const info = await lstatOrUndefined(this.#shop.context.fs, place);
    if (info === undefined) return;
    const displaced = await this.#names.setAside(path, { path: place, info });
    if (displaced === 'again') return;
    this.#lostSides.push({ path: displaced.path, reason: 'replaced' });
  }

  /** After a pass: sessions that moved to another project since they were linked lose their former name. */
  async settleMoves(): Promise<void> {
    const { context, linked, target } = this.#shop;
    for (const { path, info, movedTo, other } of linked?.moved() ?? []) {
      const place = join(target, path);
      const now = await lstatOrUndefined(context.fs, place);
      if (now === undefined) continue;
      if (movedTo === 'same-file' && isSameFile(now, info)) {
        const displaced = await this.#names.setAside(path, { path: place, info: now });
        if (displaced === 'again') continue;
        linked?.forget(path);
        this.#noteAside(displaced.path, path);
        this.added += 1;
      } else if (other !== undefined) {
        for (const ownPath of linked?.ownPathsOf(path) ?? []) this.#noteAside(ownPath, other);
      }
    }
  }

  /** Makes everything durable that was done so far. */
  async sync(): Promise<void> {
    await this.#names.sync();
  }

  /** Everything that stays outside the target. */
  async unmerged(): Promise<readonly UnmergedFile[]> {
    const { fs } = this.#shop.context;
    const changed: UnmergedFile[] = [];
    for (const { path, info } of this.#displaced) {
      const now = await lstatOrUndefined(fs, path);
      if (now === undefined || isUnchanged(now, info)) continue;
      // A program had it open, or wrote to it by its former name at the last moment.
      changed.push({ path, reason: 'changed' });
    }
    const { linked, target } = this.#shop;
    const ownPathsOf = (path: string) => linked?.ownPathsOf(path) ?? [];
    const aside = [...this.#aside.values()];
    const movers = [...this.#movers, ...(linked?.movers() ?? [])];
    const apart = await findApart({ fs, target, aside, late: this.#late, movers, ownPathsOf });
    return [...this.#unmerged, ...this.#lostSides, ...changed, ...apart];
  }
}
