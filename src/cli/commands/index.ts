import type { AnyCommand } from '../command.ts';
import { completionCommand, explainCommand, manCommand, schemaCommand } from './about.ts';
import { archiveCommand, unarchiveCommand } from './archive.ts';
import { configCommand } from './config.ts';
import { diagnoseCommand, locateCommand } from './diagnose.ts';
import { doctorCommand } from './doctor.ts';
import { ensureCommand } from './ensure.ts';
import { failoverCommand } from './failover.ts';
import { listCommand } from './list.ts';
import { migrateCommand } from './migrate.ts';
import { rehomeCommand } from './rehome.ts';
import { pruneCommand, restorePointsCommand } from './restore-points.ts';
import { restoreCommand } from './restore.ts';
import { pickCommand, resumeSessionCommand } from './resume.ts';
import { storeCommand } from './store.ts';

/** Every command; the first one is the default. To add one, write its object and list it here. */
export const commands: readonly AnyCommand[] = [
  doctorCommand,
  ensureCommand,
  migrateCommand,
  restoreCommand,
  restorePointsCommand,
  pruneCommand,
  archiveCommand,
  unarchiveCommand,
  storeCommand,
  listCommand,
  diagnoseCommand,
  locateCommand,
  resumeSessionCommand,
  failoverCommand,
  pickCommand,
  rehomeCommand,
  configCommand,
  explainCommand,
  schemaCommand,
  completionCommand,
  manCommand,
];
