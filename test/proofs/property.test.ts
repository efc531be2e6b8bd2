import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { requiredSharedUnder } from 'claude-shared-state';
import {
  migrate,
  type MigrateFs,
  type MigrationOutcome,
  planMigration,
  restore,
} from 'claude-shared-state/migrate';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { type Act, type Script, scripts } from '../unit/support/property/script.ts';
import { processesWith } from '../unit/support/migrating.ts';
import { listedBy } from '../unit/support/migration/calls.ts';
import { posixWorld, type PosixWorld } from '../unit/support/posix-memfs.ts';
import { below } from '../unit/support/posix-volume.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';
import type { DiskCall } from '../unit/support/wrapped-disk.ts';
import { actingDisk } from '../unit/support/property/acting-disk.ts';
import { type Entries, lost, notGivenBack, notShared } from '../unit/support/property/promises.ts';
import { beginTime, setStage, tick } from '../unit/support/property/set-stage.ts';
import { UserModel } from '../unit/support/property/user-model.ts';
import { homeAt, homes as allHomes } from '../unit/support/property/places.ts';
import { UserProgram } from '../unit/support/property/user-program.ts';

/** How a story went. */
interface Told {
  readonly outcomes: readonly string[];
  readonly acts: number;
  readonly calls: number;
  readonly flaws: readonly string[];
}

/** Tells a story from its beginning to its end, and compares what comes out with what was promised. */
async function tell(script: Script): Promise<Told> {
  beginTime();
  const ofHomes = allHomes.slice(0, script.homes);
  const model = new UserModel();
  const world = posixWorld({ '/shared': null }, { reuseInodes: false });
  const program = new UserProgram(world.fs, model, ofHomes);
  await setStage(script, world.fs, program, model);
  const outcomes: string[] = [];
  const flaws: string[] = [];
  const random = randomFrom(script.seed);
  let acts = 0;
  let calls = 0;
  let pid = 100;

  const options = (fs: MigrateFs) => {
    pid += 1;
    return {
      required: requiredSharedUnder('/shared'),
      fs,
      processInspector: processesWith(),
      pid,
      random,
      now: new Date('2026-03-01T12:00:00Z'),
      sleep: () => Promise.resolve(),
    };
  };
  const migrating = (fs: MigrateFs) => ({ ...options(fs), live: 'merge' as const });
  // Times pass, so that no two files are made at one.
  const perform = (act: Act) => {
    tick();
    return program.perform(act);
  };
  const paths = ofHomes.map(homeAt);
  const note = (when: string, found: readonly string[]) => {
    flaws.push(...found.map((what) => `${when}: ${what}`));
  };
  const diskFor = (planned: readonly Act[], death?: number) => {
    acts += planned.length;
    model.beginRun();
    return actingDisk(world.fs, planned, isCutOver, perform, death);
  };

  const migrateOnce = async (
    title: string,
    planned: readonly Act[],
    death?: number,
  ): Promise<boolean> => {
    const before = entriesOf(world);
    const { required, fs, processInspector, now, live } = migrating(world.fs);
    const plan = await planMigration(paths, { required, fs, processInspector, now, live });
    note(`${title}, planned`, differences(before, entriesOf(world)));
    if (!plan.ok) {
      const { outcome } = await migrate(paths, migrating(world.fs));
      outcomes.push(`plan ${outcome} ${codesOf(plan.problems)}`);
      const isPending = plan.problems.some(({ code }) => code === 'earlier-run-incomplete');
      if (!isPending) note(`${title}, refused`, differences(before, entriesOf(world)));
      return false;
    }
    const disk = diskFor(planned, death);
    const report = await migrate(paths, migrating(disk.fs));
    model.isRunning = false;
    const hasDied = death !== undefined && disk.calls() >= death;
    await disk.rest();
    // Also of what is deleted between that run and the next.
    if (hasDied || !isComplete(report)) model.died();
    calls += disk.calls();
    outcomes.push(
      `${hasDied ? 'died, ' : ''}${report.outcome} ${codesOf(report.problems)}${reasonsOf(report.unmerged)}`,
    );
    note(title, lost({ entries: entriesOf(world), model }));
    if (hasDied || !isComplete(report)) return false;
    note(title, notShared({ entries: entriesOf(world), model, listed: listedBy(report) }, ofHomes));
    const once = entriesOf(world);
    const again = await migrate(paths, migrating(world.fs));
    const isUnsettled = model.logs.some(({ oldKeys }) => oldKeys.size > 0);
    // What its program began at the other place is brought together only now.
    if (isUnsettled) return true;
    if (!isComplete(again)) note(`${title}, twice`, [again.outcome]);
    note(`${title}, twice`, differences(once, entriesOf(world)));
    return true;
  };
  const migrateAtLast = async (
    title: string,
    planned: readonly Act[],
    death?: number,
  ): Promise<boolean> => {
    if (await migrateOnce(title, planned, death)) return true;
    if (outcomes.at(-1)?.startsWith('plan') === true) return false;
    return await migrateOnce(`${title}, once more`, []);
  };
  const restoreOnce = async (home: string, planned: readonly Act[]): Promise<void> => {
    model.beginReturn(home);
    const disk = diskFor(planned);
    const report = await restore(homeAt(home), options(disk.fs));
    model.isRunning = false;
    await disk.rest();
    calls += disk.calls();
    outcomes.push(
      `restore ${report.outcome} ${codesOf(report.problems)}${reasonsOf(report.unmerged)}`,
    );
    model.isReturning = false;
    const entries = entriesOf(world);
    note('restored', lost({ entries, model }));
    if (!isComplete(report)) return;
    note(
      'restored',
      notGivenBack({ entries, model, listed: listedBy(report) }, home, report.restored),
    );
    const again = await restore(homeAt(home), options(world.fs));
    const isNothing = codesOf(again.problems) === 'no-restore-point';
    if (!isComplete(again) && !isNothing) note('restored twice', [again.outcome]);
    note('restored twice', differences(entries, entriesOf(world)));
  };

  const isShared = await migrateAtLast('migrated', script.first, script.death);
  const home = ofHomes[(script.way?.home ?? 0) % ofHomes.length];
  if (isShared && script.way !== undefined && home !== undefined) {
    await restoreOnce(home, script.way.acts);
    await migrateAtLast('migrated again', script.second);
  }
  return { outcomes, acts, calls, flaws };
}

