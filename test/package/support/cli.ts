import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';

/** Where npm has put the command. */
export const bin = join(inject('consumer'), 'node_modules', '.bin', 'claude-shared-state');

/** All that the command has of its environment, for the home directory of a user. */
export function environmentIn(home: string): Record<string, string> {
  return {
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: [dirname(bin), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    TERM: 'xterm-256color',
  };
}

/** An account home that was used alone, with so many sessions. */
export function makeHome(path: string, sessions: number): void {
  mkdirSync(join(path, 'projects', '-work'), { recursive: true });
  writeFileSync(join(path, 'settings.json'), '{}');
  for (let session = 0; session < sessions; session += 1) {
    const transcript = join(path, 'projects', '-work', `${randomUUID()}.jsonl`);
    writeFileSync(transcript, `{"n":${session}}\n`);
  }
}
