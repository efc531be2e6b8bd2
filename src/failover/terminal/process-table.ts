/** One row of `ps`. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** The process group in the foreground of its terminal; below 1 where it has none. */
  readonly foreground: number;
}

/** What `ps` is asked for: the columns of {@link ProcessRow}, without headers (Linux and macOS have all four). */
export const PS_ARGS = ['-A', '-o', 'pid=,ppid=,pgid=,tpgid='] as const;

export function readProcessTable(output: string): readonly ProcessRow[] {
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, foreground] = line.trim().split(/\s+/).map(Number);
    const isWhole = [pid, parent, group, foreground].every(Number.isSafeInteger);
    return isWhole && foreground !== undefined && pid && parent !== undefined && group !== undefined
      ? [{ pid, parent, group, foreground }]
      : [];
  });
}

/** A process and all that come from it, the nearest first; none where it is not in the table. */
export function familyOf(first: number, table: readonly ProcessRow[]): readonly number[] {
  if (!table.some(({ pid }) => pid === first)) return [];
  const children = new Map<number, number[]>();
  for (const { pid, parent } of table) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const family = new Set([first]);
  // A set hands out what is added to it while one goes through it.
  for (const pid of family) for (const child of children.get(pid) ?? []) family.add(child);
  return [...family];
}

/** Whether a process has the foreground of its terminal. */
export function isInForeground(first: number, table: readonly ProcessRow[]): boolean {
  return table.some(({ pid, group, foreground }) => pid === first && group === foreground);
}
