/*
 * Three real account homes under a temporary directory, three faults, and how they are put right.
 *
 *   npm run demo
 */
import { mkdtemp, realpath, rename, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectAll, isSharedStateError, validateAll } from 'claude-shared-state';
import { migrate, restore } from 'claude-shared-state/migrate';
import { makeHomes, recordsIn } from './demo-homes.ts';
import { paint, say, sayProblem, sayRefusal, sayTable, sayTitle } from './demo-print.ts';

const root = await realpath(await mkdtemp(join(tmpdir(), 'claude-shared-state-demo-')));
try {
  await demonstrate();
} finally {
  await rm(root, { recursive: true });
}

async function demonstrate(): Promise<void> {
  const { homes, required, shared, elsewhere } = await makeHomes(root);
  const places = [shared, ...homes.map((home) => join(home, 'projects'))];
  const before = new Set((await Promise.all(places.map(recordsIn))).flatMap((set) => [...set]));

  sayTitle('1  Before', 'inspectAll: a dry run that changes nothing');
  const found = await inspectAll(homes, { required });
  sayTable(root, found, await countRecords(homes));
  for (const problem of found.flatMap(({ problems }) => problems)) sayProblem(root, problem);
  console.log();
  for (const path of found.flatMap(({ wouldCreate }) => wouldCreate)) {
    say(root, `${paint('yellow', '+ would create')} ${path}`);
  }

  sayTitle('2  What is safe is done, what is not is refused', 'validateAll');
  try {
    await validateAll(homes, { required });
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    for (const { created } of error.reports) {
      for (const path of created) say(root, `${paint('green', '✓ created')} ${path}`);
    }
    for (const problem of error.problems) sayRefusal(root, problem);
  }

  sayTitle('3  What was refused is migrated', 'migrate, after a person has looked at the link');
  const [, spare = ''] = homes.map((home) => join(home, 'projects'));
  await unlink(spare);
  await rename(elsewhere, spare);
  say(root, `${spare}: replaced by hand with the directory that the link pointed to`);
  const { outcome, restorePoints, homes: migrated } = await migrate(homes, { required });
  for (const { path, files } of migrated.flatMap(({ entries }) => entries)) {
    if (files.link > 0) say(root, `${path}: ${files.link} transcript existed only there`);
    if (files.merged > 0) say(root, `${path}: ${files.merged} transcript continued there`);
  }
  for (const path of restorePoints) say(root, `restore point: ${path}`);
  say(root, `${paint('green', '✓')} ${outcome}`);

  sayTitle('4  After', 'validateAll again');
  sayTable(root, await validateAll(homes, { required }), await countRecords(homes));
  const after = await recordsIn(shared);
  const lost = [...before].filter((record) => !after.has(record)).length;
  const verdict = `healthy: ${before.size} records before, ${after.size} after, ${lost} lost`;
  console.log(`  ${paint(lost === 0 ? 'green' : 'red', verdict)}`);

  sayTitle('5  And back', 'restore: a directory of its own, with everything that is shared by now');
  const [, , old = ''] = homes;
  const { restored } = await restore(old, { required });
  for (const name of restored) {
    const { size } = await recordsIn(join(old, name));
    say(root, `${paint('green', '✓ restored')} ${join(old, name)}: ${size} records`);
  }
  console.log();
}

async function countRecords(homes: readonly string[]): Promise<readonly number[]> {
  const seen = await Promise.all(homes.map((home) => recordsIn(join(home, 'projects'))));
  return seen.map(({ size }) => size);
}
