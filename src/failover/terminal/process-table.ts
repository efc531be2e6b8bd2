/** A row of `ps`. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** The process group in the foreground of its terminal; below 1 if it has none. */
  readonly foreground: number;
}

/** Prints the columns of {@link ProcessRow} without headers, on Linux and macOS. */
export const PS_ARGS = ['-A', '-o', 'pid=,ppid=,pgid=,tpgid='] as const;

const ROW = /^ *([1-9]\d*) +(\d+) +(\d+) +(-?\d+)\b/gm;

export function readProcessTable(output: string): readonly ProcessRow[] {
  return [...output.matchAll(ROW)].map(([, ...columns]) => {
    const [pid = 0, parent = 0, group = 0, foreground = 0] = columns.map(Number);
    return { pid, parent, group, foreground };
  });
}

/** A process and its descendants, nearest first; empty if it isn't in the table. */
export function familyOf(first: number, table: readonly ProcessRow[]): readonly number[] {
  if (!table.some(({ pid }) => pid === first)) return [];
  const family = new Set([first]);
  // Iterating over a set also visits what is added to it meanwhile.
  for (const member of family) {
    for (const { pid, parent } of table) if (parent === member) family.add(pid);
  }
  return [...family];
}

export function isInForeground(first: number, table: readonly ProcessRow[]): boolean {
  return table.some(({ pid, group, foreground }) => pid === first && group === foreground);
}
