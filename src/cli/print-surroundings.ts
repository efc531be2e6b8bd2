import type { RetentionReport } from '../retention/index.ts';
import type { RestorePoint } from '../migrate/index.ts';
import { escapeControl } from '../core/paths.ts';
import type { LiveSession } from '../sessions/index.ts';
import { count, moment } from './amounts.ts';
import type { Page } from './page.ts';
import { isUnfinished, type UnfinishedRun } from './unfinished-runs.ts';

/** Says how long transcripts live, and which goes next. */
export function printRetention(page: Page, { homes, periodDays, transcripts }: RetentionReport) {
  const { paint } = page;
  const isOne = new Set(homes.map((home) => home.periodDays)).size <= 1;
  const rule = isOne ? '' : ', the shortest of all homes';
  const life =
    periodDays === 'never' ? 'are never deleted' : `live for ${count(periodDays, 'day')}${rule}`;
  page.line();
  page.words(`${paint.bold('retention')} transcripts ${life}`, 0, 2);
  if (!isOne) {
    for (const home of homes) {
      const days = home.periodDays === 'never' ? 'never' : count(home.periodDays, 'day');
      const source = home.source === 'settings' ? '' : paint.dim(' (not set)');
      page.words(`${page.path(home.accountHome)}: ${days}${source}`, 2, 4);
    }
  }
  if (transcripts === undefined || transcripts.nextToExpire === undefined) return;
  const { expiredCount: due, nextToExpire: next } = transcripts;
  if (due > 0) {
    const verb = due === 1 ? 'is' : 'are';
    const text = `${count(due, 'transcript')} ${verb} deleted when Claude Code starts next`;
    page.words(paint.yellow(text), 2, 4);
  }
  page.words(`the oldest, due ${moment(next.expiresAt)}:`, 2, 4);
  page.line(`    ${page.path(next.path)}`);
}

/** Says which sessions are running. */
export function printSessions(page: Page, sessions: readonly LiveSession[]): void {
  if (sessions.length === 0) return;
  const { paint, symbols } = page;
  page.line();
  page.line(paint.bold(count(sessions.length, 'running session')));
  for (const { sessionId, pid, cwd, status, processState, accountHomes } of sessions) {
    const state = processState === 'unknown' ? 'it may be running' : escapeControl(status ?? 'running');
    page.line(`  ${symbols.bullet} ${sessionId}`);
    const where = cwd === undefined ? '' : ` in ${page.path(cwd)}`;
    page.words(`${page.path(accountHomes[0])}, process ${pid}, ${state}${where}`, 4);
  }
}

/** Prints which runs were interrupted, and how many restore points wait to be used or deleted. */
export function printRestorePointStates(page: Page, points: readonly RestorePoint[]): void {
  const { paint, symbols } = page;
  for (const { path, state } of points.filter(isUnfinished)) {
    page.line();
    page.words(`${paint.red(symbols.bad)} ${interrupted(state)}. Nothing is lost.`, 2, 4);
    page.line(`    ${page.path(path)}`);
  }
  const kept = points.filter((point) => !isUnfinished(point));
  if (kept.length === 0) return;
  const restored = kept.filter(({ state }) => state === 'restored').length;
  const ofThese = restored === 0 ? '' : `, ${restored} of them restored already`;
  page.line();
  page.words(
    `${paint.bold(count(kept.length, 'restore point'))}${ofThese}: restore-points lists them`,
    0,
    2,
  );
}

function interrupted(state: UnfinishedRun['state']): string {
  switch (state) {
    case 'incomplete':
      return 'a migration was interrupted';
    case 'restoring':
      return 'a restore was interrupted';
    case 'deleting':
      return 'the deletion of a restore point was interrupted';
    default:
      return state satisfies never;
  }
}
