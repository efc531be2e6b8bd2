import { READ, SEARCH, WRITE } from '../fs/calls.ts';
import type { LinkReadFsSync } from '../fs/link-fs.ts';
import { textOf } from '../fs/port.ts';
import { join } from '../core/paths.ts';
import { isExposed } from './plan.ts';
import type { AccountReport, LinkReport } from './report.ts';
import type { Request } from './request.ts';

const bigint = { bigint: true } as const;

/**
 * The reports, if all homes are right and there is nothing to say about them; otherwise `undefined`.
 *
 * Makes the same calls as `inspectShared` does first, but plainly: a daemon that checks its homes before each start
 * pays for little else than the calls.
 */
export function reportsIfRight(
  fs: LinkReadFsSync,
  { accountHomes, required, repeated }: Request,
): readonly AccountReport[] | undefined {
  if (repeated.size > 0) return undefined;
  try {
    for (const { target } of required) {
      const stats = fs.statSync(target, bigint);
      if (!stats.isDirectory() || isExposed(Number(stats.mode))) return undefined;
      fs.accessSync(target, READ | WRITE | SEARCH);
    }
    const reports: AccountReport[] = [];
    for (const accountHome of accountHomes) {
      const links: LinkReport[] = [];
      for (const { name, target } of required) {
        const path = join(accountHome, name);
        const storedTarget = textOf(fs.readlinkSync(path));
        if (storedTarget !== target) return undefined;
        links.push({ name, path, target, state: 'linked', storedTarget });
      }
      reports.push({ accountHome, ok: true, links, created: [], problems: [] });
    }
    return reports;
  } catch {
    return undefined;
  }
}
