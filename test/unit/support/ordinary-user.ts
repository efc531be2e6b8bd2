const NOBODY = 65_534;

/**
 * Makes this process an ordinary user for good, because root sees no EACCES.
 *
 * For test files of their own only: there each file has a process of its own.
 */
export function becomeOrdinaryUser(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
