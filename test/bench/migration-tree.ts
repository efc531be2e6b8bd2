import {
  closeSync,
  mkdirSync,
  openSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { uuidOf } from './transcripts.ts';

interface TreeSize {
  readonly projects: number;
  readonly transcripts: number;
  /** The size of all transcripts together. */
  readonly bytes: number;
  /** The number of the first session; the others are numbered on from it. */
  readonly first?: number;
}

const CHUNK = 8192;
const TOOL_RESULT = 20_000;

/**
 * Fills a `projects` directory with transcripts that really take their blocks, and with one other file per project: a
 * memory or a tool result, which migrating copies. Returns how many bytes the transcripts take.
 */
export function fillProjects(
  directory: string,
  { projects, transcripts, bytes, first = 0 }: TreeSize,
): number {
  const chunksOfEach = Math.floor(bytes / transcripts / CHUNK);
  let taken = 0;
  for (let index = 0; index < transcripts; index += 1) {
    const number = first + index;
    const project = join(directory, `-work-${number % projects}`);
    if (index < projects) startProject(project, number);
    const path = join(project, `${uuidOf(number)}.jsonl`);
    // From a fifth of the average to nearly twice as much.
    const chunks = Math.round(chunksOfEach * (0.2 + (1.6 * (number % 17)) / 16));
    taken += writeTranscript(path, number, chunks);
  }
  return taken;
}

function startProject(project: string, number: number): void {
  const [folder, file] =
    number % 2 === 0
      ? ['memory', 'MEMORY.md']
      : [join(uuidOf(number), 'tool-results'), 'toolu_01.txt'];
  mkdirSync(join(project, folder), { recursive: true, mode: 0o700 });
  const text = number % 2 === 0 ? `- Project ${number}\n` : 'x'.repeat(TOOL_RESULT);
  writeFileSync(join(project, folder, file), text, { mode: 0o600 });
}

/** Returns how many bytes it takes on disk. */
function writeTranscript(path: string, number: number, chunks: number): number {
  if (chunks === 0) {
    writeFileSync(path, `{"session":${number}}\n`, { mode: 0o600 });
    return 0;
  }
  const handle = openSync(path, 'wx', 0o600);
  const block = Buffer.alloc(CHUNK * 16);
  for (let chunk = 0; chunk < 16; chunk += 1) block.write(line(number, chunk), chunk * CHUNK);
  for (let written = 0; written < chunks; written += 16) {
    writeSync(handle, block, 0, Math.min(16, chunks - written) * CHUNK);
  }
  closeSync(handle);
  return statSync(path).blocks * 512;
}

/** As many of `bytes` as fit on the file system twice, with a reserve; prints a warning if that is less. */
export function affordable(folder: string, bytes: number): number {
  const { bavail, bsize } = statfsSync(folder);
  const most = Math.max(Math.floor((bavail * bsize - 5e9) / 2.2), 0);
  if (bytes <= most) return bytes;
  console.log(`  !!! ${gigabytes(bytes)} do not fit here: measured with ${gigabytes(most)} !!!`);
  return most;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function line(number: number, chunk: number): string {
  const start = `{"type":"user","session":${number},"chunk":${chunk},"text":"`;
  return `${start}${'x'.repeat(CHUNK - start.length - 3)}"}\n`;
}
