/*
 * Three account homes in a temporary directory, each with a fault of its own, and how they are fixed: on the command
 * line and in code.
 *
 *   npm run demo
 */
import { mkdtemp, realpath, rename, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSharedStateError, validateAll } from 'claude-shared-state';
import { restore } from 'claude-shared-state/migrate';
import { makeHomes, recordsIn } from './demo-homes.ts';
import { paint, say, sayCommand, sayTitle, shortened, signed } from './demo-print.ts';

const root = await realpath(await mkdtemp(join(tmpdir(), 'claude-shared-state-demo-')));
try {
  await demonstrate();
} finally {
  await rm(root, { recursive: true });
}

async function demonstrate(): Promise<void> {
  const { homes, required, shared, elsewhere } = await makeHomes(root);
  const [, spare = '', old = ''] = homes.map((home) => join(home, 'projects'));
  const before = await allRecordsIn([shared, elsewhere, old]);

  sayTitle('1  What is wrong? (changes nothing)');
  await sayCommand(root);

  sayTitle('2  In code: validateAll() does what is safe and refuses the rest');
  try {
    await validateAll(homes, { required });
  } catch (error) {
    if (!isSharedStateError(error)) throw error;
    const created = error.reports.flatMap((report) => report.created);
    for (const path of created) tell(`${signed('ok', 'created')} ${path}`);
    for (const { code, message } of error.problems) {
      tell(signed('bad', `refused: ${code}`));
      tell(message, 4);
    }
  }

  sayTitle('3  By hand: replace the wrong link with the directory it pointed to');
  await unlink(spare);
  await rename(elsewhere, spare);
  tell(`$ rm ${spare}\n$ mv ${elsewhere} ${spare}`);

  sayTitle('4  Merge');
  await sayCommand(root, 'migrate', '--yes');

  sayTitle('5  Check');
  await sayCommand(root);
  console.log();
  const after = await recordsIn(shared);
  const lost = [...before].filter((record) => !after.has(record)).length;
  const verdict = `${before.size} records before, ${after.size} after, ${lost} lost`;
  tell(paint(lost === 0 ? 'green' : 'red', verdict));

  sayTitle('6  In code: restore() gives a home its own directories again');
  const [, , oldHome = ''] = homes;
  const { restored } = await restore(oldHome, { required });
  for (const name of restored) {
    const { size } = await recordsIn(join(oldHome, name));
    tell(`${signed('ok', 'restored')} ${join(oldHome, name)}: ${size} records`);
  }
  console.log();
}

/** Prints text in which paths begin with `~`. */
function tell(text: string, indent?: number): void {
  say(shortened(text, root), indent);
}

async function allRecordsIn(places: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await Promise.all(places.map(recordsIn))).flatMap((records) => [...records]));
}
