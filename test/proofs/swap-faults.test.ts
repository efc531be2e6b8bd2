import { expect, test } from 'vitest';
import { type SwapFault, FaultyMachine } from '../unit/support/swap-faults.ts';
import { ONE, setStage, type Stage, startBoth, swap, told, TWO } from '../unit/support/swapping.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { inWorld, snapshot, type World } from '../unit/support/world.ts';

const stages: Readonly<Record<string, (stage: Stage) => void>> = {
  'both run': startBoth,
  'one has to be killed': (stage) => {
    startBoth(stage);
    stage.terminal.start('api', ONE, stage.from, ['SIGTERM']);
  },
};

const isUp = new Set(['resumed', 'already-running']);

const FIRST = 70;

// Of the calls, every so many.
const STEP = rounds(1, 5);

/** A swap in which something goes wrong, and what is on the disk and in the terminals afterwards. */
async function swapWith(world: World, prepare: (stage: Stage) => void, fault?: SwapFault) {
  const stage = setStage(world);
  prepare(stage);
  const before = snapshot(world);
  const machine = new FaultyMachine(fault);
  const report = await swap(stage, {
    fs: machine.fs(world.fs.promises),
    terminal: machine.terminal(stage.terminal),
    pid: FIRST,
  });
  stage.terminal.forget(FIRST);
  return { stage, before, report, calls: machine.calls };
}

test.each(Object.entries(stages))(
  'whatever fails on the way, where %s, a second call carries both sessions over',
  async (where, prepare) => {
    const { calls } = await inWorld('memory', (world) => swapWith(world, prepare));
    let cases = 0;
    for (let call = 1; call <= calls; call += STEP) {
      for (const kind of ['death', 'once'] as const) {
        for (const moment of ['before', 'after'] as const) {
          const fault = { call, kind, moment };
          await inWorld('memory', async (world) => {
            const { stage, before, report } = await swapWith(world, prepare, fault);
            // Nobody runs under two accounts, and what is told is true.
            const untrue = report.sessions.filter(
              ({ name, outcome }) =>
                outcome === 'resumed' && stage.terminal.runningIn(name)?.accountHome !== stage.to,
            );
            expect([fault, untrue]).toEqual([fault, []]);
            const { sessions } = await swap(stage);
            const outcomes = Object.entries(told(sessions)).map(([name, outcome]) => [
              name,
              isUp.has(outcome) ? 'up' : outcome,
            ]);
            expect([fault, outcomes]).toEqual([
              fault,
              [
                ['api', 'up'],
                ['web', 'up'],
                ['docs', 'skipped'],
              ],
            ]);
            expect(stage.terminal.runningIn('api')).toEqual({ id: ONE, accountHome: stage.to });
            expect(stage.terminal.runningIn('web')).toEqual({ id: TWO, accountHome: stage.to });
            const after = snapshot(world);
            const lost = Object.entries(before).filter(
              ([path, what]) => !path.includes('/sessions/') && after[path] !== what,
            );
            expect([fault, lost]).toEqual([fault, []]);
            cases += 1;
          });
        }
      }
    }
    printFigures(`swapAccounts, where ${where}`, { cases, calls });
    expect(cases).toBe(Math.ceil(calls / STEP) * 4);
    expect(calls).toBeGreaterThan(100);
  },
);
