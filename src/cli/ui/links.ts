import stringWidth from 'string-width';
import type { AccountReport, LinkReport, LinkState } from '../../index.ts';
import type { Output } from './output.ts';

/** Prints every link of every home: as a table where there is room for one, otherwise as a list. */
export function printLinks(out: Output, reports: readonly AccountReport[]): void {
  // Every home has the same links.
  const head = ['', ...reports.slice(0, 1).flatMap(({ links }) => links.map(({ name }) => name))];
  const rows = reports.map(({ accountHome, links }) => [
    out.path(accountHome),
    ...links.map((link) => cell(out, link)),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => stringWidth(row[column] ?? ''))),
  );
  if (widths.reduce((sum, width) => sum + width + 3, 0) <= out.width) {
    const line = (row: readonly string[]) =>
      `  ${row.map((text, column) => out.pad(text, widths[column] ?? 0)).join('   ')}`.trimEnd();
    out.line(out.paint.dim(line(head)));
    for (const row of rows) out.line(line(row));
    return;
  }
  for (const { accountHome, links } of reports) {
    out.line(`  ${out.path(accountHome)}`);
    const width = Math.max(...links.map(({ name }) => stringWidth(name)));
    for (const link of links) out.line(`    ${out.pad(link.name, width)}  ${cell(out, link)}`);
  }
}

export function isRight(state: LinkState): boolean {
  return state === 'linked' || state === 'equivalent';
}

function cell(out: Output, { state }: LinkReport): string {
  if (state === 'missing') return out.paint.yellow(`${out.symbols.make} ${state}`);
  return out.signed(isRight(state) ? 'ok' : 'bad', state);
}
