/*
 * Migrates account homes to one shared place on a terminal, or restores their own directories.
 *
 *   npx tsx examples/migrate-with-progress.ts [--restore] [--yes] ~/.claude-work ~/.claude-spare
 *
 * Without --yes it only prints the plan. Exits 0 if nothing blocks it and everything is done.
 */
import { homedir } from 'node:os';
import { requiredSharedUnder } from 'claude-shared-state';
import {
  migrate,
  type MigrationProblem,
  type MigrationProgress,
  planMigration,
  planRestore,
  restore,
  type UnmergedFile,
} from 'claude-shared-state/migrate';

const flags = new Set(process.argv.filter((argument) => argument.startsWith('--')));
const accountHomes = process.argv.slice(2).filter((argument) => !flags.has(argument));
const isConfirmed = flags.has('--yes');
const required = requiredSharedUnder(homedir());
const stop = new AbortController();
// It stops between two steps, and the same command continues from there.
process.once('SIGINT', () => stop.abort());
const runOptions = { required, onProgress: drawProgress, signal: stop.signal };

async function migrateHomes(): Promise<boolean> {
  const plan = await planMigration(accountHomes, { required });
  for (const { path, target, action, files } of plan.homes.flatMap(({ entries }) => entries)) {
    const { link, copy, merged, identical, skipped } = files;
    const counts = `${link} to link, ${copy} to copy, ${merged} to merge, ${identical} identical, ${skipped} skipped`;
    console.log(
      `${action.padEnd(8)} ${path} -> ${target}${action === 'merge' ? `: ${counts}` : ''}`,
    );
  }
  printProblems(plan.problems);
  if (!plan.ok || !isConfirmed) return endOfPlan(plan.ok);

  const { ok, outcome, problems, restorePoints, unmerged } = await migrate(
    accountHomes,
    runOptions,
  );
  endProgress();
  console.log(outcome);
  printProblems(problems.filter(({ severity }) => severity === 'error'));
  for (const path of restorePoints) console.log(`restore point: ${path}`);
  printUnmerged(unmerged);
  return ok;
}

async function restoreHomes(): Promise<boolean> {
  let isFine = true;
  for (const accountHome of accountHomes) {
    const plan = await planRestore(accountHome, { required });
    for (const { path, copy, copyBytes } of plan.entries) {
      console.log(`restore  ${path}: ${copy} files to copy, ${megabytes(copyBytes)}`);
    }
    printProblems(plan.problems);
    if (!plan.ok || !isConfirmed) {
      isFine = endOfPlan(plan.ok) && isFine;
      continue;
    }
    const { ok, outcome, restored, problems, unmerged } = await restore(accountHome, runOptions);
    endProgress();
    console.log(`${outcome}: restored ${restored.join(', ') || 'nothing'} of ${accountHome}`);
    printProblems(problems.filter(({ severity }) => severity === 'error'));
    printUnmerged(unmerged);
    isFine = ok && isFine;
  }
  return isFine;
}

function endOfPlan(isPossible: boolean): boolean {
  console.log(`Nothing was changed.${isPossible ? ' Add --yes to do it.' : ''}`);
  return isPossible;
}

function printProblems(problems: readonly MigrationProblem[]): void {
  for (const { severity, code, message } of problems)
    console.error(`${severity} ${code}: ${message}`);
}

function printUnmerged(files: readonly UnmergedFile[]): void {
  for (const { path, reason } of files) console.log(`not merged (${reason}): ${path}`);
}

const WIDTH = 30;

let lastPhase = '';

function drawProgress({ phase, done, total, bytes }: MigrationProgress): void {
  if (!process.stdout.isTTY) {
    // In a file or a pipe: a line for each phase, and no bar.
    if (phase !== lastPhase) console.log(`${phase} …`);
    lastPhase = phase;
    return;
  }
  const filled = total === 0 ? 0 : Math.round((done / total) * WIDTH);
  const bar = '█'.repeat(filled).padEnd(WIDTH, '·');
  process.stdout.write(
    `\r${phase.padEnd(8)} ${bar} ${done}/${total} files, ${megabytes(bytes)}\u001B[K`,
  );
}

function endProgress(): void {
  if (process.stdout.isTTY) process.stdout.write('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const isDone = flags.has('--restore') ? await restoreHomes() : await migrateHomes();
process.exitCode = isDone ? 0 : 1;
