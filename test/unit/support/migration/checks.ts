import type { MigrateFs } from '../../../../src/fs/migrate-fs.ts';
import type { Fault } from '../migrate-faults.ts';
import type { Outcome } from '../migrate-sweep.ts';
import { type PosixWorld, posixWorldOf } from '../posix-memfs.ts';
import { expectEveryByte, type Files, filesIn } from '../user-bytes.ts';
import { callsOn, type Ended, requiredOn } from './calls.ts';
import { type Stage, worldOf } from './stages.ts';
import { diskText, type Seen, transientIn, type Visible, visibleIn } from './visible.ts';

/** The processes of a case, each of which finds the ones before it dead. */
export const FIRST = 9001;
const RECOVERY = 9002;
const SECOND = 9003;
const THIRD = 9004;
const FOURTH = 9005;

/** A stage before its command, and after it if nothing fails or happens meanwhile. */
export interface Expected {
  readonly before: Files;
  readonly untouched: Visible;
  readonly quiet: Visible;
}

/** What was written meanwhile, by the worlds in which it was. */
const written = new WeakMap<PosixWorld, Files>();

/** The command of a stage, during which something else happens once. */
export async function runOn(staged: Stage, fs: MigrateFs, world: PosixWorld): Promise<Ended> {
  const { meanwhile } = staged;
  if (meanwhile !== undefined) {
    world.onCall = (call, path, to) => {
      if (written.has(world) || !meanwhile.isMoment(call, path, to)) return;
      written.set(world, new Map());
      const files = Object.entries(meanwhile.act(world));
      written.set(world, new Map(files.map(([at, text]) => [at, Buffer.from(text)])));
    };
  }
  return await callsOn(staged, fs, FIRST).command();
}

export async function expectedOf(staged: Stage): Promise<Expected> {
  const start = worldOf(staged);
  const expected = { before: filesIn(start, places(staged)), untouched: resultOf(staged, start) };
  const { meanwhile, ...quietly } = staged;
  const world = worldOf(staged);
  const report = await runOn(quietly, world.fs, world);
  if (!isComplete(report)) throw new Error(`not completed: ${asText(report)}`);
  expectNothingLeft(staged, world);
  if (meanwhile !== undefined) {
    const busy = worldOf(staged);
    await runOn(staged, busy.fs, busy);
    if (!written.has(busy)) throw new Error('nothing has happened meanwhile');
  }
  return { ...expected, quiet: resultOf(staged, world) };
}

/**
 * Checks what a run has left: its report is true, no byte is lost, the same command completes it, and any other
 * command is safe. A disk like one that was checked before is not checked again.
 *
 * @param others - How many of the other commands are tried on each disk, chosen at random; all by default.
 */
export function checkerOf(
  staged: Stage,
  expected: Expected,
  { random, others = Infinity }: { readonly random: () => number; readonly others?: number },
) {
  const checked = new Set<string>();
  const [same, ...rest] = Object.entries(followUps);
  const chosen = () => {
    const shuffled = rest.map((it) => [random(), it] as const).toSorted(([a], [b]) => a - b);
    const some = shuffled.slice(0, others).map(([, it]) => it);
    return same === undefined ? some : [same, ...some];
  };
  const check = async (
    world: PosixWorld,
    outcome: Outcome<Ended>,
    faults: readonly Fault[],
  ): Promise<void> => {
    const ended = outcome.kind === 'returned' ? outcome.value.outcome : outcome.kind;
    const reports = outcome.kind === 'returned' ? [outcome.value] : [];
    // A recovery may have ended well instead of dying.
    const isAll = faults.length < 2;
    for (const report of isAll ? reports : []) expectTrue(staged, expected, world, [report]);
    const files = written.get(world);
    const key = `${files === undefined ? 'quiet' : 'busy'} ${diskText(world)}`;
    if (checked.has(key)) return;
    checked.add(key);
    expectKept(staged, bytesIn(expected.before, world), world);
    for (const [name, follow] of chosen()) {
      const other = posixWorldOf(world.image(), staged.volume);
      if (files !== undefined) written.set(other, files);
      try {
        await follow(staged, expected, other, isAll ? reports : undefined);
      } catch (error) {
        throw new Error(`${ended}, then ${name}: ${String(error)}`, { cause: error });
      }
    }
  };
  return { check, states: () => checked.size };
}

type FollowUp = (
  staged: Stage,
  expected: Expected,
  world: PosixWorld,
  /** `undefined` if it is not known what earlier runs have reported. */
  first: readonly Ended[] | undefined,
) => Promise<void>;

