import type { SkippedDirectory } from '../../homes/index.ts';
import { groupBy } from '../lists.ts';
import type { Scope } from '../scope.ts';
import { count } from './amounts.ts';
import type { Output } from './output.ts';

/** Prints the account homes and the shared directories. */
export function printScope(out: Output, scope: Scope): void {
  printHomes(out, scope);
  printShared(out, scope);
}

export function printHomes(
  out: Output,
  { homes, homesFrom, config, searched, skipped }: Scope,
): void {
  const found = {
    found: `, found in ${out.path(searched)}`,
    configured: `, from ${out.path(config.path)}`,
    given: '',
  }[homesFrom];
  out.words(`${out.paint.bold(count(homes.length, 'account home'))}${found}`, 0, 2);
  printSkipped(
    out,
    skipped.filter(({ reason }) => reason === 'unreadable'),
  );
}

/** Prints where the shared directories are. */
export function printShared(out: Output, { required, requiredFrom, root, config }: Scope): void {
  if (root === undefined) {
    const isConfigured = requiredFrom === 'configured';
    const agreed = 'where the homes already share';
    const named = `as ${isConfigured ? out.path(config.path) : '--shared'} says`;
    out.words(`${out.paint.bold('shared')} ${requiredFrom === 'agreed' ? agreed : named}:`, 0, 2);
    for (const { name, target } of required) {
      out.line(`  ${name} ${out.symbols.arrow} ${out.path(target)}`);
    }
    return;
  }
  const names = required.map(({ name }) => name).join(', ');
  const where = `${out.path(root === '/' ? '' : root)}/.claude-*-shared`;
  out.words(`${out.paint.bold('shared')} at ${where}: ${names}`, 0, 2);
}

/** Prints the directories that were skipped, those with one reason on one line. */
export function printSkipped(out: Output, skipped: readonly SkippedDirectory[]): void {
  for (const group of groupBy(skipped, reasonInWords)) {
    const paths = group.map(({ path }) => out.path(path)).join(', ');
    out.words(out.paint.dim(`skipped (${reasonInWords(group[0])}): ${paths}`), 2, 4);
  }
}

export function reasonInWords({ reason, errno = '' }: SkippedDirectory): string {
  return {
    'shared-target': 'a shared directory',
    'other-program': 'belongs to another program',
    'no-mark': 'no Claude Code files',
    'not-a-directory': 'not a directory',
    'same-directory': 'a link to another home',
    unreadable: `can't be read, ${errno}; if it is a home, name it with --home`,
  }[reason];
}
