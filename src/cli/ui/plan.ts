import type { EntryPlan, HomePlan, MigrationPlan, UnmergedFile } from '../../migrate/index.ts';
import type { LiveSession } from '../../sessions/index.ts';
import { isError } from '../causes.ts';
import { present } from '../lists.ts';
import { bytes, count } from './amounts.ts';
import { escapeControl, type Output } from './output.ts';

/** Prints what happens to every directory of every home. */
export function printPlan(
  out: Output,
  { homes, problems, spaceNeeded, unmerged }: MigrationPlan,
  free?: number,
): void {
  const blocked = new Set(problems.filter(isError).map(({ path }) => path));
  for (const home of homes) printHome(out, home, blocked);
  printSpace(out, spaceNeeded, free);
  printUnmerged(out, unmerged);
}

/** Prints how many bytes will be copied, if any. */
export function printSpace(out: Output, spaceNeeded: number, free = Infinity): void {
  if (spaceNeeded === 0) return;
  out.line();
  const text = `space needed: ${bytes(spaceNeeded)}`;
  const isShort = spaceNeeded > free;
  out.words(isShort ? out.signed('bad', `${text}; only ${bytes(free)} are free`) : text, 2, 4);
}

function printHome(
  out: Output,
  { accountHome, entries }: HomePlan,
  blocked: ReadonlySet<string>,
): void {
  out.line(`  ${out.path(accountHome)}`);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const entry of entries) {
    const action = blocked.has(entry.path) ? 'refuse' : entry.action;
    const text = `${out.pad(entry.name, width)}  ${inColor(out, { ...entry, action })}`;
    // Beside the name only if there is room for more than a word or two.
    out.words(text, 4, out.width < 60 ? 6 : 4 + width + 2);
  }
}

function inColor(out: Output, entry: EntryPlan): string {
  const { paint, symbols } = out;
  return {
    none: out.signed('ok', 'linked, nothing to do'),
    link: paint.yellow(`${symbols.make} will be linked`),
    merge: paint.yellow(`${symbols.arrow} ${filesInWords(entry)}`),
    complete: paint.yellow(`${symbols.arrow} an interrupted migration will be completed`),
    refuse: out.signed('bad', "can't be migrated"),
  }[entry.action];
}

function filesInWords({ files, copyBytes }: EntryPlan): string {
  const { link, copy, merged, identical, skipped } = files;
  const parts = present(
    link > 0 && `${count(link, 'transcript')} linked`,
    copy > 0 && `${count(copy, 'file')} copied (${bytes(copyBytes)})`,
    merged > 0 && `${count(merged, 'file')} merged`,
    identical > 0 && `${count(identical, 'file')} already shared`,
    skipped > 0 && `${count(skipped, 'file')} left in the restore point`,
  );
  return parts.length === 0 ? 'empty, will be linked' : parts.join(', ');
}

const MAX_SHOWN = 10;

/** Names the files that stay outside the shared directories, or were replaced, as far as there is room. */
export function printUnmerged(
  out: Output,
  files: readonly UnmergedFile[],
  where = 'outside the shared directories',
): void {
  if (files.length === 0) return;
  out.line();
  const verb = files.length === 1 ? 'stays' : 'stay';
  out.words(`${out.paint.bold(count(files.length, 'file'))} ${verb} ${where}:`, 2, 4);
  for (const { path, reason } of files.slice(0, MAX_SHOWN)) {
    out.remarked(`    ${out.path(path)}`, out.paint.dim(reasons[reason]), 6);
  }
  const more = files.length - MAX_SHOWN;
  if (more > 0) out.words(out.paint.dim(`and ${more} more; --json lists them all`), 4);
}

const reasons: Readonly<Record<UnmergedFile['reason'], string>> = {
  'obsolete-cache': 'a cache that is no longer read',
  'kept-aside': 'the side of a conflict that was not chosen',
  replaced: 'an older version',
  'partial-line': 'ends in half a line',
  conflict: 'changed since the plan, in conflict now',
  'duplicate-session-id': 'the session has another transcript in another project',
  moved: 'the session moved to another project meanwhile',
  changed: 'written to after it was set aside',
};

/** Prints which sessions are running. */
export function printSessions(out: Output, sessions: readonly LiveSession[]): void {
  if (sessions.length === 0) return;
  out.title(count(sessions.length, 'running session'));
  for (const { sessionId, pid, cwd, status, processState, accountHomes } of sessions) {
    const state =
      processState === 'unknown' ? 'may be running' : escapeControl(status ?? 'running');
    out.line(`  ${out.symbols.bullet} ${sessionId}`);
    const where = cwd === undefined ? '' : ` in ${out.path(cwd)}`;
    out.words(`${out.path(accountHomes[0])}, process ${pid}, ${state}${where}`, 4);
  }
}
