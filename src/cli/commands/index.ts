import type { AnyCommand } from '../command.ts';
import { archive, unarchive } from './archive.ts';
import { completion } from './completion.ts';
import { diagnose } from './diagnose.ts';
import { doctor } from './doctor.ts';
import { ensure } from './ensure.ts';
import { explain } from './explain.ts';
import { locate } from './locate.ts';
import { man } from './man.ts';
import { migrate } from './migrate.ts';
import { prune } from './prune.ts';
import { restorePoints } from './restore-points.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { schema } from './schema.ts';

const all = () => commands;

/** Every command; the first one is the default. To add one, write its object and list it here. */
export const commands: readonly AnyCommand[] = [
  doctor,
  ensure,
  migrate,
  restore,
  restorePoints,
  prune,
  archive,
  unarchive,
  diagnose,
  locate,
  resume,
  explain,
  schema,
  completion(all),
  man(all),
];
