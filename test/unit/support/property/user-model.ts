import { linesOf } from './places.ts';
import type { Change, Log, Other, Place, Rewriting } from './user-facts.ts';

const SHARED = 'shared';

/** What users know of their files, and what they have been promised; nothing of how it is kept. */
export class UserModel {
  readonly logs: Log[] = [];
  readonly others = new Map<string, Other>();
  /** Empty ones, with the name of the link. */
  readonly directories = new Set<string>();

  /** Homes that have been given their directories back, with everything that was shared by then. */
  readonly returned = new Set<string>();

  newLog(id: string, file: string, home: string, key: string): Log {
    const log: Log = {
      id,
      file,
      home,
      key,
      lines: new Set(),
      weak: new Set(),
      past: new Set(),
      gone: new Set(),
      oldKeys: new Set(),
      formerKeys: new Set(),
      isDisturbed: false,
      mayRepeat: false,
      isLeft: false,
      isNew: true,
      // What begins before the home has its directory back is shared, and then copied to it.
      copies: new Set(this.isReturning ? [home, SHARED] : [home]),
      touchedBy: new Set(),
    };
    this.logs.push(log);
    return log;
  }

  /** Whether a home is being given its directories back: then it keeps what is deleted elsewhere. */
  isReturning = false;

  /** The way back ends it: what is in a real directory of a home is shared again, though it was deleted. */
  beginReturn(home: string): void {
    this.isReturning = true;
    this.returned.add(home);
    for (const log of this.logs) {
      log.gone.clear();
      log.copies.add(home).add(SHARED);
      // What the home had before comes back with its directory.
      for (const key of log.formerKeys) log.oldKeys.add(key);
    }
    for (const other of this.others.values()) {
      other.isGone = false;
      // The home gets a copy, which is united with what becomes of the shared one.
      for (const content of other.at.values()) other.mayStay.add(content);
    }
  }

  /** Whether a run is at work: until it has ended, what a home had may be united with what has replaced it through a link. */
  isRunning = false;

  /** Whether the run before has died; the next one lists what was compacted or moved in it. */
  hasDied = false;

  beginRun(): void {
    this.isRunning = true;
    for (const it of [...this.logs, ...this.others.values()]) it.touchedBy.clear();
    for (const log of this.logs) log.isNew = false;
    if (!this.hasDied) for (const it of this.others.values()) it.isDisturbed = false;
    this.hasDied = false;
  }

  /** A run has died, or failed: the next one can't know what was deleted since, and brings it back. */
  died(): void {
    this.hasDied = true;
    for (const log of this.logs) log.gone.clear();
    for (const other of this.others.values()) other.isGone = false;
  }

  appended(log: Log, line: string, home: string): void {
    // What is begun anew cannot be told from what was begun while its history was not to be seen.
    log.gone.clear();
    log.lines.add(line);
    log.touchedBy.add(home);
    log.copies.add(home);
  }

  /** The program has seen these lines, and put others in their place. */
  rewritten(log: Log, { seen, kept }: Rewriting, home: string): void {
    log.isDisturbed = true;
    if (this.returned.size > 0) log.mayRepeat = true;
    log.touchedBy.add(home);
    // It had replaced the others itself, and may have found them again before the run saw that.
    const current = kept.filter((line) => log.lines.has(line) || !log.past.has(line));
    for (const line of seen) if (log.lines.delete(line)) log.past.add(line);
    for (const line of current) {
      log.past.delete(line);
      log.lines.add(line);
    }
  }

  moved(log: Log, key: string, home: string): void {
    log.isDisturbed = true;
    log.touchedBy.add(home);
    // Right before a home is given its directories back, it may still get it at the former place.
    if (log.copies.size > 1 || this.isReturning) log.oldKeys.add(log.key);
    log.formerKeys.add(log.key);
    log.key = key;
  }

  /** `linked`: the homes in whose place there is a link. */
  logDeleted(log: Log, seen: readonly string[], home: string, linked: ReadonlySet<string>): void {
    // Of what was begun during a run that then failed the next one cannot know that it was shared already.
    const isKnown = !log.isNew && !log.isDisturbed;
    // What went on while its history was not to be seen comes back, with that history.
    const isWhole = isWithin(log.lines, new Set(seen));
    const isForGood = isKnown && isWhole && this.#isGoneBy(log.copies, home, linked);
    log.isDisturbed = true;
    log.touchedBy.add(home);
    for (const line of seen) {
      if (isForGood) log.gone.add(line);
      log.lines.delete(line);
      log.weak.delete(line);
      log.past.add(line);
    }
    for (const line of log.lines) log.weak.add(line);
    log.lines.clear();
    // A run that can't see any more that it was moved leaves the name that it had given it.
    for (const key of log.formerKeys) log.oldKeys.add(key);
  }

  /** Whether what a home's program deletes is deleted for all of them. */
  #isGoneBy(copies: Iterable<string>, home: string, linked: ReadonlySet<string>): boolean {
    const places = new Set([SHARED, ...linked]);
    return !this.isReturning && linked.has(home) && isWithin([...copies, ...this.returned], places);
  }

  otherAt(path: string): Other {
    const known = this.others.get(path);
    if (known !== undefined) return known;
    const other = {
      path,
      at: new Map<Place, string>(),
      isGone: false,
      touchedBy: new Set<string>(),
      isDisturbed: false,
      isLeft: false,
      mayStay: new Set<string>(),
    };
    this.others.set(path, other);
    return other;
  }

  /** The program has found a file as `before`, and put `content` there, or deleted it. */
  otherChanged(
    path: string,
    home: string,
    linked: ReadonlySet<string>,
    { before, content }: Change,
  ): void {
    const other = this.otherAt(path);
    const isLinked = linked.has(home);
    other.touchedBy.add(home);
    if (!isLinked) other.isDisturbed = true;
    if (content === undefined) {
      other.isGone = !other.isDisturbed && this.#isGoneBy(other.at.keys(), home, linked);
    }
    if (content !== undefined || !isLinked) other.isGone = false;
    for (const [place, there] of other.at) {
      if (!isIn(path, there, before) || (!isLinked && place !== home)) continue;
      other.at.delete(place);
      // Another home's, or what is deleted, is shared already if the run has come to it.
      const isAwaited = place !== SHARED && (this.isRunning || !linked.has(place));
      const mayBeCopied = isLinked ? isAwaited : content === undefined;
      if (mayBeCopied) other.mayStay.add(there);
    }
    const overwritten = other.at.get(isLinked ? SHARED : home);
    if (overwritten !== undefined) other.mayStay.add(overwritten);
    if (content !== undefined && this.isReturning) other.mayStay.add(content);
    if (content !== undefined) other.at.set(isLinked ? SHARED : home, content);
    // It is gone for that home, too, though it does not know yet.
    else if (isLinked && other.at.size > 0) other.isLeft = true;
  }
}

/** Whether a program that has found a file as `before` has seen a content: a memory may be united from several. */
function isIn(path: string, content: string, before: string | undefined): boolean {
  if (!path.endsWith('/MEMORY.md') || before === undefined) return content === before;
  const lines = new Set(linesOf(before));
  return linesOf(content).every((line) => lines.has(line));
}

function isWithin(some: Iterable<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((it) => all.has(it));
}
