import type { MigrationReport } from 'claude-shared-state/migrate';
import type { MigrateFs } from '../../../../src/fs/migrate-fs.ts';
import { type PosixWorld, posixWorldOf } from '../posix-memfs.ts';
import { expectEveryByte, type Files, filesIn } from '../user-bytes.ts';
import { FIRST, migrateOn, restoreOn, type Stage, THIRD } from './fault-stages.ts';
import { diskText, type Seen, transientIn, visibleIn } from './visible.ts';

type Visible = ReadonlyMap<string, Seen>;

/** How a healthy run ends, without what happens meanwhile and with it. */
export interface Expected {
  readonly before: Files;
  readonly quiet: Visible;
  readonly busy: Visible;
}

/** What was written meanwhile, by the worlds in which it was. */
const written = new WeakMap<PosixWorld, Files>();

/** A migration during which something else happens, once. */
export async function runOn(staged: Stage, fs: MigrateFs, world: PosixWorld) {
  const { meanwhile } = staged;
  if (meanwhile !== undefined) {
    world.onCall = (call, path, to) => {
      if (written.has(world) || !meanwhile.isMoment(call, path, to)) return;
      written.set(world, new Map());
      const files = Object.entries(meanwhile.act(world));
      written.set(world, new Map(files.map(([at, text]) => [at, Buffer.from(text)])));
    };
  }
  return await migrateOn(staged, fs, FIRST);
}

/** What a user finds afterwards: the target, and what stands in the homes. */
function resultOf(staged: Stage, world: PosixWorld): Visible {
  return visibleIn(world, [...staged.homes, '/s']);
}

/** How a stage ends where nothing fails. */
export async function expectedOf(staged: Stage): Promise<Expected> {
  const { image, mounts } = staged;
  const before = filesIn(posixWorldOf(image, { mounts }));
  const ends: Visible[] = [];
  for (const meanwhile of [undefined, staged.meanwhile]) {
    const world = posixWorldOf(image, { mounts });
    complete(await runOn({ ...staged, meanwhile }, world.fs, world));
    if ((meanwhile === undefined) === written.has(world)) throw new Error('nothing has happened');
    expectEveryByte(bytesOf(before, world), filesIn(world));
    ends.push(resultOf(staged, world));
    const left = transientIn(world);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }
  const [quiet = new Map<string, Seen>(), busy = quiet] = ends;
  return { before, quiet, busy };
}

function bytesOf(before: Files, world: PosixWorld): Files {
  return new Map([...before, ...(written.get(world) ?? [])]);
}

function isComplete({ outcome }: MigrationReport): boolean {
  return outcome === 'done' || outcome === 'done-with-leftovers';
}

function complete(report: MigrationReport): void {
  if (!isComplete(report)) throw new Error(`not completed: ${JSON.stringify(report)}`);
}

/** What differs only because a file was edited before anything was written down about it. */
const EDITED = new Set(['transcripts-diverge', 'files-differ']);

/** Completes a migration: by a second run, or by a third one that keeps both sides of what was edited meanwhile. */
async function completeOn(staged: Stage, world: PosixWorld): Promise<'alike' | 'otherwise'> {
  const report = await migrateOn(staged, world.fs, THIRD);
  const conflicts = report.problems.filter(({ severity }) => severity === 'error');
  const isEdited = conflicts.length > 0 && conflicts.every(({ code }) => EDITED.has(code));
  if (isComplete(report) || !written.has(world) || !isEdited) {
    complete(report);
    return 'alike';
  }
  const keepBoth = conflicts.map(({ path }) => path);
  complete(await migrateOn({ ...staged, keepBoth, live: 'refuse' }, world.fs, THIRD + 1));
  return 'otherwise';
}

/** Whether a healthy second run ends as the healthy first one, and nothing is lost on the way. */
async function checkCompletion(
  staged: Stage,
  { before, quiet, busy }: Expected,
  world: PosixWorld,
): Promise<void> {
  const bytes = bytesOf(before, world);
  expectEveryByte(bytes, filesIn(world, kept(staged)));
  const way = await completeOn(staged, world);
  if (way === 'alike') expectSame(written.has(world) ? busy : quiet, resultOf(staged, world));
  expectEveryByte(bytes, filesIn(world, shared(staged)));
  const left = transientIn(world);
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
}

/** Whether the way back gives the homes what they had, and nothing is lost on the way. */
async function checkReturn(staged: Stage, { before }: Expected, world: PosixWorld): Promise<void> {
  const bytes = bytesOf(before, world);
  const first = posixWorldOf(staged.origin, { mounts: staged.mounts });
  for (const home of staged.homes) {
    const report = await restoreOn(staged, world.fs, home, THIRD);
    const { outcome, problems } = report;
    const isNothingToDo =
      outcome === 'refused' &&
      problems.every(({ code, severity }) => code === 'no-originals' || severity === 'warning');
    if (!report.ok && outcome !== 'done-with-leftovers' && !isNothingToDo) {
      throw new Error(`not restored: ${JSON.stringify(report)}`);
    }
    expectGivenBack(visibleIn(first, [home]), visibleIn(world, [home]), written.has(world));
  }
  expectEveryByte(bytes, filesIn(world, kept(staged)));
}

/** Both, each on a disk of its own, unless a disk like this one has been looked at before. */
export function checkerOf(staged: Stage, expected: Expected) {
  const checked = new Set<string>();
  const check = async (world: PosixWorld): Promise<void> => {
    const state = diskText(world);
    const files = written.get(world);
    const key = `${files === undefined ? 'quiet' : 'busy'} ${state}`;
    if (checked.has(key)) return;
    checked.add(key);
    const other = posixWorldOf(world.image(), { mounts: staged.mounts });
    if (files !== undefined) written.set(other, files);
    await checkCompletion(staged, expected, world);
    await checkReturn(staged, expected, other);
  };
  return { check, states: () => checked.size };
}

/** Where bytes may be: not under names that nobody would look at. */
function kept({ homes }: Stage): readonly string[] {
  return [...homes, '/s', '/backup'];
}

/** Where they are to be once the homes are linked. */
function shared({ homes }: Stage): readonly string[] {
  return [...homes.map((home) => `${home}/.claude-shared-state`), '/s', '/backup'];
}

function expectSame(expected: Visible, found: Visible): void {
  const wrong: string[] = [];
  for (const path of new Set([...expected.keys(), ...found.keys()])) {
    const [one, other] = [expected.get(path), found.get(path)];
    const isSame =
      one?.kind === other?.kind &&
      one?.content === other?.content &&
      (one?.modified === undefined || one.modified === other?.modified);
    if (!isSame) wrong.push(`${path}: ${JSON.stringify(other)} instead of ${JSON.stringify(one)}`);
  }
  if (wrong.length > 0) throw new Error(`another result: ${wrong.join('; ')}`);
}

/** Everything that was there is there again; a transcript may be a later generation of itself. */
function expectGivenBack(before: Visible, found: Visible, isEdited: boolean): void {
  for (const [path, one] of before) {
    const other = found.get(path);
    const isLater = path.endsWith('.jsonl') && other?.content.startsWith(one.content) === true;
    const isSame = one.kind === other?.kind && (one.content === other.content || isLater);
    if (!isSame && !(isEdited && one.kind.startsWith('file'))) {
      throw new Error(`${path} is ${JSON.stringify(other)} instead of ${JSON.stringify(one)}`);
    }
  }
}
