import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { type Seeded, seeded } from '../seeded-random.ts';
import { transcriptWriter } from './transcript-writer.ts';
import { lineOf, type LoggedStep, type WriterJob, type WrittenSession } from './writer-log.ts';

// Writes as the real program does, until it is told to stop, and logs every step it has done.

interface Progress {
  readonly session: WrittenSession;
  key: string;
  lines: number;
}

type Done = Pick<LoggedStep, 'step'> & Partial<LoggedStep>;

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

function oneStep(
  { writer, does }: WriterJob,
  batch: number,
  progress: Progress,
  random: Seeded,
): Done {
  const { id, accountHome, moves } = progress.session;
  const path = transcriptWriter.pathOf(accountHome, progress.key, id);
  const which = random.next();
  if (which < 0.02 && does.includes('rewrite-end')) {
    const collided = transcriptWriter.rewriteEnd(path, random.between(1, 3));
    return { step: 'rewrite-end', collided };
  }
  if (which >= 0.02 && which < 0.035 && does.includes('replace')) {
    const collided = transcriptWriter.replace(path, `${path}.${process.pid}.${batch}.tmp`);
    return { step: 'replace', collided };
  }
  if (which >= 0.035 && which < 0.12 && moves && does.includes('move')) {
    // Into a worktree and back, into another one, and back again.
    const first = progress.session.key;
    const key = progress.key === first ? `${first}-worktree-${batch % 3}` : first;
    transcriptWriter.move(path, transcriptWriter.pathOf(accountHome, key, id));
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
    const recreated = transcriptWriter.append(path, lines);
    progress.lines = to;
    return { step: 'append', from, to, twice, recreated };
  } catch (error) {
    return { step: 'dropped', why: String(error) };
  }
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
