import { constants } from 'node:fs';
import type { MigrateFs } from 'claude-shared-state/migrate';
import { asText, homeAt, keys, linesOf, otherPlace, pathOf } from './places.ts';
import type { Act } from './script.ts';
import { makeDirectory, parentOf, readText, replaceFile, writeFile } from './user-files.ts';
import type { Log } from './user-facts.ts';
import type { UserModel } from './user-model.ts';

const APPENDING = constants.O_WRONLY | constants.O_APPEND;
const MAKING = APPENDING | constants.O_CREAT;

/** Does what programs of users do, in the order in which they are told, and tells the model. */
export class UserProgram {
  readonly #fs: MigrateFs;
  readonly #model: UserModel;
  readonly #homes: readonly string[];
  /** Transcripts that are open at the moment: their program does nothing else to them. */
  readonly #open = new Set<Log>();
  #count = 0;

  constructor(fs: MigrateFs, model: UserModel, ofHomes: readonly string[]) {
    this.#fs = fs;
    this.#model = model;
    this.#homes = ofHomes;
  }

  newId(): string {
    this.#count += 1;
    return `00000000-0000-4000-8000-${String(this.#count).padStart(12, '0')}`;
  }

  newLine(): string {
    this.#count += 1;
    return `{"n":${this.#count}}`;
  }

  newLog(home: string, key: string, isDeep: boolean): Log {
    const id = this.newId();
    const file = isDeep ? `agent-${id}.jsonl` : `${id}.jsonl`;
    return this.#model.newLog(id, file, home, key);
  }

  /** What is returned is to be done a little later. */
  async perform({
    deed,
    home: number,
    what,
    amount,
  }: Act): Promise<(() => Promise<void>) | undefined> {
    const home = this.#homes[number % this.#homes.length] ?? 'a';
    const { logs } = this.#model;
    const meant = logs[what % logs.length];
    const log = meant === undefined || this.#open.has(meant) ? undefined : meant;
    switch (deed) {
      case 'create':
        await this.#append(this.newLog(home, keys[what % 3] ?? '-p', false), home, amount);
        return undefined;
      case 'append':
        if (log !== undefined) await this.#append(log, await this.#writerOf(log, home), amount);
        return undefined;
      case 'append-slowly':
        return log === undefined ? undefined : await this.#appendSlowly(log, log.home);
      case 'rewrite-end':
      case 'replace':
        if (log !== undefined) await this.#rewrite(log, deed, amount);
        return undefined;
      case 'move':
        if (log !== undefined) await this.#move(log, keys[amount % 3] ?? '-p');
        return undefined;
      case 'delete':
        if (log !== undefined) await this.#delete(log, await this.#writerOf(log, home));
        return undefined;
      case 'edit-other':
      case 'write-other':
      case 'delete-other':
        await this.#changeOther(otherPlace(what), home, deed);
        return undefined;
      case 'make-directory':
        await makeDirectory(this.#fs, `${homeAt(home)}/projects/-empty-${amount}`);
        this.#model.directories.add(`projects/-empty-${amount}`);
        return undefined;
      default:
        return deed satisfies never;
    }
  }

  /** Another home's program may go on with a session once both share it. */
  async #writerOf(log: Log, home: string): Promise<string> {
    const linked = await this.linked('projects');
    return linked.has(home) && linked.has(log.home) ? home : log.home;
  }

  /** The homes that have a link. */
  async linked(name: string): Promise<ReadonlySet<string>> {
    const linked = new Set<string>();
    for (const home of this.#homes) {
      const there = await this.#fs.readlink(`${homeAt(home)}/${name}`).catch(() => undefined);
      if (there !== undefined) linked.add(home);
    }
    return linked;
  }

  #placeOf(log: Log, home: string): string {
    return `${homeAt(home)}/projects/${pathOf(log)}`;
  }

  async #append(log: Log, home: string, amount: number): Promise<void> {
    const batch = Array.from({ length: amount }, () => this.newLine());
    await writeFile(this.#fs, this.#placeOf(log, home), asText(batch), { flags: MAKING });
    for (const line of batch) this.#model.appended(log, line, home);
  }

  async #appendSlowly(log: Log, home: string): Promise<(() => Promise<void>) | undefined> {
    const opened = await this.#fs.open(this.#placeOf(log, home), APPENDING).catch(() => undefined);
    if (opened === undefined) return undefined;
    this.#open.add(log);
    return async () => {
      this.#open.delete(log);
      const line = this.newLine();
      const bytes = Buffer.from(`${line}\n`);
      await opened.write(bytes, 0, bytes.length, null);
      await opened.close();
      this.#model.appended(log, line, home);
    };
  }

  async #rewrite(log: Log, deed: 'rewrite-end' | 'replace', amount: number): Promise<void> {
    const { home } = log;
    const path = this.#placeOf(log, home);
    const text = await readText(this.#fs, path);
    if (text === undefined) return;
    const seen = linesOf(text);
    const changed = () =>
      deed === 'replace'
        ? [this.newLine(), ...seen.slice(-1)]
        : [...seen.slice(0, -1), this.newLine()];
    const kept = amount === 3 ? changed() : seen;
    const content = asText(kept);
    if (deed === 'replace') await replaceFile(this.#fs, path, content);
    else await writeFile(this.#fs, path, content);
    this.#model.rewritten(log, { seen, kept }, home);
  }

  async #move(log: Log, key: string): Promise<void> {
    const isSession = log.file === `${log.id}.jsonl`;
    const from = this.#placeOf(log, log.home);
    const to = this.#placeOf({ ...log, key }, log.home);
    if (!isSession || from === to) return;
    if (
      (await readText(this.#fs, from)) === undefined ||
      (await readText(this.#fs, to)) !== undefined
    )
      return;
    await makeDirectory(this.#fs, parentOf(to));
    await this.#fs.rename(from, to);
    this.#model.moved(log, key, log.home);
  }

  async #delete(log: Log, home: string): Promise<void> {
    const path = this.#placeOf(log, home);
    const text = await readText(this.#fs, path);
    if (text === undefined) return;
    await this.#fs.unlink(path);
    this.#model.logDeleted(log, linesOf(text), home, await this.linked('projects'));
  }

  async #changeOther(
    place: string,
    home: string,
    deed: 'edit-other' | 'write-other' | 'delete-other',
  ): Promise<void> {
    const path = `${homeAt(home)}/${place}`;
    const before = await readText(this.#fs, path);
    const linked = await this.linked(place.slice(0, place.indexOf('/')));
    const content = deed === 'delete-other' ? undefined : `content ${this.newLine()}`;
    if (content === undefined) {
      if (before === undefined) return;
      await this.#fs.unlink(path);
    } else if (deed === 'edit-other') await replaceFile(this.#fs, path, content);
    else await writeFile(this.#fs, path, content);
    this.#model.otherChanged(place, home, linked, { before, content });
  }
}
