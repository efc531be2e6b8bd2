import { cp, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promises } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  migrate,
  type MigrateFs,
  type MigrationReport,
  planMigration,
  restore,
} from 'claude-shared-state/migrate';
import { expect, test } from 'vitest';
import { isWholeProof, printFigures } from '../unit/support/proof.ts';
import { Conversation } from './support/conversation.ts';
import { expectHistory, expectOnce, expectToResume } from './support/expect-conversation.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { twoAtATime } from './support/two-at-a-time.ts';

/** The real disk, on which the moments without `projects` last longer than they would. */
interface ForcedWindows {
  readonly fs: MigrateFs;
  /** How long each of them was, in milliseconds. */
  readonly lasted: readonly number[];
}

/**
 * Waits before a `projects` of a home is moved away, after that, and before the link is put in its place.
 *
 * @param howOften - In how many cut-overs of each home; if Claude Code re-creates the directory, there are more.
 */
function forceWindows(milliseconds: number, howOften = 1): ForcedWindows {
  const lasted: number[] = [];
  const begun = new Map<string, number>();
  const count = new Map<string, number>();
  const wait = async (path: string) => {
    if (milliseconds > 0 && (count.get(path) ?? 0) <= howOften) await delay(milliseconds);
  };
  const takeAway = async (path: string, call: () => Promise<void>) => {
    count.set(path, (count.get(path) ?? 0) + 1);
    await wait(path);
    await call();
    begun.set(path, performance.now());
    await wait(path);
  };
  const putThere = async (path: string, call: () => Promise<void>) => {
    const beginning = begun.get(path);
    if (beginning === undefined) return await call();
    await wait(path);
    try {
      await call();
    } finally {
      lasted.push(performance.now() - beginning);
      begun.delete(path);
    }
  };
  const fs: MigrateFs = {
    ...promises,
    rename: (from, to) => {
      const call = () => promises.rename(from, to);
      return isOfHome(from) ? takeAway(from, call) : putThere(to, call);
    },
    link: (existing, path) => putThere(path, () => promises.link(existing, path)),
    symlink: (target, path, type) => putThere(path, () => promises.symlink(target, path, type)),
  };
  return { fs, lasted };
}

function isOfHome(path: string): boolean {
  return basename(path) === 'projects' && !path.includes('.claude-shared-state');
}

/** Two homes, and all sessions that were ever begun in them. */
interface Scene {
  readonly room: Room;
  readonly homes: readonly [string, string];
  readonly sessions: readonly Conversation[];
}

/** A scene to which sessions are added. */
interface GrowingScene extends Scene {
  readonly sessions: Conversation[];
}

function setScene(room: Room): GrowingScene {
  return { room, homes: [room.path('a'), room.path('b')], sessions: [] };
}

/** Begins sessions with these names, each in the home that its name begins with, and leaves them running. */
async function begin(
  { room, sessions }: GrowingScene,
  names: readonly string[],
): Promise<readonly Conversation[]> {
  const begun = await twoAtATime(names, async (name) => {
    const session = new Conversation(room, name);
    await session.begin(homeOf(room, session));
    const notes = notesOf(room, session);
    await mkdir(room.path('work', name));
    await writeFile(notes, '\n');
    await session.say(notes);
    return session;
  });
  sessions.push(...begun);
  return begun;
}

/** Resumes sessions, each in its own home, and leaves them running. */
async function goOn({ room }: Scene, sessions: readonly Conversation[]): Promise<void> {
  await twoAtATime(sessions, (it) => it.begin(homeOf(room, it)));
}

/** The home in which a session began. */
function homeOf(room: Room, { name }: Conversation): string {
  return room.path(name.slice(0, 1));
}

function runningIn({ sessions }: Scene): readonly Conversation[] {
  return sessions.filter(({ pid }) => pid !== undefined);
}

async function end(sessions: readonly Conversation[]): Promise<void> {
  await twoAtATime(sessions, (it) => it.end());
}

function notesOf(room: Room, { name }: Conversation): string {
  return room.path('work', name, 'notes');
}

const A_MOMENT_MS = 100;
const pauses = [0, 5, 0, 40, 150];