/** What somebody does after a run that did not end well, each on a disk of its own. */
const followUps: Readonly<Record<string, FollowUp>> = {
  'the same command': async (staged, expected, world, first) => {
    const { restorePoints } = await callsOn(staged, world.fs, SECOND).list();
    const isOver =
      restorePoints.length > 0 && restorePoints.every(({ state }) => state !== 'incomplete');
    const report = await expectCompletion(staged, expected, world);
    // A list that died with the process right before it could report it is lost.
    const isUnknown = first === undefined || (first.length === 0 && isOver);
    if (report?.ok !== true || (isUnknown && written.has(world))) return;
    expectTrue(staged, expected, world, [report, ...(first ?? [])]);
  },

  restore: async (staged, expected, world) => {
    for (const home of staged.homes) await expectReturn(staged, expected, world, home);
    await expectCompletion(staged, expected, world);
  },

  migrate: async (staged, expected, world) => {
    await decide(staged, world, callsOn(staged, world.fs, SECOND).migrate());
    expectLinks(staged, world);
    await expectCompletion(staged, expected, world);
  },

  prune: async (staged, expected, world) => {
    await callsOn(staged, world.fs, SECOND).prune();
    await expectCompletion(staged, expected, world);
  },

  'a look': async (staged, _, world) => {
    const before = diskText(world);
    const calls = callsOn(staged, world.fs, SECOND);
    await calls.look();
    if (diskText(world) !== before) throw new Error('it has changed something');
    const { problems } = await calls.list();
    if (problems.length > 0) throw new Error(`not listed: ${JSON.stringify(problems)}`);
  },

  ensure: async (staged, expected, world) => {
    await callsOn(staged, world.fs, SECOND).ensure();
    await expectCompletion(staged, expected, world);
  },

  'migrate with another root': async (staged, expected, world) => {
    const required = requiredOn(staged, '/t');
    const calls = callsOn(staged, world.fs, SECOND);
    const report = await calls.migrate(staged.homes, { required });
    expectKept(staged, bytesIn(expected.before, world), world);
    if (isComplete(report)) return expectLinks(staged, world, '/t');
    if (filesIn(world, ['/t']).size > 0) throw new Error('it has begun a second pool');
    await expectCompletion(staged, expected, world);
  },

  'migrate with one home less': async (staged, expected, world) => {
    const [, ...homes] = staged.homes;
    if (homes.length === 0) return;
    await decide(staged, world, callsOn(staged, world.fs, SECOND).migrate(homes));
    await expectCompletion(staged, expected, world);
  },

  'links are removed by hand': async (staged, expected, world) => {
    for (const path of staged.homes.flatMap((home) => staged.names.map((it) => `${home}/${it}`))) {
      if (world.volume.at(path)?.getNode().isSymlink() === true) world.memfs.unlinkSync(path);
    }
    await expectCompletion(staged, expected, world);
  },

  'state directories are removed by hand': async (staged, _, world) => {
    for (const place of [...staged.homes, '/s']) {
      const path = `${place}/.claude-shared-state`;
      world.memfs.rmSync(path, { recursive: true, force: true });
    }
    const left = filesIn(world, places(staged));
    await decide(staged, world, callsOn(staged, world.fs, SECOND).migrate());
    expectKept(staged, left, world);
    expectLinks(staged, world);
  },
};

/** A command that recovers from a death, and may die in it. */
export function recoveringOn(staged: Stage, random: () => number) {
  return async (fs: MigrateFs): Promise<unknown> => {
    const calls = callsOn(staged, fs, RECOVERY);
    const [home = ''] = staged.homes;
    const { command, migrate, prune, ensure } = calls;
    const all = [command, command, migrate, prune, ensure, () => calls.restore(home)];
    return await (all[Math.floor(random() * all.length)] ?? command)();
  };
}

