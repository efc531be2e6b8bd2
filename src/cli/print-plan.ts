import type { EntryPlan, HomePlan, Leftover, MigrationPlan } from '../migrate/index.ts';
import { bytes, count } from './amounts.ts';
import type { Page } from './page.ts';

/** Says what happens to every directory of every home. */
export function printPlan(page: Page, { homes, spaceNeeded, leftovers }: MigrationPlan): void {
  for (const home of homes) printHome(page, home);
  if (spaceNeeded > 0) {
    page.line();
    page.words(`space needed on the other file system: ${bytes(spaceNeeded)}`, 2, 4);
  }
  printLeftovers(page, leftovers, 'stays in the originals');
}

function printHome(page: Page, { accountHome, entries }: HomePlan): void {
  page.line(`  ${page.path(accountHome)}`);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const entry of entries) {
    const text = `${page.pad(entry.name, width)}  ${inColour(page, entry)}`;
    // Beside the name only where there is room for more than a word or two.
    page.words(text, 4, page.width < 60 ? 6 : 4 + width + 2);
  }
}

function inColour(page: Page, entry: EntryPlan): string {
  const { paint, symbols } = page;
  switch (entry.action) {
    case 'none':
      return paint.green(`${symbols.ok} linked, nothing to do`);
    case 'link':
      return paint.yellow(`${symbols.make} the link is made`);
    case 'merge':
      return paint.yellow(`${symbols.arrow} ${filesInWords(entry)}`);
    case 'roll-forward':
      return paint.yellow(`${symbols.arrow} a run that ended half-way is completed`);
    case 'refuse':
      return paint.red(`${symbols.bad} not a directory that could be brought in`);
    default:
      return entry.action satisfies never;
  }
}

function filesInWords({ files, copyBytes }: EntryPlan): string {
  const { link, copy, couple, same, leave } = files;
  const parts = [
    link > 0 ? `${count(link, 'file')} shared` : '',
    copy > 0 ? `${count(copy, 'file')} copied (${bytes(copyBytes)})` : '',
    couple > 0 ? `${count(couple, 'transcript')} made one with another generation` : '',
    same > 0 ? `${count(same, 'file')} there already` : '',
    leave > 0 ? `${count(leave, 'file')} left in the originals` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'an empty directory becomes a link' : parts.join(', ');
}

const MOST_SHOWN = 10;

/** Names what stays behind, as far as a page has room for it. */
export function printLeftovers(page: Page, leftovers: readonly Leftover[], title: string): void {
  if (leftovers.length === 0) return;
  page.line();
  page.words(`${page.paint.bold(count(leftovers.length, 'file'))} ${title}:`, 2, 4);
  for (const { path, reason } of leftovers.slice(0, MOST_SHOWN)) {
    page.line(`    ${page.path(path)}  ${page.paint.dim(reason)}`);
  }
  const more = leftovers.length - MOST_SHOWN;
  if (more > 0) page.line(page.paint.dim(`    and ${more} more; --json names all of them`));
}
