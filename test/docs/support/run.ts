import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a program ended, and what it left in the directory for temporary files. */
export interface Ending {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly leftovers: readonly string[];
}

/**
 * Runs a TypeScript file with tsx, in an environment that holds a home and little else.
 *
 * @param prepare - Puts into the home what has to be there, and gives the arguments.
 * @param ownHome - A home that is there already and stays, for several programs one after the other.
 */
export async function run(
  file: string,
  cwd: string,
  prepare: (home: string) => readonly string[] = () => [],
  ownHome?: string,
): Promise<Ending> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'claude-shared-state-docs-')));
  const [home, temporary] = [ownHome ?? join(root, 'home'), join(root, 'tmp')];
  for (const directory of [home, temporary]) mkdirSync(directory, { recursive: true });
  const own = { HOME: home, TMPDIR: temporary, TSX_DISABLE_CACHE: '1' };
  // What newer versions of Node say about tsx is no complaint of the program.
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...own };
  const args = ['--import', 'tsx', file, ...prepare(home)];
  try {
    return await new Promise((resolve) => {
      const options = { cwd, env };
      const child = execFile(process.execPath, args, options, (_, stdout, stderr) => {
        const { exitCode } = child;
        resolve({ exitCode, stdout, stderr, leftovers: readdirSync(temporary) });
      });
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}
