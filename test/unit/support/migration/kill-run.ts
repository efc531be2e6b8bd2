import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { requiredSharedUnder } from 'claude-shared-state';
import { filesOnDisk } from '../user-bytes.ts';
import type { MigrateAnswer, MigrateJob } from './migrate-child.ts';
import { runJob, startMigrate } from './strategies.ts';

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
function addMore({ accountHomes: [a, b], merged }: KillStage): void {
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

/** The files that were there before and are not reachable now: each must begin as it was. */
export function lostFiles({ root, originals }: KillStage): readonly string[] {
  const contents = new Map<string, string[]>();
  for (const [path, bytes] of filesOnDisk([root])) {
    // Copies on their way in are no place for a file to be.
    if (relative(root, path).includes('/incoming/')) continue;
    contents.set(basename(path), [...(contents.get(basename(path)) ?? []), String(bytes)]);
  }
  return originals
    .filter(({ path, content }) => {
      const found = contents.get(basename(path)) ?? [];
      return !found.some((one) =>
        path.endsWith('.jsonl') ? one.startsWith(content) : one === content,
      );
    })
    .map(({ path }) => path);
}

/** Everything that is not as it must be after a healthy run. */
export function incomplete(stage: KillStage): readonly string[] {
  const wrong: string[] = [];
  for (const accountHome of stage.accountHomes) {
    for (const { name, target } of stage.required) {
      const path = join(accountHome, name);
      const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      if (!isLink || readlinkSync(path) !== target) wrong.push(`${path} is not linked`);
    }
  }
  const unexpected = new Set<string>();
  for (const { name, target } of stage.required) {
    for (const path of filesOnDisk([target]).keys())
      unexpected.add(join(name, relative(target, path)));
  }
  for (const [path, { content, modified, places }] of stage.merged) {
    if (!unexpected.delete(path)) {
      wrong.push(`${path} is missing`);
      continue;
    }
    const name = path.slice(0, path.indexOf('/'));
    const target = stage.required.find((one) => one.name === name)?.target ?? '';
    const full = join(target, path.slice(name.length + 1));
    if (readFileSync(full, 'utf8') !== content) wrong.push(`${path} has another content`);
    const stats = lstatSync(full);
    if ((stats.mode & 0o777) !== 0o600) wrong.push(`${path} has another mode`);
    if (places === 1 && stats.mtimeMs !== modified * 1000) wrong.push(`${path} has another time`);
  }
  return [...wrong, ...[...unexpected].map((path) => `${path} is too much`)];
}

/** What the shared place has to hold and does not, whatever else is in it. */
function missingInTarget({ required, merged }: KillStage): readonly string[] {
  return required.flatMap(({ name, target }) => without(name, target, merged));
}

/** Everything that is not as it must be after a healthy restore of the first home. */
function notGivenBack({ accountHomes: [home], required, merged }: KillStage) {
  return required.flatMap(({ name }): readonly string[] => {
    const path = join(home, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      return [`${path} is no directory`];
    }
    const files = [...filesOnDisk([path]).keys()];
    const temporary = files.filter((file) => file.includes('.claude-shared-state'));
    return [...without(name, path, merged), ...temporary.map((file) => `${file} is left over`)];
  });
}

/** What is not below a directory as it is in the merged state. */
function without(name: string, directory: string, merged: KillStage['merged']): readonly string[] {
  return [...merged.values()].flatMap(({ path, content }) => {
    if (!path.startsWith(`${name}/`)) return [];
    const full = join(directory, path.slice(name.length + 1));
    const isThere = lstatSync(full, { throwIfNoEntry: false })?.isFile() === true;
    return isThere && readFileSync(full, 'utf8') === content ? [] : [full];
  });
}

/** When a process is killed: at a random moment, at a call of a cut-over by itself, or while that call runs. */
export type Aim =
  | { readonly kind: 'random'; readonly afterMs: number }
  | { readonly kind: 'at' | 'around'; readonly point: NonNullable<MigrateJob['killAt']> };

/** Some processes to kill, one after another, and what is run before the same command completes it. */
export interface KillPlan {
  readonly aims: readonly Aim[];
  readonly other: MigrateJob['operation'] | undefined;
}

interface KillResult {
  /** Whether a process was killed before it had ended by itself. */
  readonly killed: boolean;
  /** Everything that is wrong; empty if nothing was lost and the last run completed it. */
  readonly wrong: readonly string[];
}

/** Kills a migration, or a restore of a home that has gained more since; then a healthy run completes it. */
export async function killedRun(
  operation: 'migrate' | 'restore',
  { bundle, folder }: { readonly bundle: string; readonly folder: string },
  { aims, other }: KillPlan,
): Promise<KillResult> {
  const root = mkdtempSync(join(folder, 'kill-'));
  const stage = stageForKills(root);
  const job = jobOf(stage, operation);
  const run = async (one: MigrateJob) => await runJob(bundle, one);
  const wrong: string[] = [];
  const note = (when: string) => {
    const missing = operation === 'restore' ? missingInTarget(stage) : [];
    wrong.push(...[...lostFiles(stage), ...missing].map((path) => `${path} is lost ${when}`));
  };
  try {
    if (operation === 'restore') {
      wrong.push(...notDone(await run(jobOf(stage))));
      addMore(stage);
    }
    let killed = false;
    for (const aim of aims) {
      if (await killOnce(bundle, job, aim)) killed = true;
      note(`after ${JSON.stringify(aim)}`);
    }
    if (other !== undefined) {
      await run(jobOf(stage, other));
      note(`after ${other}`);
    }
    wrong.push(...notDone(await run(job)));
    wrong.push(...(operation === 'restore' ? notGivenBack(stage) : incomplete(stage)));
    note('in the end');
    return { killed, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** How long a migration and a restore take that nobody kills, each from its job to its answer. */
export async function undisturbedMs(bundle: string, folder: string) {
  const root = mkdtempSync(join(folder, 'whole-'));
  const stage = stageForKills(root);
  const time = async (operation: MigrateJob['operation']) => {
    const answer = await runJob(bundle, jobOf(stage, operation));
    if (answer?.kind !== 'report' || !answer.ok) throw new Error(JSON.stringify(answer));
    return (answer.end - answer.start) / 1e6;
  };
  const migrate = await time('migrate');
  const restore = await time('restore');
  rmSync(root, { recursive: true, force: true });
  return { migrate, restore };
}

export function jobOf(
  { accountHomes, required }: KillStage,
  operation: MigrateJob['operation'] = 'migrate',
): MigrateJob {
  return { operation, accountHomes, required, live: 'refuse' };
}

export function notDone(answer: MigrateAnswer | undefined): readonly string[] {
  if (answer?.kind === 'report' && answer.outcome === 'done') return [];
  return [`the healthy run: ${JSON.stringify(answer)}`];
}

async function killOnce(bundle: string, job: MigrateJob, aim: Aim): Promise<boolean> {
  const child = startMigrate(bundle);
  await child.answer();
  switch (aim.kind) {
    case 'random':
      child.tell(job);
      await setTimeout(aim.afterMs);
      child.process.kill('SIGKILL');
      break;
    case 'at':
      child.tell({ ...job, killAt: aim.point });
      break;
    case 'around':
      child.tell({ ...job, announce: aim.point });
      if ((await child.answer())?.kind === 'reached') child.process.kill('SIGKILL');
      break;
  }
  return (await child.ended).signal === 'SIGKILL';
}
