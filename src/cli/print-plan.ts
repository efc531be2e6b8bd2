import type { EntryPlan, HomePlan, MigrationPlan, UnmergedFile } from '../migrate/index.ts';
import { bytes, count } from './amounts.ts';
import type { Page } from './page.ts';

/** Prints what happens to every directory of every home. */
export function printPlan(page: Page, { homes, spaceNeeded, unmerged }: MigrationPlan): void {
  for (const home of homes) printHome(page, home);
  printSpace(page, spaceNeeded);
  printUnmerged(page, unmerged);
}

/** Prints how many bytes will be copied, if any. */
export function printSpace(page: Page, spaceNeeded: number): void {
  if (spaceNeeded === 0) return;
  page.line();
  page.words(`space needed: ${bytes(spaceNeeded)}`, 2, 4);
}

function printHome(page: Page, { accountHome, entries }: HomePlan): void {
  page.line(`  ${page.path(accountHome)}`);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const entry of entries) {
    const text = `${page.pad(entry.name, width)}  ${inColour(page, entry)}`;
    // Beside the name only if there is room for more than a word or two.
    page.words(text, 4, page.width < 60 ? 6 : 4 + width + 2);
  }
}

function inColour(page: Page, entry: EntryPlan): string {
  const { paint, symbols } = page;
  switch (entry.action) {
    case 'none':
      return paint.green(`${symbols.ok} linked, nothing to do`);
    case 'link':
      return paint.yellow(`${symbols.make} will be linked`);
    case 'merge':
      return paint.yellow(`${symbols.arrow} ${filesInWords(entry)}`);
    case 'complete':
      return paint.yellow(`${symbols.arrow} an interrupted migration will be completed`);
    case 'refuse':
      return paint.red(`${symbols.bad} can't be migrated`);
    default:
      return entry.action satisfies never;
  }
}

function filesInWords({ files, copyBytes }: EntryPlan): string {
  const { link, copy, merged, identical, skipped } = files;
  const parts = [
    link > 0 ? `${count(link, 'transcript')} linked` : '',
    copy > 0 ? `${count(copy, 'file')} copied (${bytes(copyBytes)})` : '',
    merged > 0 ? `${count(merged, 'file')} merged` : '',
    identical > 0 ? `${count(identical, 'file')} already shared` : '',
    skipped > 0 ? `${count(skipped, 'file')} left in the restore point` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'empty, will be linked' : parts.join(', ');
}

const MAX_SHOWN = 10;

/** Names the files that stay outside the shared directories, or were displaced, as far as there is room. */
export function printUnmerged(
  page: Page,
  files: readonly UnmergedFile[],
  where = 'outside the shared directories',
): void {
  if (files.length === 0) return;
  const { paint } = page;
  page.line();
  const verb = files.length === 1 ? 'stays' : 'stay';
  page.words(`${paint.bold(count(files.length, 'file'))} ${verb} ${where}:`, 2, 4);
  for (const { path, reason } of files.slice(0, MAX_SHOWN)) {
    page.line(`    ${page.path(path)}  ${paint.dim(reasonInWords(reason))}`);
  }
  const more = files.length - MAX_SHOWN;
  if (more > 0) page.line(paint.dim(`    and ${more} more; --json lists them all`));
}

function reasonInWords(reason: UnmergedFile['reason']): string {
  switch (reason) {
    case 'obsolete-cache':
      return 'a cache that is no longer read';
    case 'kept-aside':
      return 'the side of a conflict that was not chosen';
    case 'replaced':
      return 'an older version';
    case 'partial-line':
      return 'ends in half a line';
    case 'conflict':
      return 'changed since the plan, in conflict now';
    case 'duplicate-session-id':
      return 'the session has another transcript in another project';
    case 'moved':
      return 'the session moved to another project meanwhile';
    case 'changed':
      return 'written to after it was set aside';
    default:
      return reason satisfies never;
  }
}