/** Takes turns in all running sessions, some of them slow and some with tools, for as long as the work takes. */
async function talkDuring<Result>(
  scene: Scene,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly turns: number }> {
  const { room } = scene;
  const running = runningIn(scene);
  const over = new AbortController();
  const talking = running.map(async (session, index) => {
    for (let turn = index; !over.signal.aborted; turn += 1) {
      room.api.takeTime(pauses[turn % pauses.length] ?? 0);
      await session.say(turn % 3 === 0 ? notesOf(room, session) : undefined);
    }
  });
  await delay(A_MOMENT_MS);
  const began = performance.now();
  let ended = began;
  let result: Result;
  try {
    result = await work();
  } finally {
    ended = performance.now();
    over.abort();
    await Promise.all(talking);
  }
  room.api.takeTime(0);
  const turns = running.flatMap((it) => it.turns);
  return { result, turns: turns.filter((it) => it.ended > began && it.began < ended).length };
}

/** Checks that a home has directories of its own, with all that was surely said in each session. */
async function expectRestored(
  { room }: Scene,
  home: string,
  surelySaid: ReadonlyMap<Conversation, readonly string[]>,
): Promise<void> {
  for (const path of room.required.map(({ name }) => join(home, name))) {
    expect((await lstat(path)).isDirectory()).toBe(true);
  }
  for (const [session, said] of surelySaid) {
    await expectOnce(room, session, join(home, 'projects'), said);
  }
}

/** Ends all sessions, and checks each of them in the shared directories, and from both homes. */
async function expectAllShared(scene: Scene): Promise<void> {
  const { room, homes, sessions } = scene;
  for (const path of homes.flatMap((home) => room.required.map(({ name }) => join(home, name)))) {
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  }
  await end(runningIn(scene));
  for (const it of sessions) await expectOnce(room, it, room.sharedProjects);
  for (const home of homes.toReversed())
    await twoAtATime(sessions, (it) => expectToResume(it, home));
  for (const it of sessions) await expectOnce(room, it, room.sharedProjects);
  const [environments = '', history = ''] = room.required.map(({ target }) => target);
  for (const it of sessions) await expectHistory(it, history);
  const known = await readdir(environments);
  expect(known).toEqual(expect.arrayContaining(sessions.map(({ sessionId }) => sessionId)));
}

/** Numbers of the sessions that run in each home, the first time and each time after. */
const sessionNumbers = isWholeProof ? [1, 2] : [1];

/** The programs, and how long each of three pauses is, in milliseconds, two of them without a link. */
const rounds = isWholeProof
  ? programs.flatMap(({ name }) => [0, 1, 3, 30, 60].map((pause) => [name, pause] as const))
  : [['new', 30] as const];

const ROUND_LIMIT_MS = 900_000;

const total = { runs: 0, turns: 0, forced: 0, recreated: 0 };

/** The names of sessions of both homes. */
function namesOf(prefix: string): readonly string[] {
  return ['a', 'b'].flatMap((home) => sessionNumbers.map((number) => `${home}${prefix}${number}`));
}

/** Migrates while everybody talks, with pauses in so many cut-overs of each home. */
async function migrateDuringTalk(
  scene: Scene,
  pauseMs: number,
  howOften: number,
): Promise<MigrationReport> {
  const { fs, lasted } = forceWindows(pauseMs, howOften);
  const { required } = scene.room;
  const { result: report, turns } = await talkDuring(scene, () =>
    migrate(scene.homes, { required, live: 'merge', fs }),
  );
  const names = await Promise.all(report.restorePoints.map((path) => readdir(path)));
  const recreated = names.flat().filter((name) => name.startsWith('recreated-')).length;
  count(`migrate, ${report.outcome}`, turns, pauseMs, lasted);
  total.recreated += recreated;
  return report;
}

function count(run: string, turns: number, pauseMs = 0, lasted: readonly number[] = []): void {
  total.runs += 1;
  total.turns += turns;
  if (pauseMs > 0) total.forced += turns;
  const times = lasted.map((it) => it.toFixed(1)).join(', ');
  console.log(`${run}: ${turns} turns meanwhile; no projects for ${times || 0} ms`);
}

/** The ids of sessions, or of those that problems with a code name. */
function idsOf(
  found: readonly { readonly sessionId?: unknown; readonly code?: string }[],
  code?: string,
): ReadonlySet<string> {
  return new Set(found.filter((it) => it.code === code).map((it) => String(it.sessionId)));
}

