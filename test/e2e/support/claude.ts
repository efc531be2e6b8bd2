import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a run of the program came to. */
export interface Outcome {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where, and for whom, the program runs. */
export interface Surroundings {
  readonly accountHome: string;
  /** HOME and TMPDIR of the program, so that it never sees, or litters, the real ones. */
  readonly home: string;
  readonly tmp: string;
  readonly cwd: string;
  readonly apiUrl: string;
  /** Switches that this very run needs. */
  readonly environment?: Readonly<Record<string, string>>;
}

const RUN_LIMIT_MS = 30_000;

/** Runs the real program to its end, with nothing of the environment of the tests but the PATH. */
export async function runClaude(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<Outcome> {
  const child = spawn(claudeProgram(), args, {
    cwd: surroundings.cwd,
    env: cleanEnvironment(surroundings),
    // It waits for a prompt on a standard input that stays open.
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { exitCode, stdout, stderr };
}

export function cleanEnvironment(surroundings: Surroundings): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: surroundings.home,
    TMPDIR: surroundings.tmp,
    CLAUDE_CONFIG_DIR: surroundings.accountHome,
    ANTHROPIC_API_KEY: 'sk-ant-a-dummy-for-the-stand-in',
    ANTHROPIC_BASE_URL: surroundings.apiUrl,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ...surroundings.environment,
  };
}

/** The program that the Agent SDK ships for this platform. */
export function claudeProgram(): string {
  const { resolve } = createRequire(import.meta.url);
  const platform = `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}`;
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  for (const packageName of [platform, `${platform}-musl`]) {
    try {
      const program = join(dirname(resolve(`${packageName}/package.json`)), name);
      if (existsSync(program)) return program;
    } catch {
      // Only one of them is installed.
    }
  }
  throw new Error('The real Claude Code is not installed: run npm ci in test/e2e');
}
