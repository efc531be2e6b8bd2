import type { Facts, Identity } from '../disk/facts.ts';
import { identityText } from '../disk/facts.ts';
import { isSessionTranscript, isTranscript, sessionOf } from '../kinds-of-files.ts';
import type { LinkedFiles } from '../record/linked-files.ts';
import type { MigrationProblem } from '../migration-problem.ts';
import type { SessionKeys } from '../plan/session-keys.ts';
import type { Leftover } from '../report.ts';
import { TargetSessions } from '../moves/target-sessions.ts';
import type { Tools } from '../tools.ts';

/** A tree that is brought into the target. */
export interface Source {
  readonly root: string;
  /** The directory in which this run keeps what it displaces. */
  readonly run: string;
  /** Whether Claude Code may write there: not in a tree that has been moved aside. */
  readonly isInHome: boolean;
  /** Whether this run has moved it aside, a moment ago: what only it has was not deleted since, but came late. */
  readonly isFresh?: true;
  /** Whether it began while the link was missing, so that its transcripts are only the end of what they were. */
  readonly isFragmentary: boolean;
  /** Whether files can have a name in the target, too; otherwise they are copied. */
  readonly canLink: boolean;
  /** By path relative to the root. */
  readonly linked: LinkedFiles;
  /** What stays in the originals because the other side of a conflict was chosen. */
  readonly isLeft: (path: string) => boolean;
}

/** Bringing the trees of all homes into one shared target. */
export class Merge {
  readonly tools: Tools;
  /** The name of the link, such as `projects`. */
  readonly name: string;
  /** The real path of the target. */
  readonly target: string;
  /** What could not be merged, in the present pass. */
  readonly stuck: { readonly problem: MigrationProblem; readonly leftover: Leftover }[] = [];
  /** What stays in the originals, in the present pass. */
  readonly leftovers: Leftover[] = [];
  /** Directories in the target in which names were made: to be synced before a swap. */
  readonly touched = new Set<string>();
  /** Directories that this run made in the target, with the time that they are to have. */
  readonly made = new Map<string, bigint>();
  /** Paths at which the target got another file in this run: to be looked at again in every tree. */
  readonly replaced = new Set<string>();
  /** What the target has of each session. */
  readonly sessions: TargetSessions;
  /** Paths at which Claude Code has begun a file while the name was absent for a moment. */
  readonly begun = new Set<string>();
  /** Trees that are not brought over and may have older files of the same sessions. */
  readonly olderTrees: string[] = [];
  /** Where sessions were when the plan was made, if they may move. */
  planned: Pick<SessionKeys, 'keyOf'> | undefined;
  /** Whether sessions may have moved since the plan was made. */
  mayHaveMoves = false;
  /** Whether sessions that go on moving are no longer waited for. */
  isHurried = false;
  /** How many passes have been begun. */
  passes = 0;
  #due: { readonly files: ReadonlySet<string>; readonly paths: ReadonlySet<string> } | undefined;
  #again = new Set<string>();
  #disturbed = new Set<string>();
  #trees: readonly Source[] = [];
  readonly #offsets = new Map<string, number>();
  readonly #superseded = new Map<string, number>();

  constructor(tools: Tools, name: string, target: string) {
    this.tools = tools;
    this.name = name;
    this.target = target;
    this.sessions = new TargetSessions(tools.fs, target);
  }

  isTranscript(path: string): boolean {
    return isTranscript(this.name, path);
  }

  /** Where the target has a transcript of the same session under another project key. */
  async elsewhere(path: string): Promise<string | undefined> {
    return this.#isOfSession(path) ? await this.sessions.elsewhere(path) : undefined;
  }

  /** The same for a transcript that has just been found missing there. */
  async movedTo(path: string): Promise<string | undefined> {
    return this.#isOfSession(path) ? await this.sessions.movedTo(path) : undefined;
  }

  /** What is being brought into the target, in the present pass. */
  get trees(): readonly Source[] {
    return this.#trees;
  }

  /** Remembers up to where one file is known to be in another. */
  know(shorter: Identity, longer: Identity, offset: number): void {
    this.#offsets.set(`${identityText(shorter)} ${identityText(longer)}`, offset);
  }

  knownOffset(shorter: Identity, longer: Identity): number | undefined {
    return this.#offsets.get(`${identityText(shorter)} ${identityText(longer)}`);
  }

  /** Remembers a file in whose place an edited one was put. */
  supersede(file: Facts): void {
    this.#superseded.set(identityText(file), file.size);
  }

  /** The size that a superseded file had; `undefined` where it is none. */
  supersededAt(file: Identity): number | undefined {
    return this.#superseded.get(identityText(file));
  }

  /** Says why a file is not in the target. */
  leave(path: string, reason: Leftover['reason']): void {
    this.leftovers.push({ path, reason });
    this.lookAgain(path);
  }

  /** Says what keeps a file from being merged; it stays where it is. */
  cannotMerge(problem: MigrationProblem, path: string): void {
    this.stuck.push({ problem, leftover: { path, reason: 'unmergeable' } });
    this.lookAgain(path);
  }

  /**
   * Whether it is the transcript of a session that goes on moving, so that no pass leaves it unchanged: that all of it
   * is there is proved in another way.
   */
  isRestless(path: string): boolean {
    if (!this.isHurried || !this.#isOfSession(path)) return false;
    return this.sessions.moved.has(sessionOf(path) ?? '');
  }

  /** The files of which something has been said in the present pass. */
  toldPaths(): readonly string[] {
    return [...this.leftovers, ...this.stuck.map(({ leftover }) => leftover)]
      .filter(({ reason }) => reason !== 'torn-line')
      .map(({ path }) => path);
  }

  /** Wants another look at a file that has been moved aside: not all of it was found in the target. */
  lookAgain(at: string): void {
    this.#again.add(at);
  }

  /** Whether a file that has been moved aside has to be looked at in this pass. */
  isToLookAt(at: string, path: string): boolean {
    const { files, paths } = this.#due ?? {};
    if (files === undefined || paths === undefined) return true;
    return files.has(at) || paths.has(sessionOf(path) ?? path);
  }

  /** The target has another file there: what was found in the one before has to be looked at again. */
  disturb(path: string): void {
    this.#disturbed.add(sessionOf(path) ?? path);
  }

  /** Forgets that a name was brought over, because this run has taken it away from the target again. */
  forgetName(path: string): void {
    for (const { linked } of this.#trees) linked.delete(path);
    this.disturb(path);
  }

  /**
   * Forgets what the last pass has told.
   *
   * @param isRepeated - Whether the last pass has looked at the same trees, so that only what it left open is due.
   */
  beginPass(trees: readonly Source[], isRepeated: boolean): void {
    this.#due = isRepeated ? { files: this.#again, paths: this.#disturbed } : undefined;
    this.#again = new Set();
    this.#disturbed = new Set();
    this.#trees = trees;
    this.passes += 1;
    this.sessions.forget();
    this.stuck.length = 0;
    this.leftovers.length = 0;
  }

  #isOfSession(path: string): boolean {
    return this.isTranscript(path) && isSessionTranscript(path);
  }
}
