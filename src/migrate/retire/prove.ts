import { sep } from 'node:path';
import { settle } from '../../answer.ts';
import { OPEN } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { childOf, parentOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { isEqual } from '../disk/compare.ts';
import { containsLines } from './contains-lines.ts';
import { syncDirectory } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import type { FormerPlace } from './former-place.ts';
import { isTranscript, sessionOf } from '../kinds-of-files.ts';
import { factsAt } from '../disk/look.ts';
import { withFile } from '../disk/open-file.ts';
import { type Places, sessionPlaces } from '../moves/session-places.ts';
import type { Tools } from '../tools.ts';

/** A file among the originals, as it was found. */
export interface Original {
  readonly at: string;
  readonly facts: Facts;
}

/** Proves that files among the originals are in the shared targets now, byte for byte and durably. */
export class Proof {
  readonly #tools: Tools;
  /** Real paths, by the name of the link. */
  readonly #targets: ReadonlyMap<string, string>;
  readonly #synced = new Map<string, bigint>();
  readonly #places = new Map<string, Promise<Places>>();

  constructor(tools: Tools, targets: ReadonlyMap<string, string>) {
    this.#tools = tools;
    this.#targets = targets;
  }

  /** Whether a target has everything of a file, at its place or, where its session has moved, at the new one. */
  async isShared(original: Original, { name, paths }: FormerPlace): Promise<boolean> {
    const target = this.#targets.get(name);
    if (target === undefined) return false;
    for (const path of paths) {
      if (await this.#isIn(original, name, childOf(target, path), path)) return true;
    }
    for (const path of await this.#movedTo(name, target, paths)) {
      if (await this.#isIn(original, name, childOf(target, path), path)) return true;
    }
    return false;
  }

  /** Whether a directory among the originals is one of a target, under another name: a mount, say. */
  async isTargets(facts: Facts, { name, paths }: FormerPlace): Promise<boolean> {
    const target = this.#targets.get(name);
    if (target === undefined) return false;
    for (const path of paths) {
      const there = await factsAt(this.#tools.fs, childOf(target, path));
      if (there !== undefined && isSameFile(there, facts)) return true;
    }
    return false;
  }

  async #isIn(original: Original, name: string, to: string, path: string): Promise<boolean> {
    const { fs } = this.#tools;
    const { at, facts } = original;
    // A directory that is a link by now may lead anywhere, also to the originals themselves.
    const real = await settle(fs.realpath(parentOf(to)));
    if (!real.ok || textOf(real.value) !== parentOf(to)) return false;
    const there = await factsAt(fs, to);
    if (there?.kind !== 'file') return false;
    const isOne = isSameFile(there, facts);
    if (!isOne) {
      const isLog = isTranscript(name, path);
      const isIn = isLog ? await containsLines(fs, to, at) : await isEqual(fs, to, at);
      if (isIn !== true) return false;
      await withFile(fs, to, OPEN.read, async (handle) => {
        await must(to, handle.sync?.() ?? handle.datasync());
        return true;
      });
    }
    await this.#keepName(parentOf(to));
    const now = await factsAt(fs, to);
    if (now === undefined || !isSameFile(now, there) || now.size < there.size) return false;
    // Seen in two places, it may have one name all the same: where a directory is mounted twice.
    return !isOne || now.names >= 2;
  }

  /** Makes the names of a directory durable, unless none has come since that was done. */
  async #keepName(directory: string): Promise<void> {
    const { fs } = this.#tools;
    const facts = await factsAt(fs, directory);
    if (facts === undefined || this.#synced.get(directory) === facts.mtime) return;
    await syncDirectory(fs, directory);
    this.#synced.set(directory, facts.mtime);
  }

  /** Where transcripts of a session are whose project key is another one by now. */
  async #movedTo(
    name: string,
    target: string,
    paths: readonly string[],
  ): Promise<readonly string[]> {
    const moved = paths.filter((path) => isTranscript(name, path));
    if (moved.length === 0) return [];
    const listing = this.#places.get(target) ?? sessionPlaces({ tools: this.#tools, name }, target);
    this.#places.set(target, listing);
    const places = await listing;
    return moved.flatMap((path) => {
      const [key = '', ...below] = path.split(sep);
      const now = places.get(sessionOf(path)?.toLowerCase() ?? '') ?? [];
      const keys = now.map((transcript) => transcript.split(sep)[0] ?? '');
      return keys.filter((it) => it !== key).map((it) => [it, ...below].reduce(childOf));
    });
  }
}
