import { spawn } from 'node:child_process';
import { type Ending, endingOf } from '../../package/support/run.ts';
import { executableOf, type ProgramName } from './programs.ts';

/** Where, and for whom, the program runs. */
export interface Surroundings {
  readonly program: ProgramName;
  /** `undefined` for the default one, which the program takes where it is told of none. */
  readonly accountHome: string | undefined;
  /** HOME and TMPDIR of the program, so that it never sees, or litters, the real ones. */
  readonly home: string;
  readonly tmp: string;
  readonly cwd: string;
  readonly apiUrl: string;
  /** There is a key: otherwise the login of the home counts, and the flags that it has cached. */
  readonly usesKey?: boolean;
  /** A command that starts the program, such as in a mount namespace; the program and its arguments follow. */
  readonly within?: readonly string[];
  /** How long it may take, where it is expected to wait for ever. */
  readonly patienceMs?: number;
  /** Switches that this very run needs. */
  readonly environment?: Readonly<Record<string, string>>;
}

const RUN_LIMIT_MS = 90_000;

/** What the stand-in takes for a key: anything. */
export const DUMMY_KEY = 'sk-ant-a-dummy-for-the-stand-in';

/** Runs the real program to its end, with nothing of the environment of the tests but the PATH. */
export async function runClaude(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<Ending> {
  const [command = '', ...all] = [
    ...(surroundings.within ?? []),
    executableOf(surroundings.program),
    ...args,
  ];
  const child = spawn(command, all, {
    cwd: surroundings.cwd,
    env: cleanEnvironment(surroundings),
    // It waits for a prompt on a standard input that stays open.
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: surroundings.patienceMs ?? RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return await endingOf(child);
}

export function cleanEnvironment(surroundings: Surroundings): Record<string, string> {
  const { accountHome } = surroundings;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: surroundings.home,
    TMPDIR: surroundings.tmp,
    ...(accountHome === undefined ? {} : { CLAUDE_CONFIG_DIR: accountHome }),
    ...(surroundings.usesKey === true
      ? { ANTHROPIC_API_KEY: DUMMY_KEY }
      : { CLAUDE_CODE_GB_DISK_CACHE_WHEN_TELEMETRY_OFF: '1' }),
    ANTHROPIC_BASE_URL: surroundings.apiUrl,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ...surroundings.environment,
  };
}
