import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, type MigrationReport, planMigration, restore } from 'claude-shared-state/migrate';
import { expect, test } from 'vitest';
import { isWholeProof, printFigures } from '../unit/support/proof.ts';
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

const names = isWholeProof
  ? { running: ['a1', 'a2', 'b1', 'b2'], ended: ['a0', 'b0'] }
  : { running: ['a1', 'b1'], ended: ['b0'] };

/** The programs, and how long each of three pauses is, in milliseconds, two of them without a link. */
const rounds = isWholeProof
  ? programs.flatMap(({ name }) => [0, 1, 3, 30].map((pause) => [name, pause] as const))
  : [['new', 30] as const];

const ROUND_LIMIT_MS = 600_000;

const total = { runs: 0, turns: 0, forced: 0, anew: 0 };

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
  const anew = pieces.flat().filter((name) => name.startsWith('recreated-'));
  tell(`migrate, ${report.outcome}`, { turns, pauseMs, lasted, anew: anew.length });
  return report;
}

interface Told {
  /** That were taken meanwhile. */
  readonly turns: number;
  readonly pauseMs: number;
  readonly lasted: readonly number[];
  readonly anew: number;
}

function tell(what: string, { turns, pauseMs, lasted, anew }: Told): void {
  total.runs += 1;
  total.turns += turns;
  if (pauseMs > 0) total.forced += turns;
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
    // Also that in which the directory was moved aside that was made anew in the first one.
    const { fs, lasted } = forceWindows(pauseMs, 2);
    const { result: back, turns } = await talkDuring(scene, () =>
      restore(homeA, { required, live: 'merge', fs }),
    );
    tell(`restore, ${back.outcome}`, { turns, pauseMs, lasted, anew: 0 });
    expect(back).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllIn(homeA, scene);

    await goOn(scene);
    expect(await migrateDuringTalk(scene, pauseMs, 1)).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);
  },
  ROUND_LIMIT_MS,
);

// It needs enough of them that in every pause somebody writes.
test.each(isWholeProof ? [60] : [])(
  'nothing is lost where the directory is made anew in each pause of %d ms, and the next call completes it',
  async (pauseMs) => {
    const scene = await setScene(await enterCleanRoom(), names);
    const first = await migrateDuringTalk(scene, pauseMs, Infinity);
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(first.problems.map(({ code }) => code)).toContain('made-anew');

    const second = await migrateDuringTalk(scene, 0, 0);

    expect(second).toMatchObject({ ok: true, outcome: 'done' });
    await expectAllShared(scene);
  },
  ROUND_LIMIT_MS,
);

test('that was tried with forced windows while turns were taken', () => {
  printFigures('The real program', {
    'migrations and restores': total.runs,
    'turns meanwhile': total.turns,
    'of them with forced windows': total.forced,
    'directories made anew': total.anew,
  });
  expect(total.forced).toBeGreaterThanOrEqual(isWholeProof ? 50 : 2);
});
