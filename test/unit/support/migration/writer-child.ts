import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Seeded, seeded } from '../seeded-random.ts';
import { lineOf, type LoggedStep, type WriterJob, type WrittenSession } from './writer-log.ts';

// Writes as the real program does, until it is told to stop, and logs every step it has done.

interface Progress {
  readonly session: WrittenSession;
  key: string;
  lines: number;
}

type Done = Pick<LoggedStep, 'step'> & Partial<LoggedStep>;

const NEWLINE = 10;
const stopping = new AbortController();

async function write(job: WriterJob): Promise<void> {
  const random = seeded(job.seed);
  const log = openSync(job.log, 'ax');
  const all = job.sessions.map((session) => ({ session, key: session.key, lines: session.lines }));
  const [first, ...others] = all;
  if (first === undefined) throw new Error('a writer without sessions');
  if (job.isRecorded) record(first.session);
  for (let batch = 1; !stopping.signal.aborted; batch += 1) {
    const progress = random.pick([first, ...others]);
    const start = now();
    const done = attempt(() => oneStep(job, batch, progress, random));
    const common = { session: progress.session.id, key: progress.key, batch, start, end: now() };
    const nothing = { from: 0, to: 0, twice: 0, recreated: false, collided: false };
    const logged: LoggedStep = { ...common, ...nothing, ...done };
    writeSync(log, `${JSON.stringify(logged)}\n`);
    await pause(random, job.pauseMs);
  }
}

/** As Claude Code does while a session runs. */
function record({ accountHome, id }: WrittenSession): void {
  const folder = join(accountHome, 'sessions');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const content = { sessionId: id, cwd: '/work', kind: 'interactive', status: 'busy' };
  writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(content));
}

function oneStep({ writer }: WriterJob, batch: number, progress: Progress, random: Seeded): Done {
  const { id, accountHome, moves } = progress.session;
  const pathUnder = (key: string) => join(accountHome, 'projects', key, `${id}.jsonl`);
  const path = pathUnder(progress.key);
  const which = random.next();
  if (which < 0.02) {
    const collided = rewriteEnd(path, random.between(1, 3));
    return { step: 'rewrite-end', collided };
  }
  if (which < 0.035) {
    const collided = replace(path, `${path}.${process.pid}.${batch}.tmp`);
    return { step: 'replace', collided };
  }
  if (which < 0.12 && moves) {
    // Into a worktree and back, into another one, and back again.
    const first = progress.session.key;
    const key = progress.key === first ? `${first}-worktree-${batch % 3}` : first;
    mkdirSync(dirname(pathUnder(key)), { recursive: true, mode: 0o700 });
    renameSync(path, pathUnder(key));
    progress.key = key;
    return { step: 'move', key };
  }
  const from = progress.lines + 1;
  const to = progress.lines + random.between(1, 9);
  const twice = random.chance(0.05) ? random.between(from, to) : 0;
  let lines = '';
  for (let n = from; n <= to; n += 1) {
    lines += lineOf(writer, id, batch, n).repeat(n === twice ? 2 : 1);
  }
  try {
    const recreated = append(path, lines);
    progress.lines = to;
    return { step: 'append', from, to, twice, recreated };
  } catch (error) {
    return { step: 'dropped', why: String(error) };
  }
}

/*
 * What the real program does to transcripts, by path each time, with no handle held. All calls are synchronous: one
 * process appends to one transcript in order, as the program does.
 */

/** Twice and no more: what the program cannot append the second time it drops, and tells nobody. */
function append(path: string, batch: string): boolean {
  const appendOnce = () => {
    const handle = openSync(path, 'a', 0o600);
    try {
      if (writeSync(handle, batch) !== batch.length) throw new Error(`${path}: a short write`);
    } finally {
      closeSync(handle);
    }
  };
  try {
    appendOnce();
    return false;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendOnce();
    return true;
  }
}

/** Takes the last lines away and writes the same ones again; tells whether somebody else wrote meanwhile. */
function rewriteEnd(path: string, lines: number): boolean {
  const handle = openSync(path, 'r+');
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, 4096));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    let from = buffer.length - 1;
    for (let count = 0; count < lines; count += 1) {
      const before = buffer.lastIndexOf('\n', from - 1);
      if (before === -1) break;
      from = before;
    }
    const end = Buffer.from(buffer.subarray(from + 1));
    ftruncateSync(handle, size - end.length);
    writeSync(handle, end, 0, end.length, size - end.length);
    // Half a line that was being written has been cut off there, or somebody has appended since.
    return buffer.at(-1) !== NEWLINE || fstatSync(handle).size !== size;
  } finally {
    closeSync(handle);
  }
}

/** Replaces the file by another of the same content; tells whether half a line was read, which is being written. */
function replace(path: string, temporary: string): boolean {
  const content = readFileSync(path);
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
  return content.length > 0 && content.at(-1) !== NEWLINE;
}

function attempt(step: () => Done): Done {
  try {
    return step();
  } catch (error) {
    // As in the program: what fails there is not done, and it goes on.
    return { step: 'failed', why: String(error) };
  }
}

async function pause(random: Seeded, averageMs: number): Promise<void> {
  // In bursts, so that some batches follow at once.
  if (random.chance(0.5)) await setImmediate();
  else await setTimeout(random.next() * 4 * averageMs);
}

function now(): number {
  return Number(process.hrtime.bigint());
}

function isJob(message: unknown): message is WriterJob {
  return typeof message === 'object' && message !== null && 'sessions' in message;
}

process.on('message', (message) => {
  if (!isJob(message)) {
    stopping.abort();
    return;
  }
  process.send?.({ writing: true });
  void write(message).then(() => process.exit(0));
});
process.send?.({ writing: false });
