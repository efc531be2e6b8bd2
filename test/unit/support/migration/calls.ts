import { requiredSharedUnder, validateAll } from 'claude-shared-state';
import {
  archive,
  deleteRestorePoint,
  listRestorePoints,
  migrate,
  type MigrateFs,
  type MigrateOptions,
  type MigrationOutcome,
  type MigrationProblem,
  planDelete,
  planMigration,
  planRestore,
  restore,
  type UnmergedFile,
} from 'claude-shared-state/migrate';
import { randomFrom } from '../seeded-random.ts';
import type { Stage } from './stages.ts';

/** What the report of every command has. */
export interface Ended {
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
  readonly problems: readonly MigrationProblem[];
  readonly unmerged?: readonly UnmergedFile[];
}

/** Every path that a report names as not merged, or as returned; an older version that was set aside is neither. */
export function listedBy({ unmerged = [], problems }: Pick<Ended, 'unmerged' | 'problems'>) {
  return [
    ...unmerged.filter(({ reason }) => reason !== 'replaced').map(({ path }) => path),
    ...problems.flatMap((it) =>
      'other' in it ? [it.path, it.other] : it.code === 'deleted-name-returned' ? [it.path] : [],
    ),
  ];
}

/** The required list under a root, as far as a stage shares it. */
export function requiredOn({ names }: Pick<Stage, 'names'>, root = '/s') {
  return requiredSharedUnder(root).filter(({ name }) => names.includes(name));
}

/**
 * All calls on a stage, made by one process; every other process has exited. With the same id it does the same each
 * time: the random parts of names are the same, too.
 */
export function callsOn(staged: Stage, fs: MigrateFs, pid: number) {
  const { homes, live, preferShared, preferHome, command } = staged;
  const processInspector = {
    status: () => Promise.resolve({ state: 'exited' } as const),
    self: () => Promise.resolve({ pid, start: '1', pidNamespace: 'test' }),
  };
  const now = new Date(Date.UTC(2026, 0, 2, 3, 4, pid % 60));
  const reading = { required: requiredOn(staged), fs, now, processInspector };
  const random = randomFrom(pid);
  const acting = { ...reading, random, pid, sleep: () => Promise.resolve() };
  const deciding = { acceptRetention: true, live, preferShared, preferHome };
  return {
    migrate: (ofHomes: readonly string[] = homes, more: MigrateOptions = {}) =>
      migrate(ofHomes, { ...acting, ...deciding, ...more }),
    plan: (more: MigrateOptions = {}) =>
      planMigration(homes, { ...reading, random, ...deciding, ...more }),
    restore: (home: string) => restore(home, acting),
    list: () => listRestorePoints(homes, { fs }),

    /** The command of the stage. */
    command: async (): Promise<Ended> => {
      switch (command.call) {
        case 'migrate':
          return await migrate(homes, { ...acting, ...deciding });
        case 'restore':
          return await restore(command.home, acting);
        case 'delete':
          return await deleteRestorePoint(command.path, acting);
        case 'archive':
          return await archive(acting);
        default:
          return command satisfies never;
      }
    },

    /** Everything that only reads, as a dry run or `doctor` does. */
    look: async (): Promise<void> => {
      await planMigration(homes, { ...reading, random, ...deciding });
      for (const home of homes) await planRestore(home, reading);
      const { restorePoints } = await listRestorePoints(homes, { fs });
      for (const { path } of restorePoints) await planDelete(path, { fs });
    },

    /** Creates the links that are missing; rejects where that is not safe, which is no concern of these proofs. */
    ensure: async (): Promise<void> => {
      await validateAll(homes, { fs, required: requiredOn(staged) }).catch(() => {});
    },

    /** Deletes every restore point, as far as that is possible. */
    prune: async (): Promise<readonly Ended[]> => {
      const { restorePoints } = await listRestorePoints(homes, { fs });
      const reports: Ended[] = [];
      for (const { path } of restorePoints) reports.push(await deleteRestorePoint(path, acting));
      return reports;
    },
  };
}
