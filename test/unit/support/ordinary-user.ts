const NOBODY = 65_534;

/**
 * Makes this process an ordinary user for good, because root sees no EACCES.
 *
 * For test files that have a process of their own, by the configuration of Vitest.
 */
export function becomeOrdinaryUser(): void {
  if (process.env['SHARED_PROCESS'] !== undefined) throw new Error('others are in this process');
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
