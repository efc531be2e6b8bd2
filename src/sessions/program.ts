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
export const CHECKED: ReadonlySet<string> = /* @__PURE__ */ new Set(
  '2.1.166 2.1.197 2.1.222 2.1.223 2.1.250 2.1.280 2.1.310 2.1.329 2.1.332'.split(' '),
);

/*
 * All that is known to have changed, oldest first, and the first version that has it, measured with the oracle of the
 * end-to-end tests. If a version behaves differently, add a line here, and the version to CHECKED.
 */
const TRAITS = {
  /** Searches the projects of the repository's other worktrees. */
  searchesWorktrees: '2.1.166',
  /** Resumes a conversation of attachments and system lines alone. */
  resumesUnspoken: '2.1.173',
  /** With `CLAUDE_CODE_SKIP_PROMPT_HISTORY` in settings it saves no transcripts. */
  readsSkipHistory: '2.1.176',
  /** A conversation that was rewound to before its first message is empty. */
  honorsRewind: '2.1.191',
  /** Refuses conversations that Claude ended. */
  refusesEnded: '2.1.222',
  /** Searches all projects if the session is not in one of its own. */
  searchesAllProjects: '2.1.223',
  /** Puts a newline after a truncated last line before it appends. */
  repairsLastLine: '2.1.223',
  /** Starts in a directory with a backslash in its name. */
  toleratesBackslash: '2.1.223',
  /** `CLAUDE_CODE_PROJECT_DIR_NAME` replaces the project key. */
  readsProjectDirName: '2.1.224',
  /** A project with another hash behind a cut key has to name the working directory. */
  checksCutKeys: '2.1.224',
  /** A line that is `null` is a line like any other that is no record. */
  toleratesNullLines: '2.1.228',
  /** A session runs in the background also if its record has its id in other upper and lower case. */
  foldsRecordedIds: '2.1.285',
  /** Refuses conversations of another organization, or of more than one. */
  refusesOrganizations: '2.1.311',
  /** Starts although `.claude.json` is empty. */
  toleratesEmptyConfig: '2.1.311',
  /** Resumes, with its history, a conversation whose last message has no time that parses. */
  resumesUndated: '2.1.330',
  /** Refuses sessions of another account whose organization restricts them. */
  refusesRestricted: '2.1.331',
} as const;

/** The flags of the server with which a version asks on a terminal before it resumes a session of another account. */
const OWNER_FLAGS = [
  ['2.1.311', 'tengu_bubbly_fountain'],
  ['2.1.330', 'tengu_ticklish_moon'],
] as const;

/** What differs between versions of Claude Code, as far as resuming goes. */
type Traits = Readonly<Partial<Record<keyof typeof TRAITS, boolean>>>;

/** How a range of versions of Claude Code behaves. */
export interface ProgramBehavior extends Traits {
  /** The first version of the range. */
  readonly since: string;
  /** The first version after it; absent for the last range. */
  readonly before: string | undefined;
  readonly ownerFlag: string | undefined;
}

const FIRST_VERSION = '0.0.0';
const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/;

const BEHAVIORS: readonly ProgramBehavior[] = /* @__PURE__ */ (() => {
  const starts = [...new Set([FIRST_VERSION, ...Object.values(TRAITS)])];
  return starts.map((since, index) => {
    const has = (start: string) => !isBefore(since, start);
    const traits: Traits = Object.fromEntries(
      Object.entries(TRAITS).map(([trait, start]) => [trait, has(start)]),
    );
    const ownerFlag = OWNER_FLAGS.findLast(([start]) => has(start))?.[1];
    return { ...traits, since, before: starts[index + 1], ownerFlag };
  });
})();

/** The behavior of a version; of an unknown version that of every version from the oldest tested one on. */
export function behaviorsOf(version: string | undefined): readonly ProgramBehavior[] {
  const [oldest = ''] = TestedClaudeVersions;
  const known = BEHAVIORS.filter(
    ({ before }) => before === undefined || isBefore(version ?? oldest, before),
  );
  return version === undefined ? known : known.slice(0, 1);
}

/** The versions from one range, or from the beginning, to another, in words. */
export function versionsIn(
  first: ProgramBehavior | undefined,
  { before }: ProgramBehavior,
): string {
  const since = first?.since ?? FIRST_VERSION;
  if (since === FIRST_VERSION) return `Claude Code before ${before}`;
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
