import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Which Claude Code: from before, or from after, it searches all projects for a session. */
export type ProgramName = 'old' | 'new';

/** A version of Claude Code. */
export interface Program {
  readonly name: ProgramName;
  /** As `claude --version` tells it. */
  readonly version: string;
}

/** The versions that are installed here. */
export const pinned: readonly Program[] = [
  { name: 'old', version: '2.1.197' },
  { name: 'new', version: '2.1.332' },
];

/** `PROGRAM=2.1.250=/a/path/claude` runs the tests with that one instead: see .ci/oracle.mjs. */
const [otherVersion = '', otherExecutable] = (process.env['PROGRAM'] ?? '').split('=');

/** The versions to run the tests with. */
export const programs: readonly Program[] =
  otherExecutable === undefined ? pinned : [{ name: 'new', version: otherVersion }];

/** What ships each of them: a package per platform, whose name begins so. */
const packages: Readonly<Record<ProgramName, string>> = {
  old: '@anthropic-ai/claude-code',
  new: '@anthropic-ai/claude-agent-sdk',
};

/** The file to run on this platform. */
export function executableOf(program: ProgramName): string {
  if (otherExecutable !== undefined) return otherExecutable;
  const { resolve } = createRequire(import.meta.url);
  const platform = `${packages[program]}-${process.platform}-${process.arch}`;
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  for (const packageName of [platform, `${platform}-musl`]) {
    try {
      const executable = join(dirname(resolve(`${packageName}/package.json`)), name);
      if (existsSync(executable)) return executable;
    } catch {
      // Only one of them is installed.
    }
  }
  throw new Error(`The ${program} Claude Code is not installed: run npm ci in test/e2e`);
}
