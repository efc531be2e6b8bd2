import { dirname, join } from 'node:path';
import { isSharedStateError } from 'claude-shared-state';
import {
  migrate,
  type MigrateOptions,
  type MigrationReport,
  planMigration,
  type PlanMigrationOptions,
} from 'claude-shared-state/migrate';
import type { ProcessInspector } from 'claude-shared-state/sessions';
import type { Call } from './hooked.ts';
import { at, makeFile, requiredIn, snapshot, type World } from './world.ts';

export const KEY = '-home-me-app';
export const ID = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
export const OTHER_ID = '7c1d9e2b-3a4f-4b5c-8d6e-1f2a3b4c5d6e';
/** The transcript that most of these tests are about, below `projects`. */
export const TRANSCRIPT = `${KEY}/${ID}.jsonl`;
/** The time of these tests. */
export const NOW = new Date('2026-03-01T12:00:00Z');

/** Lines as a transcript has them: `lines(1, 2)`. */
export function lines(...numbers: readonly (number | string)[]): string {
  return numbers.map((n) => `${JSON.stringify({ uuid: n })}\n`).join('');
}

/** Makes files below homes and targets: `{ 'a/projects/x': 'text', 'shared/projects/y': 'text' }`. */
export function fill(world: World, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files))
    makeFile(world, inPlace(world, path), content);
}

/** `shared/<name>/…` is below a target, everything else below the root. */
export function inPlace(world: World, path: string): string {
  return at(world, path.replace(/^shared\/([^/]+)/, 'shared/.claude-$1-shared'));
}

export function read(world: World, path: string): string {
  return String(world.fs.readFileSync(inPlace(world, path), 'utf8'));
}

export function has(world: World, path: string): boolean {
  return world.fs.existsSync(inPlace(world, path));
}

export function statsOf(world: World, path: string) {
  return world.fs.lstatSync(inPlace(world, path), { bigint: true });
}

/** Processes that have all ended, but for those that are named; they started at 1. */
export function processesWith(...running: readonly number[]): ProcessInspector {
  return {
    status: ({ pid }) =>
      Promise.resolve(
        running.includes(pid) ? { state: 'running', start: '1' } : { state: 'exited' },
      ),
    self: (pid = 1) => Promise.resolve({ pid, start: '1', pidNamespace: 'test' }),
  };
}

let lastPid = 100;

/** What all runs of these tests are told; each is another process, and the ones before are dead. */
export function usual(world: World): MigrateOptions {
  lastPid += 1;
  return {
    required: requiredIn(world),
    fs: world.fs,
    now: NOW,
    processInspector: processesWith(),
    pid: lastPid,
    sleep: () => Promise.resolve(),
  };
}

export async function run(
  world: World,
  homes: readonly string[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const report = await migrate(
    homes.map((home) => at(world, home)),
    { ...usual(world), ...options },
  );
  return report;
}

export async function plan(
  world: World,
  homes: readonly string[],
  options: PlanMigrationOptions = {},
) {
  const { required, fs, now, processInspector } = usual(world);
  return await planMigration(
    homes.map((home) => at(world, home)),
    { required, fs, now, processInspector, ...options },
  );
}

/** The error of a call that has to reject. */
export async function refusalOf(calling: Promise<unknown>) {
  const settled = await calling.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isSharedStateError(settled)) throw new Error(`not refused: ${String(settled)}`);
  return settled;
}

/** Problems in short: the code, and the path in the words of `fill`; without those about where the tests run. */
export function told(
  world: World,
  { problems }: { readonly problems: readonly { readonly code: string; readonly path: string }[] },
): readonly string[] {
  return problems
    .filter(({ code }) => code !== 'ancestor-writable')
    .map(({ code, path }) => `${code} ${inShort(world, path)}`)
    .toSorted();
}

export function inShort(world: World, path: string): string {
  return path
    .replace(`${world.root}/`, '')
    .replace(/^shared\/\.claude-(.*?)-shared/, 'shared/$1')
    .replace(/restore-points\/\d{8}T\d{6}Z-[a-z0-9]+/, 'restore-points/RUN');
}

export function unmergedIn(world: World, { unmerged }: Pick<MigrationReport, 'unmerged'>) {
  return unmerged.map(({ path, reason }) => `${reason} ${inShort(world, path)}`).toSorted();
}

/** Everything of every entry below a path that a change would show: kind, inode, mode, times, content. */
export function exactly(world: World, path = world.root): Readonly<Record<string, string>> {
  const { fs } = world;
  const entry = fs.lstatSync(path, { bigint: true });
  const { ino, mode, mtimeNs, nlink } = entry;
  const facts = [ino, mode.toString(8), mtimeNs, entry.isDirectory() ? '' : nlink].join(' ');
  if (entry.isDirectory()) {
    const below = fs.readdirSync(path).map((name) => exactly(world, join(path, String(name))));
    return Object.fromEntries([{ [path]: facts }, ...below].flatMap((it) => Object.entries(it)));
  }
  if (entry.isFile()) return { [path]: `${facts} ${String(fs.readFileSync(path, 'utf8'))}` };
  return { [path]: entry.isSymbolicLink() ? `${facts} ${String(fs.readlinkSync(path))}` : facts };
}

/** The contents of all files of a world, wherever they are. */
export function contents(world: World): readonly string[] {
  return Object.values(snapshot(world)).flatMap((it) => /^file of ([^]*)$/.exec(it)?.[1] ?? []);
}

/** Edits a file as editors do: a temporary file, renamed over it. */
export async function editByRename(world: World, path: string, content: string): Promise<void> {
  const file = inPlace(world, path);
  const temporary = join(dirname(file), '.edited.tmp');
  world.fs.writeFileSync(temporary, content);
  await world.fs.promises.rename(temporary, file);
}

/** Whether a call puts the link of `projects` in the place of the directory, or creates it there: some can't be linked. */
export const linksProjects = (call: Call, path: string, to = path) =>
  (call === 'link' || call === 'symlink') && to.endsWith('/projects');

/** Whether a call moves `projects` of a home aside. */
export const movesAside = (call: Call, path: string, to?: string) =>
  call === 'rename' && path.endsWith('/projects') && (to ?? '').includes('/restore-points/');