/** The command of the stage completes what it was about, and leaves nothing of itself behind. */
async function expectCompletion(
  staged: Stage,
  expected: Expected,
  world: PosixWorld,
): Promise<Ended | undefined> {
  const { command } = staged;
  const bytes = bytesIn(expected.before, world);
  expectKept(staged, bytes, world);
  // Somebody else may have deleted all of it.
  if (command.call === 'delete' && world.volume.at(command.path) === undefined) return undefined;
  const calls = callsOn(staged, world.fs, THIRD);
  const { restorePoints } = await calls.list();
  // Somebody may have deleted what the home could be restored from, or begun to.
  const isGone = (home: string) =>
    !restorePoints.some(({ accountHome, names, state }) => {
      const isUsable = state !== 'deleting' && (names.length > 0 || state === 'restored');
      return accountHome === home && isUsable;
    });
  if (command.call === 'restore' && isGone(command.home)) return undefined;
  // A restore that died in between comes first.
  const isRestoring = restorePoints.some(({ state }) => state === 'restoring');
  if (command.call === 'delete' && isRestoring) {
    for (const home of staged.homes) await callsOn(staged, world.fs, FOURTH).restore(home);
  }
  const report = await decide(staged, world, calls.command());
  expectKept(staged, bytes, world);
  expectNothingLeft(staged, world);
  if (command.call === 'migrate') expectLinks(staged, world);
  if (command.call === 'restore') expectOwnDirectories(staged, world, command.home);
  return report;
}

const CHANGED = new Set(['transcripts-diverge', 'files-differ', 'duplicate-session-id']);

/** The conflicts that block a run, if nothing else does. */
function conflictsOf({ problems }: Ended): readonly string[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return errors.every(({ code }) => CHANGED.has(code)) ? errors.map(({ path }) => path) : [];
}

/** Expects a run to end well: at once, or with a decision about what was changed in the run that died. */
async function decide(
  staged: Stage,
  world: PosixWorld,
  running: Promise<Ended>,
): Promise<Ended | undefined> {
  const report = await running;
  if (isComplete(report)) return report;
  const preferHome = conflictsOf(report);
  if (!written.has(world) || preferHome.length === 0) {
    throw new Error(`not completed: ${asText(report)}`);
  }
  const decided = await callsOn(staged, world.fs, FOURTH).migrate(staged.homes, { preferHome });
  if (!isComplete(decided)) throw new Error(`not decided: ${asText(decided)}`);
  return undefined;
}

/** A home has directories of its own again, with everything that it had before. */
async function expectReturn(
  staged: Stage,
  { untouched }: Expected,
  world: PosixWorld,
  home: string,
): Promise<void> {
  const report = await callsOn(staged, world.fs, SECOND).restore(home);
  const codes = new Set(report.problems.map(({ code }) => code));
  // There is nothing to restore if nothing was set aside yet, or if that is being deleted.
  const isNothing = codes.has('no-restore-point') || staged.command.call === 'delete';
  if (!isComplete(report) && !isNothing) throw new Error(`not restored: ${asText(report)}`);
  if (staged.command.call === 'delete') return;
  const found = visibleIn(world, [home]);
  for (const [path, { kind, content }] of untouched) {
    if (!path.startsWith(`${home}/`) || kind === 'link') continue;
    const other = found.get(path);
    const shared = world.volume.at(path.replace(`${home}/projects`, TARGET))?.getNode();
    const isContinued = path.endsWith('.jsonl') && other?.content.startsWith(content) === true;
    const isShared = shared?.isFile() === true && other?.content === shared.getString();
    const isSame = other?.kind === kind && (other.content === content || isContinued || isShared);
    if (!isSame && !written.has(world)) {
      throw new Error(`${path} is ${JSON.stringify(other)} after a restore`);
    }
  }
}

const TARGET = '/s/.claude-projects-shared';

/** Expects that what a report says is so; earlier ones may have listed something already. */
function expectTrue(
  staged: Stage,
  expected: Expected,
  world: PosixWorld,
  reports: readonly [Ended, ...Ended[]],
): void {
  const [{ ok, outcome }] = reports;
  if (ok && written.has(world)) expectShared(staged, expected, world, reports);
  const wrong = ok && !written.has(world) ? differences(expected.quiet, staged, world) : [];
  if (wrong.length > 0) throw new Error(`${outcome}, but not so: ${JSON.stringify(wrong)}`);
  if (outcome !== 'refused' && outcome !== 'locked') return;
  for (const [path, { kind }] of expected.untouched) {
    if (!kind.startsWith('directory')) continue;
    const isKept = world.volume.at(path)?.getNode().isDirectory() === true;
    if (!isKept) throw new Error(`${outcome}, and ${path} is no directory any more`);
  }
}

/** Whatever was done meanwhile: every byte is in the target, or in a file that was listed. */
function expectShared(
  staged: Stage,
  { before }: Expected,
  world: PosixWorld,
  reports: readonly Ended[],
): void {
  if (staged.command.call !== 'migrate') return;
  const listed = JSON.stringify(reports.map(({ unmerged, problems }) => [unmerged, problems]));
  const files = [...filesIn(world, places(staged))].filter(
    ([path]) => !path.includes('/.claude-shared-state/') || listed.includes(`"${path}"`),
  );
  expectEveryByte(bytesIn(before, world), new Map(files));
}

