/** What the library said, and what the program did. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly ending: string;
}

/** Prints the rows as a table, and their count. */
export function printTable(rows: readonly Row[]): void {
  const lines = rows.map(({ name, version, verdict, codes, ending }) =>
    [version, name.padEnd(80), verdict.padEnd(23), codes.join(' ') || '-', '|', ending].join('  '),
  );
  const firstLines = lines.map((line) => line.split('\n')[0] ?? '');
  console.log([...firstLines, `${rows.length} rows`].join('\n'));
}