/** `<account home>/<name>`. */
const SHARED_NAME = /^\/homes\/.\/[^/.]+$/;
/** What the library keeps for itself. */
const OWN = /\/\.claude-shared-state(?:\/|$)/;

/** The calls between which a home has neither its directory nor its link. */
function isCutOver({ name, path, to = '' }: DiskCall): boolean {
  const isMaking = name === 'rename' || name === 'link';
  const isRemoving = name === 'rename' || name === 'unlink' || name === 'symlink';
  return (isRemoving && SHARED_NAME.test(path)) || (isMaking && SHARED_NAME.test(to));
}

function isComplete({ outcome }: { readonly outcome: MigrationOutcome }): boolean {
  return outcome === 'done' || outcome === 'partial';
}

function codesOf(problems: readonly { readonly code: string; readonly severity: string }[]) {
  const codes = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return [...new Set(codes)].toSorted().join(' ');
}

function reasonsOf(unmerged: readonly { readonly reason: string }[]) {
  const reasons = [...new Set(unmerged.map(({ reason }) => reason))].toSorted();
  return reasons.length === 0 ? '' : `left: ${reasons.join(' ')}`;
}

function entriesOf({ volume }: PosixWorld): Entries {
  const entries = new Map<string, string>();
  for (const [path, node] of below(volume.core.root)) {
    if (node.isDirectory()) entries.set(path, `directory ${(node.perm & 0o777).toString(8)}`);
    else if (node.isSymlink()) entries.set(path, `link to ${node.symlink}`);
    else entries.set(path, `file ${node.getString()}`);
  }
  return entries;
}

/** What differs between two moments, but for what the library keeps for itself. */
function differences(before: Entries, after: Entries): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].flatMap((path) =>
    OWN.test(path) || before.get(path) === after.get(path)
      ? []
      : [`${path} was ${String(before.get(path))} and is ${String(after.get(path))}`],
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test(
  'whatever is done while homes are migrated and given back: all that is promised holds',
  { timeout: 3_600_000 },
  async () => {
    const told: Told[] = [];
    const runs = rounds(5_000, 300);
    const path = process.env['SEED_PATH'];
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const story = await tell(script);
        told.push(story);
        expect(story.flaws).toEqual([]);
      }),
      // A story that fails is shortened, and `path` of the report repeats it.
      { numRuns: runs, seed, ...(path === undefined ? {} : { path }) },
    );
    printFigures('property', figuresOf(told));
  },
);

function figuresOf(told: readonly Told[]): Readonly<Record<string, number>> {
  const figures: Record<string, number> = { stories: told.length, acts: 0, calls: 0 };
  const add = (name: string, count: number) => {
    figures[name] = (figures[name] ?? 0) + count;
  };
  for (const { outcomes, acts, calls } of told) {
    add('acts', acts);
    add('calls', calls);
    for (const outcome of outcomes) add(outcome.trim(), 1);
  }
  return figures;
}
