import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { Conversation } from './conversation.ts';
import { expectHistory, expectOnce, expectToResume } from './expect-conversation.ts';
import type { Room } from './room.ts';
import { twoAtATime } from './two-at-a-time.ts';

/** Two homes with sessions of their own. */
export interface Scene {
  readonly room: Room;
  readonly homes: readonly [string, string];
  /** Whose programs run. */
  readonly running: readonly Conversation[];
  /** Whose programs have ended. */
  readonly ended: readonly Conversation[];
}

/** Begins sessions with these names, each in the home that its name begins with. */
export async function setScene(
  room: Room,
  names: { readonly running: readonly string[]; readonly ended: readonly string[] },
): Promise<Scene> {
  const homes = [room.path('a'), room.path('b')] as const;
  const begin = async (name: string) => {
    const conversation = new Conversation(room, name);
    await conversation.begin(room.path(name.slice(0, 1)));
    const notes = notesOf(room, conversation);
    await mkdir(room.path('work', name));
    await writeFile(notes, '\n');
    await conversation.say(notes);
    return conversation;
  };
  const ended = await twoAtATime(names.ended, begin);
  await twoAtATime(ended, (it) => it.end());
  const running = await twoAtATime(names.running, begin);
  return { room, homes, running, ended };
}

function notesOf(room: Room, { name }: Conversation): string {
  return room.path('work', name, 'notes');
}

const A_MOMENT_MS = 100;
const pauses = [0, 5, 0, 40, 150];

/** Takes turns in all running programs, some of them slow and some with tools, as long as something else is done. */
export async function talkDuring<Result>(
  { room, running }: Scene,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly turns: number }> {
  const over = new AbortController();
  const talking = running.map(async (conversation, index) => {
    for (let turn = index; !over.signal.aborted; turn += 1) {
      room.api.takeTime(pauses[turn % pauses.length] ?? 0);
      await conversation.say(turn % 3 === 0 ? notesOf(room, conversation) : undefined);
    }
  });
  await delay(A_MOMENT_MS);
  const began = performance.now();
  const result = await work().finally(() => {
    over.abort();
  });
  const ended = performance.now();
  await Promise.all(talking);
  room.api.takeTime(0);
  const turns = running.flatMap((it) => it.turns);
  return { result, turns: turns.filter((it) => it.ended > began && it.began < ended).length };
}

/** Lets programs run again for all that ran before, each in its own home. */
export async function goOn({ room, running }: Scene): Promise<void> {
  await twoAtATime(running, (it) => it.begin(room.path(it.name.slice(0, 1))));
}

async function endAll({ running }: Scene): Promise<void> {
  const alive = running.filter(({ pid }) => pid !== undefined);
  await twoAtATime(alive, (it) => it.end());
}

/** Ends all programs, and checks that a home has the directories of its own, and all sessions in them. */
export async function expectAllIn(home: string, scene: Scene): Promise<void> {
  const { room, running, ended } = scene;
  for (const path of room.required.map(({ name }) => join(home, name))) {
    expect((await lstat(path)).isDirectory()).toBe(true);
  }
  await endAll(scene);
  const all = [...running, ...ended];
  for (const it of all) await expectOnce(room, it, join(home, 'projects'));
  await twoAtATime(all, (it) => expectToResume(it, home));
  for (const it of all) await expectOnce(room, it, join(home, 'projects'));
  for (const it of all) await expectHistory(it, join(home, 'file-history'));
}

/** Ends all programs, and checks all sessions in the shared directories, and from both homes. */
export async function expectAllShared(scene: Scene): Promise<void> {
  const { room, homes, running, ended } = scene;
  for (const path of homes.flatMap((home) => room.required.map(({ name }) => join(home, name)))) {
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  }
  await endAll(scene);
  const all = [...running, ...ended];
  for (const it of all) await expectOnce(room, it, room.sharedProjects);
  for (const home of homes.toReversed()) await twoAtATime(all, (it) => expectToResume(it, home));
  for (const it of all) await expectOnce(room, it, room.sharedProjects);
  const [environments = '', history = ''] = room.required.map(({ target }) => target);
  for (const it of all) await expectHistory(it, history);
  const known = await readdir(environments);
  expect(known).toEqual(expect.arrayContaining(all.map(({ sessionId }) => sessionId)));
}