function isComplete({ outcome }: Ended): boolean {
  return outcome === 'done' || outcome === 'partial';
}

function asText({ outcome, problems }: Ended): string {
  return `${outcome}, ${problems.map(({ code, message }) => `${code}: ${message}`).join('; ')}`;
}

/** What a user finds: the target, the homes, and what the command is about. */
function resultOf({ homes, command }: Stage, world: PosixWorld): Visible {
  const own =
    command.call === 'delete'
      ? [command.path]
      : command.call === 'archive'
        ? ['/s/.claude-shared-state/archive/projects']
        : [];
  return visibleIn(world, [...homes, '/s', ...own]);
}

function bytesIn(before: Files, world: PosixWorld): Files {
  return new Map([...before, ...(written.get(world) ?? [])]);
}

/** Where bytes may be. */
function places({ homes }: Stage): readonly string[] {
  return [...homes, '/s', '/t', '/backup'];
}

/** Every byte is reachable, and not under names that nobody would look at. */
function expectKept(staged: Stage, bytes: Files, world: PosixWorld): void {
  const files = [...filesIn(world, places(staged))].filter(([path]) => !HIDDEN.test(path));
  const users = [...bytes]
    .filter(([path]) => !CACHE.test(path) && !HIDDEN.test(path))
    .flatMap(([path, content]) =>
      MEMORY.test(path) ? linesIn(path, content) : [[path, content] as const],
    );
  expectEveryByte(new Map(users), new Map(files));
}

/** Memories are merged line by line. */
const MEMORY = /\/MEMORY\.md$/;
const linesIn = (path: string, content: Buffer): readonly (readonly [string, Buffer])[] =>
  String(content)
    .split(/(?<=\n)/)
    .map((line, index) => [`${path}, line ${index + 1}`, Buffer.from(line)]);

/** What no version of Claude Code reads may be deleted with its restore point. */
const CACHE = /\/sessions-index\.json$/;
/** Copies that come in, and the archive, which need not be there. */
const HIDDEN = /\/\.claude-shared-state\/(?:.*\/)?(?:incoming|archive)\//;

/** What a command leaves of other commands that died is theirs. */
function expectNothingLeft({ command }: Stage, world: PosixWorld): void {
  const own = {
    migrate: '/',
    restore: command.call === 'restore' ? `${command.home}/` : '/',
    delete: command.call === 'delete' ? command.path : '/',
    archive: '/s/.claude-shared-state/archive/',
  };
  const left = transientIn(world)
    .filter((path) => path.startsWith(own[command.call]))
    // With a restore point that is not needed any more its copies go, too.
    .filter((path) => world.volume.at(path.replace(/incoming\/.*$/, 'restored')) === undefined);
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
}

function expectLinks(staged: Stage, world: PosixWorld, root = '/s'): void {
  for (const home of staged.homes) {
    for (const { name, target } of requiredOn(staged, root)) {
      const node = world.volume.at(`${home}/${name}`)?.getNode();
      const isRight = node?.isSymlink() === true && node.symlink === target;
      if (!isRight) throw new Error(`${home}/${name} is not the link to ${target}`);
    }
  }
}

function expectOwnDirectories(staged: Stage, world: PosixWorld, home: string): void {
  for (const name of staged.names) {
    const node = world.volume.at(`${home}/${name}`)?.getNode();
    if (node?.isDirectory() !== true) throw new Error(`${home}/${name} is no directory`);
  }
}

/** How a result differs from that of a run in which nothing failed. */
function differences(expected: Visible, staged: Stage, world: PosixWorld) {
  const result = resultOf(staged, world);
  return [...new Set([...expected.keys(), ...result.keys()])]
    .map((path) => ({ path, wanted: expected.get(path), found: result.get(path) }))
    .filter(({ path, wanted: one, found: other }) => {
      if (CACHE.test(path) && other === undefined) return false;
      const isSame = one?.kind === other?.kind && textOf(path, one) === textOf(path, other);
      return !isSame || (one?.modified !== undefined && one.modified !== other?.modified);
    });
}

/** In which order memories are merged depends on which was merged when. */
function textOf(path: string, seen: Seen | undefined): string | undefined {
  return path.endsWith('/MEMORY.md')
    ? seen?.content.split('\n').toSorted().join('\n')
    : seen?.content;
}
