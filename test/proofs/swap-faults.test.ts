import { expect, test } from 'vitest';
import type { Terminal } from 'claude-shared-state/failover';
import type { MigrateFs } from 'claude-shared-state/migrate';
import { ONE, setStage, type Stage, startBoth, swap, told, TWO } from '../unit/support/swapping.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { inWorld, snapshot, type World } from '../unit/support/world.ts';
import { posixError } from '../unit/support/posix-error.ts';
import { wrappedDisk } from '../unit/support/wrapped-disk.ts';

/** What goes wrong at one call, of the file system or of a terminal, and from then on. */
interface SwapFault {
  /** The number of the call, from 1. */
  readonly call: number;
  /** `death`: nothing does anything any more. `once`: that one call fails. */
  readonly kind: 'death' | 'once';
  /** Whether it takes effect before. */
  readonly moment: 'before' | 'after';
}

/** A file system and terminals with one fault in them, counted together. */
class FaultyMachine {
  calls = 0;
  readonly #fault: SwapFault | undefined;

  constructor(fault?: SwapFault) {
    this.#fault = fault;
  }

  fs(fs: MigrateFs): MigrateFs {
    return wrappedDisk(fs, ({ name }, perform) =>
      // Closing is no step of a swap, nor is each entry that is listed.
      name === 'handle.close' || name.startsWith('directory.')
        ? perform()
        : this.#step(() => perform()),
    );
  }

  terminal(terminal: Terminal): Terminal {
    return {
      capture: (session) => this.#step(() => terminal.capture(session)),
      type: (session, text) => this.#step(() => terminal.type(session, text)),
      press: (session, key) => this.#step(() => terminal.press(session, key)),
      processIds: (session) => this.#step(() => terminal.processIds(session)),
      isAtShell: (session) => this.#step(() => terminal.isAtShell(session)),
      signal: (session, pid, signal) => this.#step(() => terminal.signal(session, pid, signal)),
    };
  }

  async #step<Value>(act: () => Promise<Value>): Promise<Value> {
    this.calls += 1;
    const { call, kind, moment } = this.#fault ?? {
      call: Infinity,
      kind: 'once',
      moment: 'before',
    };
    const isDead = kind === 'death' && this.calls > call;
    const isIt = this.calls === call;
    if (isIt && moment === 'after') await act();
    if (isIt || isDead) throw posixError('EIO', 'a fault');
    return await act();
  }
}

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
