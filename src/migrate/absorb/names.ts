import { CallError, failedWith, orThrow, tolerate, toResult } from '../../core/result.ts';
import type { SeenEntry } from '../../fs/compare-files.ts';
import { type FileInfo, isSameFile, isUnchanged, secondsOf } from '../../fs/file-info.ts';
import {
  copyExclusive,
  lstatOrUndefined,
  makeDurableDirectories,
  OPEN,
  removeName,
  syncDirectory,
  withHandle,
} from '../../fs/io.ts';
import { mapLimit } from '../../core/map-limit.ts';
import { textOf } from '../../fs/port.ts';
import { dirname, join } from '../../core/paths.ts';
import { type Context, nonceOf } from '../context.ts';
import type { Step } from './absorb.ts';
import { type Brought, originOf } from './brought.ts';

/** Where a run works. */
export interface Workplace {
  readonly context: Context;
  /** The real path of the target. */
  readonly target: string;
  /** Where copies are prepared, on the file system of the target. */
  readonly incoming: string;
  /** Where what is displaced goes, on the file system of the target. */
  readonly replaced: string;
  readonly brought?: Brought | undefined;
}

/** What the caller must report. */
export interface Reports {
  /** The user may not link or read a file of the tree. */
  readonly onRefused: (
    path: string,
    info: FileInfo,
    reason: 'link' | 'read',
    errno: string,
  ) => void;
  /** Something lost its name in the target to somebody else, and is at this path now. */
  readonly onLost: (path: string) => void;
}

/** A copy that has no final name yet. */
export interface Prepared {
  readonly temporary: string;
  readonly info: FileInfo;
}

/** What came of giving a name; `left`: there is nothing to give it to, or the user may not. */
type Named = FileInfo | 'again' | 'no-parent' | 'left';

/** Gives names in the target, takes them away, gives them back, and makes all of that durable; decides nothing. */
export class Names {
  readonly #place: Workplace;
  readonly #reports: Reports;
  /** Directories with new or removed names, to be made durable. */
  readonly #touched = new Set<string>();
  /** Directories that were created, and the times they should have. */
  readonly #made = new Map<string, bigint>();
  #hasIncoming = false;

  constructor(place: Workplace, reports: Reports) {
    this.#place = place;
    this.#reports = reports;
  }

  /** Notes that a name in the directory of this path is new or gone. */
  touch(path: string): void {
    this.#touched.add(dirname(path));
  }

  async makeDirectory(place: string, own: FileInfo): Promise<Named> {
    const { fs } = this.#place.context;
    // Without these bits nothing could be brought into it.
    const mode = own.mode | 0o700;
    const made = await tolerate(['EEXIST', 'ENOENT'], place, fs.mkdir(place, { mode }));
    if (!made.ok) return failedWith(made, 'EEXIST') ? 'again' : 'no-parent';
    const info = await lstatOrUndefined(fs, place);
    if (info === undefined) return 'again';
    if (info.kind === 'directory' && info.mode !== mode) {
      // The umask took some of them.
      await withHandle(place, fs.open(place, OPEN.directory), (handle) => handle.chmod(mode));
    }
    this.#made.set(place, own.mtimeNs);
    return info;
  }

  async makeSymlink(place: string, ownPath: string): Promise<Named> {
    const { fs } = this.#place.context;
    const text = await tolerate(['ENOENT', 'EINVAL'], ownPath, fs.readlink(ownPath));
    if (!text.ok) return 'again';
    const made = await tolerate(
      ['EEXIST', 'ENOENT'],
      place,
      fs.symlink(textOf(text.value), place, 'junction'),
    );
    if (!made.ok) return failedWith(made, 'EEXIST') ? 'again' : 'no-parent';
    return (await lstatOrUndefined(fs, place)) ?? 'again';
  }

