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

export interface TreeSize {
  readonly directories: number;
  readonly files: number;
  readonly bytes: number;
  /** The number of the first session; those after it are the next ones. */
  readonly first?: number;
}

const CHUNK = 8192;

/** Fills a `projects` directory with transcripts that really take their blocks; gives how many bytes those are. */
export function fillProjects(
  projects: string,
  { directories, files, bytes, first = 0 }: TreeSize,
): number {
  const perFile = Math.floor(bytes / files / CHUNK);
  let taken = 0;
  for (let index = 0; index < files; index += 1) {
    const number = first + index;
    const directory = join(projects, `-work-${number % directories}`);
    if (index < directories) mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, `${idOf(number)}.jsonl`);
    // From a fifth of the average to nearly twice as much.
    const chunks = Math.round(perFile * (0.2 + (1.6 * (number % 17)) / 16));
    if (chunks === 0) {
      writeFileSync(path, `{"session":${number}}\n`, { mode: 0o600 });
      continue;
    }
    const handle = openSync(path, 'wx', 0o600);
    const block = Buffer.alloc(CHUNK * 16);
    for (let chunk = 0; chunk < 16; chunk += 1) block.write(line(number, chunk), chunk * CHUNK);
    for (let written = 0; written < chunks; written += 16) {
      writeSync(handle, block, 0, Math.min(16, chunks - written) * CHUNK);
    }
    closeSync(handle);
    taken += statSync(path).blocks * 512;
  }
  return taken;
}

/** As much of `bytes` as a file system holds twice, with a reserve; says so loudly when that is less. */
export function affordable(folder: string, bytes: number): number {
  const { bavail, bsize } = statfsSync(folder);
  const most = Math.floor((bavail * bsize - 5e9) / 2.2);
  if (bytes <= most) return bytes;
  const reduced = Math.max(most, 0);
  console.log(
    `  !!! REDUCED: ${gigabytes(bytes)} do not fit here, measured with ${gigabytes(reduced)} !!!`,
  );
  return reduced;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function line(number: number, chunk: number): string {
  const start = `{"type":"user","session":${number},"chunk":${chunk},"text":"`;
  return `${start}${'x'.repeat(CHUNK - start.length - 3)}"}\n`;
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
