import { cp, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate, planMigration } from 'claude-shared-state/migrate';
import { expect, test } from 'vitest';
import { Conversation } from './support/conversation.ts';
import { forceWindows } from './support/forced-window.ts';
import type { ProgramName } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { twoAtATime } from './support/two-at-a-time.ts';

const isProof = env['PROVE'] === '1';

/** The programs, and how long the link is missing at the swaps: twice as many milliseconds, and three times before. */
const rounds: readonly (readonly [ProgramName, number])[] = isProof
  ? [0, 3, 30].flatMap((ms): (readonly [ProgramName, number])[] => [
      ['new', ms],
      ['old', ms],
    ])
  : [['new', 30]];

interface Scene {
  readonly homes: readonly [string, string];
  /** Whose programs run: two in each home, and one of them has a copy of its transcript in the other home. */
  readonly running: readonly Conversation[];
  /** Which have ended: one in each home. */
  readonly ended: readonly Conversation[];
}

async function setScene(room: Room): Promise<Scene> {
  const homes = [room.path('a'), room.path('b')] as const;
  const begin = async (name: string) => {
    const home = name.startsWith('a') ? homes[0] : homes[1];
    const conversation = new Conversation(room, name);
    await conversation.begin(home);
    await mkdir(room.path('work', name));
    await writeFile(notesOf(room, conversation), '\n');
    await conversation.say(notesOf(room, conversation));
    return conversation;
  };
  const ended = await twoAtATime(['a0', 'b0'], begin);
  await twoAtATime(ended, (it) => it.end());
  const running = await twoAtATime(['a1', 'a2', 'b1', 'b2'], begin);
  return { homes, running, ended };
}

function notesOf(room: Room, { name }: Conversation): string {
  return room.path('work', name, 'notes');
}

/** Takes turns in all running programs, some of them slow and some with tools, as long as something else is done. */
async function talkDuring<Result>(
  room: Room,
  running: readonly Conversation[],
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly turns: number }> {
  let isOver = false;
  const talking = running.map(async (conversation, index) => {
    for (let turn = index; !isOver; turn += 1) {
      room.api.takeTime([0, 5, 0, 40, 150][turn % 5] ?? 0);
      await conversation.say(turn % 3 === 0 ? notesOf(room, conversation) : undefined);
    }
  });
  await delay(100);
  const began = performance.now();
  const result = await work().finally(() => {
    isOver = true;
  });
  const ended = performance.now();
  await Promise.all(talking);
  room.api.takeTime(0);
  const turns = running
    .flatMap((it) => it.turns)
    .filter((it) => it.ended > began && it.began < ended);
  return { result, turns: turns.length };
}

test.each(rounds)(
  'the %s program, %d ms: nothing that it says while its homes are migrated is lost',
  async (program, milliseconds) => {
    const room = await enterCleanRoom(program);
    const { required, sharedProjects } = room;
    const { homes, running, ended } = await setScene(room);
    const [homeA, homeB] = homes;
    // A session that both accounts have, of which one goes on.
    await cp(join(homeA, 'projects'), join(homeB, 'projects'), {
      recursive: true,
      filter: (path) => !path.includes('.jsonl') || path.includes(String(running[0]?.sessionId)),
    });

    const plan = await planMigration(homes, { required, live: 'merge' });
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.liveSessions.map(({ sessionId }) => sessionId).toSorted()).toEqual(
      running.map(({ sessionId }) => sessionId).toSorted(),
    );

    const windows = forceWindows(milliseconds);
    const { result: report, turns } = await talkDuring(room, running, () =>
      migrate(homes, { required, live: 'merge', fs: windows.fs }),
    );

    const pieces = await Promise.all(report.originals.map((path) => readdir(path)));
    const anew = pieces.flat().filter((name) => name.startsWith('recreated-')).length;
    console.log(
      `Claude Code (${program}), ${milliseconds} ms: ${report.outcome}; ${turns} turns meanwhile; windows of ` +
        `${windows.lasted.map((it) => it.toFixed(1)).join(', ')} ms; ${anew} directories made anew`,
    );
    expect(report).toMatchObject({ ok: true, outcome: 'done' });
    for (const home of homes) {
      for (const { name } of required)
        expect((await lstat(join(home, name))).isSymbolicLink()).toBe(true);
    }
    await twoAtATime(running, (it) => it.end());
    const all = [...running, ...ended];
    for (const it of all) await it.expectOnceIn(sharedProjects);
    for (const home of [homeB, homeA]) await twoAtATime(all, (it) => it.resumeFrom(home));
    for (const it of all) await it.expectOnceIn(sharedProjects);
  },
);
