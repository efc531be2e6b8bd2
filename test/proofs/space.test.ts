import { planRestore } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import type { MigrateFs } from '../../src/fs/migrate-fs.ts';
import { callsOn, requiredOn } from '../unit/support/migration/calls.ts';
import { migrateScenarios, restoreScenarios } from '../unit/support/migration/scenarios.ts';
import { type Stage, worldOf } from '../unit/support/migration/stages.ts';
import { wrappedDisk } from '../unit/support/wrapped-disk.ts';

const scenarios = Object.entries({ migrate: migrateScenarios, restore: restoreScenarios })
  .flatMap(([command, all]) =>
    Object.entries(all).map(([name, make]) => [`${command}: ${name}`, make] as const),
  )
  .filter(([name]) => !name.includes('while '));

/** `<account home>/<name>`. */
const SHARED = /^\/[ab]\/[^/.]+$/;

/** The same disk, which counts the bytes that are copied or written: in all, and after the first cut-over. */
function counting(fs: MigrateFs) {
  const bytes = { all: 0, late: 0 };
  let isLate = false;
  const counted = wrappedDisk(fs, async (call, perform) => {
    const { name, path, to = '', length = 0 } = call;
    const isCopy = name === 'copyFile';
    const size = isCopy ? Number((await fs.stat(path, { bigint: true })).size) : 0;
    const result = await perform();
    const more = name === 'handle.write' ? length : size;
    bytes.all += more;
    if (isLate) bytes.late += more;
    if (name === 'rename' && (SHARED.test(path) || SHARED.test(to))) isLate = true;
    return result;
  });
  return { fs: counted, bytes };
}

async function planned(staged: Stage, fs: MigrateFs): Promise<number> {
  const { command } = staged;
  if (command.call !== 'restore') return (await callsOn(staged, fs, 9001).plan()).spaceNeeded;
  const options = { fs, required: requiredOn(staged) };
  return (await planRestore(command.home, options)).spaceNeeded;
}

describe('every byte that is copied is in spaceNeeded, and is copied before the first cut-over', () => {
  test.each(scenarios)('%s', async (_, make) => {
    const staged = await make();
    const world = worldOf(staged);
    const spaceNeeded = await planned(staged, world.fs);
    const { fs, bytes } = counting(world.fs);
    const { outcome } = await callsOn(staged, fs, 9001).command();
    expect(outcome).toBe('done');
    expect(bytes.all).toBeLessThanOrEqual(spaceNeeded);
    expect(bytes.late).toBe(0);
  });
});
