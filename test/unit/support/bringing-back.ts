import type { MigrateFs } from 'claude-shared-state/migrate';
import { bringBackFile } from '../../../src/migrate/restore/bring-back-file.ts';
import { LinkedFiles } from '../../../src/migrate/record/linked-files.ts';
import { Returning } from '../../../src/migrate/restore/returning.ts';
import { factsIn, toolsOn } from './directly.ts';
import { has, type Hooks, hooked, inPlace, lines } from './migrating.ts';
import type { World } from './world.ts';

/** What is given: where the tree is, and what the migration knows of it. */
export interface Given {
  readonly hooks?: Hooks;
  readonly isInHome?: boolean;
  readonly isLive?: boolean;
  readonly canLink?: boolean;
  /** Paths that the migration had linked, as they were. */
  readonly linked?: LinkedFiles;
}

/** A directory `tree` on its way back, of which the target is `target`. */
export function returningIn(
  world: World,
  {
    hooks = {},
    isInHome = false,
    isLive = false,
    canLink = true,
    linked = new LinkedFiles(),
  }: Given = {},
): Returning {
  const fs: MigrateFs = hooked(world, hooks);
  const returning = new Returning({
    tools: toolsOn(fs, isLive),
    name: 'projects',
    target: inPlace(world, 'target'),
    run: inPlace(world, 'run'),
    root: inPlace(world, 'tree'),
    canLink,
    manifest: { targets: [], left: new Map(), linked: new Map([['projects', linked]]) },
    isAlone: false,
    swept: new Set(),
  });
  returning.isInHome = isInHome;
  return returning;
}

/** Brings one file back as it is now; tells whether another look at it is due. */
export async function broughtBack(
  world: World,
  returning: Returning,
  path: string,
): Promise<boolean> {
  const own = has(world, `tree/${path}`) ? factsIn(world, `tree/${path}`) : undefined;
  return await bringBackFile(returning, path, factsIn(world, `target/${path}`), own, new Map());
}

/** What the migration has noted of a file of the target that had the first lines. */
export function linkedFrom(world: World, path: string, ...numbers: readonly number[]) {
  const facts = factsIn(world, `target/${path}`);
  // As if it had been written to since.
  const linked = { ...facts, size: lines(...numbers).length, mtime: facts.mtime - 1_000_000_000n };
  return new LinkedFiles([[path, linked]]);
}

/** The same where the target has a copy of what the tree has. */
export function copiedFrom(world: World, path: string, ...numbers: readonly number[]) {
  const facts = factsIn(world, `tree/${path}`);
  const copy = factsIn(world, `target/${path}`);
  const size = lines(...numbers).length;
  return new LinkedFiles([[path, { ...facts, size, mtime: facts.mtime - 1_000_000_000n, copy }]]);
}

/** The reasons of what was left. */
export function leftBy({ leftovers }: Returning): readonly string[] {
  return [...leftovers.values()].map(({ reason }) => reason);
}
