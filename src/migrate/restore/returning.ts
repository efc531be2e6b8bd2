import { type Facts, type Identity, isSameFile } from '../disk/facts.ts';
import { isTranscript, sessionOf } from '../kinds-of-files.ts';
import type { Manifest } from '../record/manifest.ts';
import { LinkedFiles } from '../record/linked-files.ts';
import type { Merge, Source } from '../merge/merge.ts';
import type { Leftover } from '../report.ts';
import type { Displaced } from '../sweep/sweep-displaced.ts';
import type { OnFiles, Tools } from '../tools.ts';

/** A file, and how it was when it was looked at. */
export interface Stamp extends Identity {
  readonly size: number;
  readonly mtime: bigint;
}

/** How the two files of one path were when they were brought together. */
interface Seen {
  readonly target: Stamp;
  /** Absent where only the manifest tells of it. */
  readonly own?: Stamp;
  /** Up to where that of the home was known to be in the target's, in bytes. */
  readonly shared: number;
}

/** What one directory on its way back to its home is made from. */
interface Place {
  readonly tools: Tools;
  /** The name of the link, such as `projects`. */
  readonly name: string;
  /** The real path of the shared target, of which nothing is changed. */
  readonly target: string;
  /** The run directory in which the originals are, and what is displaced. */
  readonly run: string;
  /** Where the tree is now. */
  readonly root: string;
  /** Whether files of the target can have a name in the tree, too; otherwise they are copied. */
  readonly canLink: boolean;
  readonly manifest: Manifest | undefined;
  /** What the migration itself had moved aside that was made anew: all of it is in the target, or was deleted since. */
  readonly swept: ReadonlySet<string>;
  /** Whether nobody else can be at it, so that temporary names are left over from a run that died. */
  readonly isAlone: boolean;
}

/** One directory on its way back to its home. */
export class Returning {
  readonly tools: Tools;
  readonly name: string;
  readonly target: string;
  readonly run: string;
  readonly canLink: boolean;
  readonly isAlone: boolean;
  readonly swept: ReadonlySet<string>;
  /** Where the tree is: among the originals, later in the home. */
  root: string;
  /** Whether Claude Code may write in the tree by now. */
  isInHome = false;
  /** Whether this process has brought everything into the tree before it went into the home. */
  hasPrepared = false;
  /** How many passes have been begun. */
  passes = 0;
  /** Is told of what a pass has gone through. */
  onFiles: OnFiles = () => undefined;
  /** By path, so that a later pass that finds better forgets it. */
  readonly leftovers = new Map<string, Leftover>();
  /** Transcripts of the home in whose place the target's was put. */
  readonly displaced: Omit<Displaced, 'side'>[] = [];
  /** What Claude Code made anew while nothing was there, and what it is merged with. */
  recreated: { readonly merge: Merge; readonly sources: readonly Source[] } | undefined;
  /** Directories in which names were made. */
  readonly touched = new Set<string>();
  /** Directories that were made, with the time that they are to have. */
  readonly made = new Map<string, bigint>();
  /** What was linked by the run that is taken back. */
  readonly linked: LinkedFiles;
  readonly #seen = new Map<string, Seen>();
  readonly #left: ReadonlySet<string>;
  readonly #leftSessions: ReadonlySet<string>;

  constructor({ tools, name, target, run, root, canLink, manifest, isAlone, swept }: Place) {
    this.tools = tools;
    this.name = name;
    this.target = target;
    this.run = run;
    this.root = root;
    this.canLink = canLink;
    this.isAlone = isAlone;
    this.swept = swept;
    this.linked = manifest?.linked.get(name) ?? new LinkedFiles();
    this.#left = new Set(manifest?.left.get(name));
    this.#leftSessions = new Set(
      [...this.#left].flatMap((path) => (isTranscript(name, path) ? (sessionOf(path) ?? []) : [])),
    );
  }

  isTranscript(path: string): boolean {
    return isTranscript(this.name, path);
  }

  /** Whether the home has a side of its own of this file, or of its session. */
  isLeft(path: string): boolean {
    if (this.#left.has(path)) return true;
    const session = this.name === 'projects' ? sessionOf(path) : undefined;
    return session !== undefined && this.#leftSessions.has(session);
  }

  /** Remembers that the tree has everything that the target's file had. */
  see(path: string, target: Stamp, own: Stamp, shared = own.size): void {
    this.#seen.set(path, { target: stampOf(target), own: stampOf(own), shared });
  }

  seen(path: string): Seen | undefined {
    const seen = this.#seen.get(path);
    if (seen !== undefined) return seen;
    const before = this.linked.get(path);
    if (before === undefined) return undefined;
    const { size, mtime } = before;
    const { device, inode, birth } = before.copy ?? before;
    return { target: { device, inode, birth, size, mtime }, shared: 0 };
  }

  leave(path: string, reason: Leftover['reason']): void {
    this.leftovers.set(path, { path, reason });
  }
}

/** No more of it than that, because there are many. */
function stampOf({ device, inode, birth, size, mtime }: Stamp): Stamp {
  return { device, inode, birth, size, mtime };
}

const NANOSECONDS_IN_MICROSECOND = 1000n;

/** Whether a file is still as it was; times are compared as exactly as they can be set. */
export function isAsItWas(before: Stamp, now: Facts): boolean {
  return (
    isSameFile(before, now) &&
    before.size === now.size &&
    before.mtime / NANOSECONDS_IN_MICROSECOND === now.mtime / NANOSECONDS_IN_MICROSECOND
  );
}
