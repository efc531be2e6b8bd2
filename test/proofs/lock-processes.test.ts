import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { realMigrateDisk } from '../../src/fs/migrate-fs.ts';
import { realProcesses } from '../../src/fs/processes.ts';
import { acquireLocks } from '../../src/lock/lock.ts';
import { identifyOwner } from '../../src/lock/owner.ts';
import { bundleChild, spawnChild } from '../unit/support/child.ts';
import { rounds } from '../unit/support/proof.ts';
import { needs, whyUnidentified } from '../unit/support/required-here.ts';

const PROCESSES = 24;

const inSection = [
  'inside',
  'take: after symlink lock',
  'release: before unlink lock',
  'release: after unlink lock',
];
/** Of a dead lock, and of the break file that a dead breaker has left. */
const inBreaking = [
  'take: before symlink break 1',
  'take: after symlink break 1',
  'take: before unlink lock',
  'take: after unlink lock',
  'take: before unlink break 1',
  'take: after unlink break 1',
  'take: after symlink break 2',
  'take: before unlink break 2',
  'take: after symlink break 3',
];

/** Processes that want one lock; each that is killed is replaced by a new one. */
class Contenders {
  readonly kills = new Map<string, number>();
  readonly wrong: string[] = [];
  sections = 0;
  readonly #children = new Set<ChildProcess>();
  readonly #script: string;
  readonly #directory: string;
  #isOver = false;

  constructor(script: string, directory: string) {
    this.#script = script;
    this.#directory = directory;
    for (let index = 0; index < PROCESSES; index += 1) this.#start();
  }

  get killed(): number {
    return [...this.kills.values()].reduce((sum, kills) => sum + kills, 0);
  }

  killedAt(steps: readonly string[]): number {
    return steps.reduce((sum, step) => sum + (this.kills.get(step) ?? 0), 0);
  }

  /** Gives one of them a new step to die at; every now and then it dies wherever it is. */
  aimAnew(): void {
    const child = pick([...this.#children]);
    const chance = Math.random();
    if (chance < 0.1) this.#kill(child, 'anywhere');
    // It may have ended by now.
    else child?.send(pick(chance < 0.4 ? inSection : inBreaking) ?? 'inside', () => undefined);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    for (const child of this.#children) child.kill('SIGKILL');
    while (this.#children.size > 0) await sleep(5);
  }

  #start(): void {
    const child = spawnChild(this.#script, this.#directory);
    this.#children.add(child);
    child.on('message', (message) => {
      const said = typeof message === 'string' ? message : JSON.stringify(message);
      if (said === 'section') this.sections += 1;
      else if (said.startsWith('at ')) this.#kill(child, said.slice(3));
      else this.wrong.push(said);
    });
    child.on('exit', (code) => {
      if (code !== null) this.wrong.push(`ended with code ${code}`);
      this.#children.delete(child);
      if (!this.#isOver) this.#start();
    });
  }

  #kill(child: ChildProcess | undefined, step: string): void {
    if (child?.kill('SIGKILL') !== true || this.#isOver) return;
    this.kills.set(step, (this.kills.get(step) ?? 0) + 1);
  }
}

const pick = <One>(all: readonly One[]) => all[Math.floor(Math.random() * all.length)];

// Where each look at a process starts a ps, they take longer.
const KILLS = rounds(1_500, process.env['AS_ON_MACOS'] === undefined ? 80 : 40);

test('many processes, killed with the lock or while breaking it, never have it two at a time', async (context) => {
  needs(context, await whyUnidentified());
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-lock-'));
  const lock = join(base, 'lock');
  const script = await bundleChild('lock-child.ts', base);
  const contenders = new Contenders(script, base);
  try {
    const isEnough = () =>
      contenders.killed >= KILLS &&
      [inSection, inBreaking].every((steps) => contenders.killedAt(steps) > KILLS / 8);
    while (!isEnough() && contenders.wrong.length === 0) {
      contenders.aimAnew();
      await sleep(20);
    }
    await contenders.end();
    const [section, breaking] = [inSection, inBreaking].map((it) => contenders.killedAt(it));
    console.log(
      `${contenders.sections} sections, ${contenders.killed} kills: ${section} in the section, ` +
        `${breaking} in breaking, the others anywhere; ${contenders.wrong.length} violations`,
      Object.fromEntries(contenders.kills),
    );
    expect(contenders.wrong).toEqual([]);

    // Whatever the dead have left: the next one gets it, and without them nothing stays behind.
    const owner = await identifyOwner(realProcesses, { pid: undefined, random: Math.random });
    const taken = await acquireLocks(realMigrateDisk, [lock], owner, realProcesses);
    expect(taken.ok && (await taken.locks.stillHeld())).toBe(true);
    expect(taken.ok && (await taken.locks.release())).toEqual([]);
    expect(readdirSync(base)).not.toContain('lock');
  } finally {
    await contenders.end();
    rmSync(base, { recursive: true, force: true });
  }
});
