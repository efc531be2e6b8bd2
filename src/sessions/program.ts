import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutTrailingSeparators } from '../core/paths.ts';

/** The versions of Claude Code that the end-to-end tests run, oldest first. */
export const TestedClaudeVersions: readonly string[] = /* @__PURE__ */ Object.freeze([
  '2.1.197',
  '2.1.332',
]);

/**
 * The versions that were compared with the end-to-end oracle, row by row; `npm run prove` repeats it. Older ones (1.0.128,
 * 2.0.70, 2.1.100 and 2.1.150 were tried) resume sessions of other homes, too, but differ in some rows, and aren't supported.
 */
const CHECKED = /* @__PURE__ */ new Set(
  '2.1.166 2.1.197 2.1.222 2.1.223 2.1.250 2.1.280 2.1.310 2.1.329 2.1.332'.split(' '),
);

/** What differs between versions of Claude Code, as far as resuming goes. */
interface Traits {
  /** Whether it searches the projects of the repository's other worktrees. */
  readonly searchesWorktrees: boolean;
  /** Whether it searches all projects if the session is not in one of its own. */
  readonly searchesAllProjects: boolean;
  /** Whether `CLAUDE_CODE_PROJECT_DIR_NAME` replaces the project key. */
  readonly readsProjectDirName: boolean;
  /** Whether `CLAUDE_CODE_SKIP_PROMPT_HISTORY` in settings keeps it from saving transcripts. */
  readonly readsSkipHistory: boolean;
  /** Whether a conversation that was rewound to before its first message is empty. */
  readonly honorsRewind: boolean;
  /** Whether a project with another hash behind a cut key has to name the working directory. */
  readonly checksCutKeys: boolean;
  /** Whether it resumes, with its history, a conversation whose last message has no time that parses. */
  readonly resumesUndated: boolean;
  /** Whether it resumes a conversation of attachments and system lines alone. */
  readonly resumesUnspoken: boolean;
  /** Whether a line that is `null` is a line like any other that is no record. */
  readonly toleratesNullLines: boolean;
  /** Whether a session runs in the background whose record has its id in other upper and lower case. */
  readonly foldsRecordedIds: boolean;
  /** Whether it refuses conversations that Claude ended. */
  readonly refusesEnded: boolean;
  /** Whether it refuses conversations of another organization, or of more than one. */
  readonly refusesOrganizations: boolean;
  /** The flag of the server with which it asks on a terminal before it resumes a session of another account. */
  readonly ownerFlag: string | undefined;
  /** Whether it refuses sessions of another account whose organization restricts them. */
  readonly refusesRestricted: boolean;
  /** Whether it puts a newline after a truncated last line before it appends. */
  readonly repairsLastLine: boolean;
  /** Whether it starts although `.claude.json` is empty. */
  readonly toleratesEmptyConfig: boolean;
  /** Whether it starts in a directory with a backslash in its name. */
  readonly toleratesBackslash: boolean;
}

/** How a range of versions of Claude Code behaves. */
export interface ProgramBehavior extends Traits {
  /** The first version of the range. */
  readonly since: string;
  /** The first version after it; absent for the last range. */
  readonly before?: string;
}

/*
 * All that is known to have changed, oldest first, measured with the oracle of the end-to-end tests. If a version
 * behaves differently, add a line here, and the version to CHECKED.
 */
const CHANGES: readonly (readonly [since: string, traits: Partial<Traits>])[] = [
  ['2.1.166', { searchesWorktrees: true }],
  ['2.1.173', { resumesUnspoken: true }],
  ['2.1.176', { readsSkipHistory: true }],
  ['2.1.191', { honorsRewind: true }],
  ['2.1.222', { refusesEnded: true }],
  [
    '2.1.223',
    {
      searchesAllProjects: true,
      repairsLastLine: true,
      toleratesBackslash: true,
    },
  ],
  ['2.1.224', { readsProjectDirName: true, checksCutKeys: true }],
  ['2.1.228', { toleratesNullLines: true }],
  ['2.1.285', { foldsRecordedIds: true }],
  [
    '2.1.311',
    {
      refusesOrganizations: true,
      toleratesEmptyConfig: true,
      ownerFlag: 'tengu_bubbly_fountain',
    },
  ],
  ['2.1.330', { resumesUndated: true, ownerFlag: 'tengu_ticklish_moon' }],
  ['2.1.331', { refusesRestricted: true }],
];

const FIRST: Traits = {
  searchesWorktrees: false,
  searchesAllProjects: false,
  readsProjectDirName: false,
  readsSkipHistory: false,
  honorsRewind: false,
  checksCutKeys: false,
  resumesUndated: false,
  resumesUnspoken: false,
  toleratesNullLines: false,
  foldsRecordedIds: false,
  refusesEnded: false,
  refusesOrganizations: false,
  ownerFlag: undefined,
  refusesRestricted: false,
  repairsLastLine: false,
  toleratesEmptyConfig: false,
  toleratesBackslash: false,
};

const FIRST_VERSION = '0.0.0';

const BEHAVIORS: readonly ProgramBehavior[] = /* @__PURE__ */ (() => {
  const behaviors: ProgramBehavior[] = [{ since: FIRST_VERSION, ...FIRST }];
  for (const [since, traits] of CHANGES) {
    const last = behaviors.at(-1) ?? { since, ...FIRST };
    behaviors.splice(-1, 1, { ...last, before: since }, { ...last, since, ...traits });
  }
  return behaviors;
})();

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;

/** The behavior of a version; of an unknown version that of every version from the oldest tested one on. */
export function behaviorsOf(version: string | undefined): readonly ProgramBehavior[] {
  const [oldest = ''] = TestedClaudeVersions;
  const known = BEHAVIORS.filter(
    ({ before }) => before === undefined || isBefore(version ?? oldest, before),
  );
  return version === undefined ? known : known.slice(0, 1);
}

/** Whether a version was compared with this library. */
export function isChecked(version: string): boolean {
  return CHECKED.has(version);
}

/** The versions from one range, or from the beginning, to another, in words. */
export function versionsIn(
  first: ProgramBehavior | undefined,
  { before }: ProgramBehavior,
): string {
  const since = first?.since === FIRST_VERSION ? undefined : first?.since;
  if (since === undefined) return `Claude Code before ${before}`;
  return `Claude Code ${before === undefined ? `${since} and later` : `from ${since} to before ${before}`}`;
}

export function isProgramVersion(text: unknown): text is string {
  return typeof text === 'string' && VERSION.test(text);
}

function isBefore(version: string, other: string): boolean {
  const [numbers, others] = [numbersIn(version), numbersIn(other)];
  const at = others.findIndex((number, index) => number !== numbers[index]);
  return at !== -1 && (numbers[at] ?? 0) < (others[at] ?? 0);
}

function numbersIn(version: string): readonly number[] {
  return (VERSION.exec(version) ?? []).slice(1).map(Number);
}

/**
 * Variables that come before the login of a home, whether the environment or the `env` of a settings file has them. The
 * first four were seen to replace it in 2.1.332; the others choose another provider, by its documentation and text.
 */
export const LOGIN_VARIABLES: readonly string[] = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_SECURESTORAGE_CONFIG_DIR',
  'CLAUDE_CODE_USE_ANTHROPIC_AWS',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_GATEWAY',
  'CLAUDE_CODE_USE_MANTLE',
  'CLAUDE_CODE_USE_VERTEX',
];

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
