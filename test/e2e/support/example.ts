import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Ending, endingOf } from '../../package/support/run.ts';
import { cleanEnvironment, type Surroundings } from './claude.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// By its place, because the program runs in a directory from which it is not found.
const tsx = import.meta.resolve('tsx');

const RUN_LIMIT_MS = 60_000;

/** Runs a program of `examples/` where, and for whom, the real program would run. */
export async function runExample(
  name: string,
  args: readonly string[],
  surroundings: Surroundings,
  more: { readonly tsconfig?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ending> {
  const program = here(`../../../examples/${name}`);
  const child = spawn(process.execPath, ['--import', tsx, program, ...args], {
    cwd: surroundings.cwd,
    env: {
      ...cleanEnvironment(surroundings),
      NODE_NO_WARNINGS: '1',
      // There the SDK is found, which the package itself does not install.
      TSX_TSCONFIG_PATH: here(more.tsconfig ?? '../running.tsconfig.json'),
      TSX_DISABLE_CACHE: '1',
      ...more.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return await endingOf(child);
}
