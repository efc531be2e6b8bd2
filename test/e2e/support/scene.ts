import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { Conversation } from './conversation.ts';
import { expectHistory, expectOnce, expectToResume } from './expect-conversation.ts';
import type { Room } from './room.ts';
import { twoAtATime } from './two-at-a-time.ts';

/** Two homes, and all sessions that were ever begun in them. */
export interface Scene {
  readonly room: Room;
  readonly homes: readonly [string, string];
  readonly sessions: readonly Conversation[];
}

/** A scene to which sessions are added. */
interface GrowingScene extends Scene {
  readonly sessions: Conversation[];
}

export function setScene(room: Room): GrowingScene {
  return { room, homes: [room.path('a'), room.path('b')], sessions: [] };
}

/** Begins sessions with these names, each in the home that its name begins with, and leaves them running. */
export async function begin(
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
export async function goOn({ room }: Scene, sessions: readonly Conversation[]): Promise<void> {
  await twoAtATime(sessions, (it) => it.begin(homeOf(room, it)));
}

/** The home in which a session began. */
export function homeOf(room: Room, { name }: Conversation): string {
  return room.path(name.slice(0, 1));
}

export function runningIn({ sessions }: Scene): readonly Conversation[] {
  return sessions.filter(({ pid }) => pid !== undefined);
}

export async function end(sessions: readonly Conversation[]): Promise<void> {
  await twoAtATime(sessions, (it) => it.end());
}

function notesOf(room: Room, { name }: Conversation): string {
  return room.path('work', name, 'notes');
}

const A_MOMENT_MS = 100;
const pauses = [0, 5, 0, 40, 150];

/** Takes turns in all running sessions, some of them slow and some with tools, for as long as the work takes. */
export async function talkDuring<Result>(
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
export async function expectRestored(
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
export async function expectAllShared(scene: Scene): Promise<void> {
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
