import { realpath } from 'node:fs/promises';
import { toResult } from '../core/result.ts';
import { realMigrateDisk } from '../fs/migrate-fs.ts';
import type { Originals } from '../migrate/index.ts';
import { runsOf } from '../migrate/record/runs.ts';
import { stateOf } from '../migrate/retire/survey-originals.ts';

/** A run that has not come to its end, and that the same call would complete. */
export interface UnfinishedRun {
  readonly accountHome: string;
  /** Its originals. */
  readonly path: string;
  readonly state: Exclude<Originals['state'], 'sealed' | 'restored'>;
}

/** Finds runs that ended half-way; unlike `listOriginals` it counts no files, of which there may be many. */
export async function findUnfinishedRuns(
  homes: readonly string[],
): Promise<readonly UnfinishedRun[]> {
  const found = await Promise.all(homes.map(unfinishedIn));
  return found.flat();
}

async function unfinishedIn(accountHome: string): Promise<readonly UnfinishedRun[]> {
  const real = await toResult(realpath(accountHome));
  // What cannot be read here is told of as a problem of the home.
  const runs = await toResult(runsOf(realMigrateDisk, real.ok ? real.value : accountHome));
  return (runs.ok ? runs.value : []).flatMap((run) => {
    const state = stateOf(run);
    return state === 'sealed' || state === 'restored'
      ? []
      : [{ accountHome, path: run.path, state }];
  });
}
