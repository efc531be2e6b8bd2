import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutTrailingSeparators } from '../core/paths.ts';

/** The versions of Claude Code that the end-to-end tests run, oldest first. */
export const TestedClaudeVersions: readonly string[] = /* @__PURE__ */ Object.freeze([
  '2.1.197',
  '2.1.332',
]);

/**
 * How a range of versions of Claude Code behaves, as far as resuming goes.
 *
 * To add a version that behaves differently, add a record to {@link BEHAVIORS}, and the version to the end-to-end tests.
 */
export interface ProgramBehavior {
  /** The first version of the range. */
  readonly since: readonly [number, number, number];
  /** The range in words. */
  readonly versions: string;
  /** Whether it searches all projects if the session is not in one of its own. */
  readonly searchesAllProjects: boolean;
  /** Whether `CLAUDE_CODE_PROJECT_DIR_NAME` replaces the project key. */
  readonly readsProjectDirName: boolean;
  /** Whether it refuses conversations that Claude ended, and those of more than one organization. */
  readonly refusesByContent: boolean;
  /** Whether it puts a newline after a truncated last line before it appends. */
  readonly repairsLastLine: boolean;
  /** Whether it starts although `.claude.json` is empty. */
  readonly toleratesEmptyConfig: boolean;
  /** Whether it starts in a directory with a backslash in its name. */
  readonly toleratesBackslash: boolean;
}

// Seen on 2.1.197 and 2.1.332, which the end-to-end tests run; the version in between is from the release notes.
const BEHAVIORS: readonly ProgramBehavior[] = [
  {
    since: [0, 0, 0],
    versions: 'Claude Code before 2.1.223',
    searchesAllProjects: false,
    readsProjectDirName: false,
    refusesByContent: false,
    repairsLastLine: false,
    toleratesEmptyConfig: false,
    toleratesBackslash: false,
  },
  {
    since: [2, 1, 223],
    versions: 'Claude Code 2.1.223 and later',
    searchesAllProjects: true,
    readsProjectDirName: true,
    refusesByContent: true,
    repairsLastLine: true,
    toleratesEmptyConfig: true,
    toleratesBackslash: true,
  },
];

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;

/** The behavior of a version; of an unknown version every one that is possible. */
export function behaviorsOf(version: string | undefined): readonly ProgramBehavior[] {
  if (version === undefined) return BEHAVIORS;
  const numbers = (VERSION.exec(version) ?? []).slice(1).map(Number);
  return BEHAVIORS.filter(({ since }) => isAtLeast(numbers, since)).slice(-1);
}

export function isProgramVersion(text: unknown): text is string {
  return typeof text === 'string' && VERSION.test(text);
}

function isAtLeast(numbers: readonly number[], since: readonly number[]): boolean {
  const differing = since.findIndex((number, index) => number !== numbers[index]);
  return differing === -1 || (numbers[differing] ?? 0) > (since[differing] ?? 0);
}

/** An account home, and the one that the program uses when `CLAUDE_CONFIG_DIR` is unset, if that is known. */
export interface Homes {
  readonly accountHome: string;
  readonly defaultAccountHome?: string | undefined;
}

/** This user's default account home; unknown for an injected file system. */
export function ownDefaultHome(fs: unknown): string | undefined {
  return fs === undefined ? join(homedir(), '.claude') : undefined;
}

/** Whether the program uses this home when `CLAUDE_CONFIG_DIR` is unset; compares the paths as text. */
export function isDefaultHome({ accountHome, defaultAccountHome }: Homes): boolean {
  return (
    defaultAccountHome !== undefined &&
    withoutTrailingSeparators(accountHome) === withoutTrailingSeparators(defaultAccountHome)
  );
}
