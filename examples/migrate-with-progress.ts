/*
 * Bring the state of several account homes into one shared place, on a terminal, and back again.
 *
 *   npx tsx examples/migrate-with-progress.ts [--yes] [--restore] ~/.claude-work ~/.claude-spare
 *
 * Without --yes it only shows the plan. Exits 0 when everything that was asked for is done.
 */
import { homedir } from 'node:os';
import { requiredSharedUnder } from 'claude-shared-state';
import {
  migrate,
  type MigrationProblem,
  type MigrationProgress,
  planMigration,
  restore,
} from 'claude-shared-state/migrate';

const flags = new Set(process.argv.filter((argument) => argument.startsWith('--')));
const accountHomes = process.argv.slice(2).filter((argument) => !flags.has(argument));
const required = requiredSharedUnder(homedir());
const stop = new AbortController();
// Between two steps: what is done stays done, and the same command goes on from there.
process.once('SIGINT', () => stop.abort());

async function goThere(): Promise<number> {
  const plan = await planMigration(accountHomes, { required });
  for (const { path, target, action, files } of plan.homes.flatMap(({ entries }) => entries)) {
    const { link, copy, couple, same, leave } = files;
    const what = `${link + copy} to bring, ${couple} to merge, ${same} there, ${leave} to leave`;
    console.log(
      `${action.padEnd(12)} ${path} -> ${target}${action === 'merge' ? `: ${what}` : ''}`,
    );
  }
  tell(plan.problems);
  if (!plan.ok) return 1;
  if (!flags.has('--yes')) {
    console.log('Nothing has been changed. Add --yes to do it.');
    return 0;
  }
  const options = { required, onProgress: draw, signal: stop.signal };
  const { outcome, problems, originals, leftovers } = await migrate(accountHomes, options);
  if (process.stdout.isTTY) process.stdout.write('\n');
  console.log(outcome);
  tell(problems.filter(({ severity }) => severity === 'error'));
  for (const path of originals) console.log(`the way back: ${path}`);
  for (const { path, reason } of leftovers) console.log(`left (${reason}): ${path}`);
  return outcome === 'done' ? 0 : 1;
}

async function goBack(): Promise<number> {
  let isDone = true;
  for (const accountHome of accountHomes) {
    const options = { required, onProgress: draw, signal: stop.signal };
    const { ok, outcome, restored, problems } = await restore(accountHome, options);
    if (process.stdout.isTTY) process.stdout.write('\n');
    console.log(`${outcome}: ${accountHome} has its own ${restored.join(', ') || 'nothing'} again`);
    tell(problems);
    isDone &&= ok;
  }
  return isDone ? 0 : 1;
}

function tell(problems: readonly MigrationProblem[]): void {
  for (const { severity, code, message } of problems)
    console.error(`${severity} ${code}: ${message}`);
}

const WIDTH = 30;

let lastPhase = '';

function draw({ phase, done, total, bytes }: MigrationProgress): void {
  if (!process.stdout.isTTY) {
    // Into a file or a pipe: a line for each phase, no bar.
    if (phase !== lastPhase) console.log(`${phase} …`);
    lastPhase = phase;
    return;
  }
  const filled = total === 0 ? 0 : Math.round((done / total) * WIDTH);
  const bar = '█'.repeat(filled).padEnd(WIDTH, '·');
  const megabytes = (bytes / 1e6).toFixed(1);
  process.stdout.write(
    `\r${phase.padEnd(8)} ${bar} ${done}/${total} files, ${megabytes} MB\u001B[K`,
  );
}

process.exitCode = flags.has('--restore') ? await goBack() : await goThere();
