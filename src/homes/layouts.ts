/** One way in which people and tools lay out account homes. */
interface Layout {
  /** The name of the rule, which is in the result. */
  readonly rule: string;
  /** Where its homes are; `*` and `?` match within one segment, and no leading dot. */
  readonly homes: readonly string[];
  /**
   * Whether a directory there is a home only with a login, because directories of other programs are there, too; otherwise
   * it needs a file of Claude Code, or links to shared state.
   */
  readonly needsLogin?: true;
}

/*
 * To teach the library a layout, add a row here and a fixture to its tests. Where the links of a home lead is read from
 * the links, and is in no row.
 *
 * Read in the documentation and the sources of these tools, and in public reports of their users, in November 2026.
 */
export const layouts = [
  // Also superset, clausona, Maestro and agent-deck.
  { rule: 'claude', homes: ['~/.claude', '~/.claude-*'] },
  { rule: 'cchost', homes: ['~/.claude-profiles/*'] },
  { rule: 'ccs', homes: ['~/.ccs/instances/*'] },
  {
    rule: 'claude-swap',
    homes: ['$XDG_DATA_HOME/claude-swap/sessions/*', '~/.claude-swap-backup/sessions/*'],
  },
  { rule: 'dev-3.0', homes: ['~/.dev3.0/agent-accounts/claude/*'] },
  { rule: 'aimux', homes: ['~/.aimux/profiles/*'] },
  // gastown and opendray.
  { rule: 'claude-accounts', homes: ['~/.claude-accounts/*'] },
  { rule: 'claude-nonstop', homes: ['~/.claude-nonstop/profiles/*'] },
  { rule: 'claude-acc', homes: ['~/.claude-switch/accounts/*'] },
  { rule: 'claude-multisession', homes: ['~/.claude-sessions/*'] },
  {
    rule: 'live-log-viewer',
    homes: ['$XDG_CONFIG_HOME/agent-log-viewer/accounts/claude/*'],
  },
  { rule: 'dot-directory', homes: ['~/.*'], needsLogin: true },
  { rule: 'config-directory', homes: ['$XDG_CONFIG_HOME/*'], needsLogin: true },
] as const satisfies readonly Layout[];

/**
 * What looks like a home and is none, with everything below it: homes that a tool creates for one run, and the data of a
 * plug-in. The directories above the homes of a layout need no row.
 */
export const neverHomes: readonly string[] = [
  '$XDG_DATA_HOME/agent-deck/worker-scratch',
  '~/.agent-deck/worker-scratch',
  '~/.claude-mem',
];

/** How a home was found: in a layout; or because it was `named`, is in `environment`, or is used by a `process`; or `linked`. */
export type HomeRule =
  | (typeof layouts)[number]['rule']
  | 'named'
  | 'environment'
  | 'process'
  | 'linked';

/** Under each shared root, and in homes that were migrated: locks, restore points, archives. */
export const STATE_DIRECTORY = '.claude-shared-state';

/** The state of sessions, by its names in a home: only links of these names make a pool. */
export const sessionState: readonly string[] = [
  'session-env',
  'file-history',
  'projects',
  'tasks',
  'plans',
  'todos',
  'shell-snapshots',
];

/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A pattern whose first segment is `~` or a variable, as an absolute one. */
export function resolvePattern(pattern: string, homeDirectory: string, env: Environment): string {
  const [first = '', ...others] = pattern.split('/');
  if (first === '~') return [homeDirectory, ...others].join('/');
  // As the XDG Base Directory Specification says, a relative path counts as none.
  const value = env[first.slice(1)] ?? '';
  const fallback = first === '$XDG_CONFIG_HOME' ? '.config' : '.local/share';
  const base = value.startsWith('/') ? value : `${homeDirectory}/${fallback}`;
  return [base, ...others].join('/');
}

/** The directories above the homes of a layout, which are no homes, whatever is in them. */
export const containers: readonly string[] = /* @__PURE__ */ layouts
  .flatMap(({ homes }): readonly string[] => homes)
  .flatMap((pattern) => {
    const segments = pattern.split('/').slice(0, -1);
    return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  });