/** Gives a home its directories back while the other one talks, and continues its sessions there. */
async function restoreAndContinue(scene: Scene, home: string): Promise<void> {
  const { room, sessions } = scene;
  const { required } = room;
  const isOwn = (session: Conversation) => homeOf(room, session) === home;
  const awake = sessions.filter(({ name }) => name.endsWith('1'));
  await goOn(scene, awake);

  const { result: refused } = await talkDuring(scene, () => restore(home, { required }));
  expect(refused).toMatchObject({ ok: false, outcome: 'refused', restored: [] });
  expect(idsOf(refused.problems, 'live-session')).toEqual(idsOf(awake.filter(isOwn)));
  expect((await lstat(join(home, 'projects'))).isSymbolicLink()).toBe(true);

  await end(awake.filter(isOwn));
  const saidBefore = new Map(sessions.map((it) => [it, it.said] as const));
  const { result: report, turns } = await talkDuring(scene, () => restore(home, { required }));
  count(`restore, ${report.outcome}`, turns);
  expect(report).toMatchObject({ ok: true, outcome: 'done', problems: [], unmerged: [] });
  await end(runningIn(scene));
  await expectRestored(scene, home, saidBefore);
  await twoAtATime(sessions.filter(isOwn), (it) => expectToResume(it, home));
}

/** Checks that sessions with copies in several places can't be merged while they run, and ends them. */
async function expectCopiesToBeRefused(scene: Scene): Promise<void> {
  const { required } = scene.room;
  const chosen = scene.sessions.filter(({ name }) => ['a1', 'b1'].includes(name));
  await goOn(scene, chosen);
  const refused = await migrate(scene.homes, { required, live: 'merge' });
  expect(refused).toMatchObject({ ok: false, outcome: 'refused', restorePoints: [] });
  expect(idsOf(refused.problems, 'live-session-has-copies')).toEqual(idsOf(chosen));
  expect(refused.problems.filter(({ severity }) => severity === 'error')).toHaveLength(2);
  await end(chosen);
}

test.each(rounds)(
  'nothing that the %s program says while its homes are migrated is lost, with pauses of %d ms',
  async (program, pauseMs) => {
    const room = await enterCleanRoom(program);
    const { required } = room;
    const scene = setScene(room);
    const { homes } = scene;
    const ended = await begin(scene, ['a0', 'b0']);
    await end(ended);
    // Both homes have these sessions, each of which then continued in its own home.
    const projectsOfA = join(homes[0], 'projects');
    const projectsOfB = join(homes[1], 'projects');
    await cp(projectsOfA, projectsOfB, { recursive: true, force: false });
    await cp(projectsOfB, projectsOfA, { recursive: true, force: false });
    await twoAtATime(ended, (it) => expectToResume(it, homeOf(room, it)));
    const running = await begin(scene, namesOf(''));

    const plan = await planMigration(homes, { required, live: 'merge' });
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.ok).toBe(true);
    expect(idsOf(plan.liveSessions)).toEqual(idsOf(running));
    expect(await migrateDuringTalk(scene, pauseMs, 1)).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);

    for (const [position, home] of (isWholeProof ? homes : [homes[0]]).entries()) {
      await restoreAndContinue(scene, home);
      await expectCopiesToBeRefused(scene);
      await begin(scene, namesOf(`-${position}-`));
      expect(await migrateDuringTalk(scene, pauseMs, 1)).toMatchObject({
        ok: true,
        outcome: 'done',
      });
      await expectAllShared(scene);
    }
  },
  ROUND_LIMIT_MS,
);

// It takes several sessions for somebody to write in every pause.
test.each(isWholeProof ? [300] : [])(
  'nothing is lost if the directory is re-created in each pause of %d ms, and the next call completes',
  async (pauseMs) => {
    const scene = setScene(await enterCleanRoom());
    await begin(scene, namesOf(''));
    const first = await migrateDuringTalk(scene, pauseMs, Infinity);
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(first.problems.map(({ code }) => code)).toContain('source-recreated');

    const second = await migrateDuringTalk(scene, 0, 0);

    expect(second).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);
  },
  ROUND_LIMIT_MS,
);

test('enough turns were taken meanwhile, also in forced pauses', () => {
  printFigures('The real program', {
    'migrations and restores': total.runs,
    'turns meanwhile': total.turns,
    'of them with forced windows': total.forced,
    'directories re-created': total.recreated,
  });
  expect(total.runs).toBeGreaterThanOrEqual(isWholeProof ? 25 : 3);
  expect(total.turns).toBeGreaterThanOrEqual(isWholeProof ? 400 : 4);
  expect(total.forced).toBeGreaterThanOrEqual(isWholeProof ? 50 : 2);
});
