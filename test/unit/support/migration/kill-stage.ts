import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';

/** Two homes and a shared place with some 200 files, as they are before a migration. */
export interface KillStage {
  readonly root: string;
  readonly accountHomes: readonly [string, string];
  readonly required: ReturnType<typeof requiredSharedUnder>;
  /** Everything that is there, below every home and target. */
  readonly originals: readonly OriginalFile[];
  /** What the shared place must hold in the end: `<name>/<path>` of the longest generation. */
  readonly merged: Map<string, OriginalFile>;
}

/** A file that was there before. */
interface OriginalFile {
  /** The required name and the path below it: `projects/<key>/<id>.jsonl`. */
  readonly path: string;
  content: string;
  readonly modified: number;
  /** How many places it is in. */
  places: number;
}

const NOW = Math.floor(Date.now() / 1000);

export function stageForKills(root: string): KillStage {
  const a = join(root, 'home-a');
  const b = join(root, 'home-b');
  const required = requiredSharedUnder(join(root, 'shared'));
  const originals: OriginalFile[] = [];
  const merged = new Map<string, OriginalFile>();
  let count = 0;
  const put = (home: string | undefined, path: string, content: string) => {
    count += 1;
    const name = path.slice(0, path.indexOf('/'));
    const shared = required.find((one) => one.name === name)?.target ?? '';
    const full = join(home === undefined ? shared : join(home, name), path.slice(name.length + 1));
    const modified = NOW - count * 1000;
    mkdirSync(dirname(full), { recursive: true, mode: 0o700 });
    writeFileSync(full, content, { mode: 0o600 });
    utimesSync(full, modified, modified);
    const file: OriginalFile = { path, content, modified, places: 1 };
    originals.push(file);
    const known = merged.get(path);
    if (known !== undefined) {
      known.places += 1;
      file.places = known.places;
    }
    if (known === undefined || known.content.length < content.length) merged.set(path, file);
  };
  for (let number = 0; number < 100; number += 1) {
    const [home, other] = number % 2 === 0 ? [a, b] : [b, a];
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    const transcript = `projects/-work-${number % 12}/${id}.jsonl`;
    put(home, transcript, conversation(id, 30));
    if (number % 4 === 0) put(other, transcript, conversation(id, 12));
    if (number % 10 === 0) put(undefined, transcript, conversation(id, 5));
    if (number % 10 === 5) put(other, transcript, conversation(id, 30));
    if (number % 3 === 0) put(home, `file-history/${id}/abcdef${number}@v1`, `before ${number}\n`);
    if (number % 7 === 0) put(home, `session-env/${id}/hook-${number}.sh`, `export N=${number}\n`);
    if (number % 9 === 0) {
      put(home, `projects/-work-${number % 12}/${id}/tool-results/${number}.txt`, `r${number}`);
      put(home, `projects/-work-${number % 12}/${id}/subagents/agent-${number}.jsonl`, '{"a":1}\n');
    }
  }
  for (let number = 0; number < 12; number += 1) {
    const home = number % 2 === 0 ? a : b;
    put(home, `projects/-work-${number}/memory/MEMORY.md`, `# Notes ${number}\n`);
  }
  return { root, accountHomes: [a, b], required, originals, merged };
}

/** What comes into the shared state of a stage after it was migrated: lines, and new files. */
export function addMore({ accountHomes: [a, b], merged }: KillStage): void {
  let count = 0;
  for (const [path, file] of merged) {
    if (!path.endsWith('.jsonl')) continue;
    count += 1;
    if (count % 5 !== 0) continue;
    const more = `{"more":${count}}\n`;
    appendFileSync(join(count % 2 === 0 ? a : b, path), more);
    file.content += more;
  }
  for (let number = 0; number < 10; number += 1) {
    const home = number % 2 === 0 ? a : b;
    const path = `projects/-new-${number % 3}/00000000-0000-4000-9000-${String(number).padStart(12, '0')}.jsonl`;
    mkdirSync(dirname(join(home, path)), { recursive: true, mode: 0o700 });
    const content = `{"new":${number}}\n`;
    writeFileSync(join(home, path), content, { mode: 0o600 });
    merged.set(path, { path, content, modified: NOW, places: 2 });
  }
}

function conversation(id: string, lines: number): string {
  return Array.from(
    { length: lines },
    (_, line) => `{"line":${line},"session":"${id}","text":"${'x'.repeat(line * 40)}"}\n`,
  ).join('');
}
