import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { lineOf, type WrittenSession } from './writer-log.ts';

/** Two homes that are written to, and where they are to share. */
export interface LiveStage {
  readonly root: string;
  readonly accountHomes: readonly [string, string];
  readonly sharedRoot: string;
  readonly required: ReturnType<typeof requiredSharedUnder>;
  /** Where the transcripts are shared. */
  readonly projects: string;
  /** What each writer owns. */
  readonly writers: readonly (readonly WrittenSession[])[];
}

const LINES = 40;

/** Sets up homes whose sessions have older generations elsewhere, in every way there is. */
export function stageLiveSessions(root: string, writerCount: number): LiveStage {
  const accountHomes = [join(root, 'home-a'), join(root, 'home-b')] as const;
  const sharedRoot = join(root, 'shared');
  const required = requiredSharedUnder(sharedRoot);
  const projects = join(sharedRoot, '.claude-projects-shared');
  const writers = Array.from({ length: writerCount }, (_, writer) => {
    const accountHome = accountHomes[writer % 2] ?? accountHomes[0];
    const other = accountHomes[(writer + 1) % 2] ?? accountHomes[0];
    return Array.from({ length: 8 }, (_, number): WrittenSession => {
      const id = idOf(writer, number);
      const key = `-work-${number % 3}`;
      const lines = number === 7 ? 0 : LINES;
      const put = (directory: string, count: number) => {
        const text = Array.from({ length: count }, (_, index) => lineOf(writer, id, 0, index + 1));
        make(join(directory, key, `${id}.jsonl`), text.join(''));
      };
      if (lines > 0) put(join(accountHome, 'projects'), lines);
      if (number === 2 || number === 4) put(join(other, 'projects'), LINES / 2);
      if (number === 3 || number === 4) put(projects, LINES / 4);
      if (number === 5) put(join(other, 'projects'), LINES);
      return {
        id,
        accountHome,
        key,
        lines,
        moves: number === 6,
        hasCopies: number >= 2 && number <= 5,
      };
    });
  });
  for (const [index, accountHome] of accountHomes.entries()) {
    for (let number = 0; number < 40; number += 1) {
      const directory = join(accountHome, 'projects', `-idle-${index}-${number % 5}`);
      make(join(directory, `${idOf(100 + index, number)}.jsonl`), `{"idle":${number}}\n`);
    }
    make(join(accountHome, 'projects', `-idle-${index}-0`, 'memory', 'MEMORY.md'), '# Notes\n');
    make(join(accountHome, 'file-history', idOf(100 + index, 0), 'abc@v1'), 'before');
  }
  return { root, accountHomes, sharedRoot, required, projects, writers };
}

function make(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}

function idOf(writer: number, number: number): string {
  const last = String(writer * 1000 + number).padStart(12, '0');
  return `00000000-0000-4000-8000-${last}`;
}
