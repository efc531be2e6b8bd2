import { promises } from 'node:fs';
import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { effectiveUid } from './processes.ts';

/** What `findAccountHomes` asks about the processes of a machine. */
export interface ConfigDirInspector {
  /** `CLAUDE_CONFIG_DIR` of every process of this user that has it. */
  configDirs(): Promise<readonly string[]>;
}

/** The processes of this user on this machine; none where there is no `/proc`. */
export const realConfigDirs: ConfigDirInspector = {
  async configDirs() {
    const pids = (await promises.readdir('/proc').catch(() => [])).filter((name) =>
      /^\d+$/.test(name),
    );
    const found = await mapLimit(pids, configDirOf, MANY_AT_ONCE);
    return [...new Set(found.flatMap((path) => path ?? []))];
  },
};

async function configDirOf(pid: string): Promise<string | undefined> {
  try {
    const { uid } = await promises.stat(`/proc/${pid}`);
    if (uid !== effectiveUid()) return undefined;
    // It holds secrets, too: nothing else of it is kept.
    const environment = await promises.readFile(`/proc/${pid}/environ`, 'utf8');
    return /(?:^|\0)CLAUDE_CONFIG_DIR=([^\0]+)/.exec(environment)?.[1];
  } catch {
    return undefined;
  }
}
