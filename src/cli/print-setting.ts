import { count } from './amounts.ts';
import type { Skipped } from './find-homes.ts';
import type { Page } from './page.ts';
import type { Setting } from './setting.ts';

/** Prints the homes and the shared directories; in full also what was passed over. */
export function printSetting(page: Page, setting: Setting, isFull = false): void {
  printHomes(page, setting, isFull);
  printShared(page, setting);
}

/** Prints the homes. */
export function printHomes(
  page: Page,
  { homes, homesFrom, searched, skipped }: Setting,
  isFull = false,
): void {
  const { paint } = page;
  const found = homesFrom === 'found' ? `, found in ${page.path(searched)}` : '';
  page.words(`${paint.bold(count(new Set(homes).size, 'account home'))}${found}`, 0, 2);
  const told = isFull ? skipped : skipped.filter(({ reason }) => reason === 'unreadable');
  for (const [reason, paths] of byReason(page, told)) {
    page.words(paint.dim(`passed over (${reason}): ${paths.join(', ')}`), 2, 4);
  }
  if (skipped.length > told.length) {
    const others = count(skipped.length - told.length, 'other directory', 'other directories');
    page.words(paint.dim(`passed over ${others}; doctor names them`), 2, 4);
  }
}

/** Prints where the shared directories are. */
export function printShared(page: Page, { required, requiredFrom, root = '' }: Setting): void {
  const { paint } = page;
  const names = required.map(({ name }) => name).join(', ');
  switch (requiredFrom) {
    case 'shared':
      page.words(`${paint.bold('shared')} as --shared says:`, 0, 2);
      for (const { name, target } of required) {
        page.line(`  ${name} ${page.symbols.arrow} ${page.path(target)}`);
      }
      return;
    case 'root':
    case 'home': {
      const where = `${page.path(root === '/' ? '' : root)}/.claude-*-shared`;
      page.words(`${paint.bold('shared')} at ${where}: ${names}`, 0, 2);
      return;
    }
    default:
      requiredFrom satisfies never;
  }
}

/** What was passed over for the same reason stands on one line. */
function byReason(page: Page, skipped: readonly Skipped[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const one of skipped) {
    const reason = reasonInWords(one);
    groups.set(reason, [...(groups.get(reason) ?? []), page.path(one.path)]);
  }
  return groups;
}

export function reasonInWords({ reason, errno = '' }: Skipped): string {
  switch (reason) {
    case 'shared-target':
      return 'a shared directory';
    case 'no-mark':
      return 'nothing of Claude Code is in it';
    case 'not-a-directory':
      return 'no directory';
    case 'same-directory':
      return 'leads to another home';
    case 'unreadable':
      return `could not be looked at, ${errno}; if it is a home, name it with --home`;
    default:
      return reason satisfies never;
  }
}
