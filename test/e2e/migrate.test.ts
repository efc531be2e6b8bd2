import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { migrate, type MigrationReport, planMigration, restore } from 'claude-shared-state/migrate';
import { expect, test } from 'vitest';
import { forceWindows } from './support/forced-window.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import {
  expectAllIn,
  expectAllShared,
  goOn,
  type Scene,
  setScene,
  talkDuring,
} from './support/scene.ts';

const isProof = env['PROVE'] === '1';
const names = isProof
  ? { running: ['a1', 'a2', 'b1', 'b2'], ended: ['a0', 'b0'] }
  : { running: ['a1', 'b1'], ended: ['b0'] };

/** The programs, and how long each of three pauses is, in milliseconds, two of them without a link. */
const rounds = programs.flatMap(({ name }) =>
  (isProof ? [0, 0, 3, 3, 30] : name === 'new' ? [30] : []).map((pause) => [name, pause] as const),
);

const total = { turns: 0, anew: 0 };

/** Migrates while everybody talks, with pauses at so many of the swaps of each home. */
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
  const pieces = await Promise.all(report.originals.map((path) => readdir(path)));
  tell(`migrate, ${report.outcome}`, turns, lasted, pieces.flat());
  return report;
}

function tell(
  what: string,
  turns: number,
  lasted: readonly number[],
  aside: readonly string[],
): void {
  const anew = aside.filter((name) => name.startsWith('recreated-')).length;
  total.turns += turns;
  total.anew += anew;
  const times = lasted.map((it) => it.toFixed(1)).join(', ');
  console.log(`${what}: ${turns} turns meanwhile; no projects for ${times} ms; ${anew} made anew`);
}

test.each(rounds)(
  'the %s program, pauses of %d ms: nothing that it says while its homes are migrated is lost',
  async (program, pauseMs) => {
    const room = await enterCleanRoom(program);
    const { required } = room;
    const scene = await setScene(room, names);
    const { homes, running } = scene;
    const [homeA, homeB] = homes;
    // A session that both accounts have, of which one goes on.
    await cp(join(homeA, 'projects'), join(homeB, 'projects'), {
      recursive: true,
      filter: (path) => !path.includes('.jsonl') || path.includes(String(running[0]?.sessionId)),
    });

    const plan = await planMigration(homes, { required, live: 'merge' });
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.ok).toBe(true);
    expect(plan.liveSessions.map(({ sessionId }) => String(sessionId)).toSorted()).toEqual(
      running.map(({ sessionId }) => sessionId).toSorted(),
    );
    const report = await migrateDuringTalk(scene, pauseMs, 1);

    expect(report).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);

    await goOn(scene);
    const { fs, lasted } = forceWindows(pauseMs);
    const { result: back, turns } = await talkDuring(scene, () =>
      restore(homeA, { required, live: 'merge', fs }),
    );
    tell(`restore, ${back.outcome}`, turns, lasted, []);
    expect(back).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllIn(homeA, scene);

    await goOn(scene);
    expect(await migrateDuringTalk(scene, pauseMs, 1)).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);
  },
);

test.runIf(isProof)(
  'nothing is lost where the directory is made anew each time, and the next call completes it',
  async () => {
    const scene = await setScene(await enterCleanRoom(), names);
    const first = await migrateDuringTalk(scene, 60, Infinity);
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(first.problems.map(({ code }) => code)).toContain('made-anew');

    const second = await migrateDuringTalk(scene, 0, 0);

    expect(second).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);
  },
);

test('that was tried while turns were taken', () => {
  console.log(`In all ${total.turns} turns meanwhile, ${total.anew} directories made anew`);
  expect(total.turns).toBeGreaterThanOrEqual(isProof ? 50 : 2);
});
