import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { seeded } from '../../unit/support/seeded-random.ts';

/** A machine: a directory with a pool in it. */
export interface Machine {
  readonly root: string;
  readonly projects: string;
  readonly options: { readonly required: readonly { name: string; target: string }[] };
}

export async function newMachine(): Promise<Machine> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'store-machine-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return await machineAt(root);
}

export async function machineAt(root: string): Promise<Machine> {
  const projects = join(root, 'projects');
  await mkdir(projects, { recursive: true });
  return { root, projects, options: { required: [{ name: 'projects', target: projects }] } };
}

export async function put(machine: Machine, path: string, text: string | Uint8Array) {
  const file = join(machine.projects, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** Sessions as real ones are: most lines with a uuid, some without, sub-agents, tool results, strange bytes. */
export async function fill(machine: Machine, sessions: number, bytes: number): Promise<void> {
  const random = seeded(4711);
  const digits = (length: number) =>
    Array.from({ length }, () => Math.floor(random.next() * 16).toString(16)).join('');
  const uuid = () => [8, 4, 4, 4, 12].map(digits).join('-');
  const words = Array.from({ length: 500 }, () => digits(3 + Math.floor(random.next() * 8)));
  const text = (length: number) => {
    let said = random.chance(0.02) ? '\u0000\ud83d' : '';
    while (said.length < length) said += `${words[Math.floor(random.next() * 500)] ?? ''} `;
    return said;
  };
  const transcript = (size: number) => {
    let lines = '';
    while (lines.length < size) {
      const entry = random.chance(0.4)
        ? { type: 'mode', mode: text(20) }
        : { type: 'user', uuid: uuid(), message: { role: 'user', content: text(1500) } };
      lines += `${JSON.stringify(entry)}\n`;
      if (random.chance(0.01)) lines += 'null\n';
    }
    return lines;
  };
  for (let n = 0; n < sessions; n += 1) {
    const session = `-home-me-${n % 7}/${uuid()}`;
    const size = bytes / sessions;
    const hasMore = n % 3 === 0;
    await put(machine, `${session}.jsonl`, transcript(hasMore ? size * 0.8 : size));
    if (hasMore) {
      await put(machine, `${session}/subagents/agent-${digits(8)}.jsonl`, transcript(size * 0.2));
      const binary = Uint8Array.from({ length: 1000 }, () => Math.floor(random.next() * 256));
      await put(machine, `${session}/tool-results/${digits(6)}.txt`, binary);
    }
  }
}

/** The digest of every file of a pool, by path. */
export async function digests({ projects }: Machine): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(projects, { recursive: true, withFileTypes: true });
  const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  const found = paths.toSorted().map(async (path) => {
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return [path.slice(projects.length + 1), digest] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
