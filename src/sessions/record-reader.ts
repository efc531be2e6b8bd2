import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { readSmallFile } from '../fs/read-file.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import { join } from '../core/paths.ts';
import { type SessionProblem, sessionProblem } from './session-problem.ts';
import { parseRecord, pidInName, type WholeRecord } from './session-record.ts';

/** A file that is named like a session record. */
export interface RecordFile {
  readonly path: string;
  readonly pid: number;
  /** The homes in which it is: more than one where homes, or their `sessions`, are one directory. */
  readonly accountHomes: readonly [string, ...string[]];
}

/** Reads the session records of account homes; what it cannot read goes into `problems`. */
export class RecordReader {
  readonly problems: SessionProblem[] = [];
  readonly #fs: SessionReadFs;

  constructor(fs: SessionReadFs) {
    this.#fs = fs;
  }

  /** The files that are named like session records, each once. */
  async files(accountHomes: readonly string[]): Promise<readonly RecordFile[]> {
    const files = new Map<string, RecordFile>();
    for (const accountHome of new Set(accountHomes)) {
      for (const { path, pid } of await this.#filesIn(accountHome)) {
        // With the process id, because one file may have the names of two processes.
        const identity = `${pid} ${await this.#identityOf(path)}`;
        const known = files.get(identity);
        files.set(
          identity,
          known === undefined
            ? { path, pid, accountHomes: [accountHome] }
            : { ...known, accountHomes: [...known.accountHomes, accountHome] },
        );
      }
    }
    return [...files.values()];
  }

  /** The record in a file; `undefined` if there is none, or none any more. */
  async read({ path, accountHomes: [accountHome] }: RecordFile): Promise<WholeRecord | undefined> {
    let answer = await this.#readOnce(path);
    // The program writes a record in place: for a moment it is empty, torn, or gone.
    for (let more = READINGS - 1; more > 0 && answer.record === undefined; more -= 1) {
      answer = await this.#readOnce(path);
    }
    const { record, errno } = answer;
    if (record !== undefined || errno === 'ENOENT') return record;
    const problem =
      errno === undefined
        ? sessionProblem('session-record-invalid', { path, accountHome })
        : sessionProblem('session-record-unreadable', { path, accountHome, errno });
    this.problems.push(problem);
    return undefined;
  }

  async #filesIn(accountHome: string) {
    const path = join(accountHome, 'sessions');
    const entries = await listDirectory(this.#fs, path);
    if (!entries.ok) {
      const { errno } = entries;
      if (errno !== 'ENOENT') {
        this.problems.push(sessionProblem('sessions-unreadable', { path, accountHome, errno }));
      }
      return [];
    }
    return entries.value
      .flatMap(({ name }) => {
        const pid = pidInName(name);
        return pid === undefined ? [] : [{ path: join(path, name), pid }];
      })
      .toSorted((one, other) => one.pid - other.pid);
  }

  async #identityOf(path: string): Promise<string> {
    const stats = await toResult(this.#fs.stat(path, { bigint: true }));
    return (stats.ok ? identityOf(entryOf(stats.value)) : undefined) ?? path;
  }

  async #readOnce(
    path: string,
  ): Promise<{ readonly record?: WholeRecord | undefined; readonly errno?: string }> {
    const content = await readSmallFile(this.#fs, path, MOST_BYTES);
    return content.ok ? { record: parseRecord(content.value) } : { errno: content.errno };
  }
}

// A record of 2.1.329 has about 600.
const MOST_BYTES = 65_536;
const READINGS = 3;