  async link(step: Step, place: string): Promise<Named> {
    const { own, ownPath } = step;
    if (own === 'name-not-utf8') return 'left';
    const linked = await toResult(this.#place.context.fs.link(ownPath, place));
    if (linked.ok) return own;
    switch (linked.errno) {
      case 'EEXIST':
        return 'again';
      case 'ENOENT':
        return 'no-parent';
      case 'EPERM':
      case 'EACCES':
        this.#reports.onRefused(ownPath, own, 'link', linked.errno);
        return 'left';
      // Too many names already, or no hard links across these places.
      case 'EMLINK':
      case 'EXDEV':
      case 'ENOTSUP':
      case 'EOPNOTSUPP':
      case 'ENOSYS':
        return await this.copy(step, place);
      default:
        throw new CallError(place, linked.error);
    }
  }

  async prepareIncoming(): Promise<void> {
    if (!this.#hasIncoming)
      await makeDurableDirectories(this.#place.context.fs, this.#place.incoming);
    this.#hasIncoming = true;
  }

  /** Copies a file to a temporary name beside the target. */
  async prepareCopy({ own, ownPath, tree, path }: Step): Promise<Prepared | 'again' | 'left'> {
    if (own === 'name-not-utf8') return 'left';
    const { context, brought, incoming } = this.#place;
    const { fs } = context;
    await this.prepareIncoming();
    const temporary =
      brought?.nameFor(originOf(tree, path), own) ?? join(incoming, nonceOf(context));
    const copied = await toResult(copyExclusive(fs, ownPath, own, temporary));
    if (!copied.ok) {
      if (copied.errno !== 'EACCES' && copied.errno !== 'EPERM') throw copied.error;
      this.#reports.onRefused(ownPath, own, 'read', copied.errno);
      return 'left';
    }
    const info = copied.value ? await lstatOrUndefined(fs, temporary) : undefined;
    if (info !== undefined) return { temporary, info };
    return (await lstatOrUndefined(fs, ownPath)) === undefined ? 'left' : 'again';
  }

  async copy(step: Step, place: string, ready?: Prepared): Promise<Named> {
    const { own, tree, path } = step;
    const { context, brought } = this.#place;
    const { fs } = context;
    const prepared = ready ?? (await this.prepareCopy(step));
    if (prepared === 'again' || prepared === 'left') return prepared;
    if (own === 'name-not-utf8') return 'left';
    const { temporary, info } = prepared;
    const linked = await tolerate(['EEXIST', 'ENOENT'], place, fs.link(temporary, place));
    if (!linked.ok) {
      await removeName(fs, temporary);
      return failedWith(linked, 'ENOENT') ? 'no-parent' : 'again';
    }
    if (brought === undefined) await removeName(fs, temporary);
    else await brought.add(originOf(tree, path), own, info, temporary);
    return info;
  }

  /**
   * Moves what has a name in the target to a name of its own, and looks at what it moved: if it is not what the decision
   * was about, it gets its name back.
   */
  async setAside(path: string, { info, path: place }: SeenEntry): Promise<SeenEntry | 'again'> {
    const { context, replaced } = this.#place;
    const { fs } = context;
    let to = join(replaced, path);
    // Not behind the name itself, which may be as long as names can be.
    for (let count = 2; (await lstatOrUndefined(fs, to)) !== undefined; count += 1) {
      to = join(`${replaced}.${count}`, path);
    }
    await makeDurableDirectories(fs, dirname(to));
    if (info.kind === 'symlink') return await this.#setLinkAside(place, to);
    const moved = await tolerate(['ENOENT'], place, fs.rename(place, to));
    const now = await lstatOrUndefined(fs, to);
    // The call may have taken effect all the same.
    if (!moved.ok && now === undefined) return 'again';
    this.#touched.add(dirname(place)).add(dirname(to));
    const isMeant =
      now !== undefined &&
      (info.kind === 'directory' ? isSameFile(now, info) : isUnchanged(now, info));
    if (isMeant) return { path: to, info: now };
    await this.putBack(to, place);
    return 'again';
  }

  /** Gives something its name back; if somebody else has that by now, both are sides of a conflict. */
  async putBack(from: string, place: string): Promise<void> {
    const { fs } = this.#place.context;
    const info = await lstatOrUndefined(fs, from);
    // A directory can have no second name.
    const isFree = (await lstatOrUndefined(fs, place)) === undefined;
    const isDirectory = info?.kind === 'directory' && isFree;
    const isBack = await toResult(isDirectory ? fs.rename(from, place) : fs.link(from, place));
    if (!isBack.ok) this.#reports.onLost(from);
    else if (!isDirectory) await removeName(fs, from);
  }

  /** A link is created anew: to rename it would, on memfs, move what it leads to. */
  async #setLinkAside(place: string, to: string): Promise<SeenEntry | 'again'> {
    const { fs } = this.#place.context;
    const text = await tolerate(['ENOENT', 'EINVAL'], place, fs.readlink(place));
    if (!text.ok) return 'again';
    await orThrow(to, fs.symlink(textOf(text.value), to, 'junction'));
    await removeName(fs, place);
    this.#touched.add(dirname(place)).add(dirname(to));
    const info = await lstatOrUndefined(fs, to);
    return info === undefined ? 'again' : { path: to, info };
  }

  /** Makes everything durable that was done so far, with the times that directories should have. */
  async sync(): Promise<void> {
    const { fs } = this.#place.context;
    for (const [path, mtimeNs] of this.#made) {
      const seconds = secondsOf(mtimeNs);
      await tolerate(['ENOENT'], path, fs.utimes(path, seconds, seconds));
    }
    // Once: what the directory gets from others later counts.
    this.#made.clear();
    const touched = [...this.#touched];
    this.#touched.clear();
    await mapLimit(touched, (path) => syncDirectory(fs, path));
  }
}
