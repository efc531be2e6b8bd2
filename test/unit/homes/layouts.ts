import { at, makeDirectory, makeFile, makeLink, type World } from '../support/world.ts';

/** A layout: what is on the disk, below the home directory of a user, and what is to be found there. */
export interface Fixture {
  readonly title: string;
  /** Homes with a mark of Claude Code, each with its links: names and targets as they are stored. */
  readonly tree: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Directories and files beside the homes. */
  readonly others?: readonly string[];
  /** The rules by which homes are found. */
  readonly homes: Readonly<Record<string, string>>;
  /** Each pool: its `projects`, the other names that it has, its homes, and the primary one. */
  readonly pools: readonly {
    readonly projects: string;
    readonly names?: readonly string[];
    readonly homes: readonly string[];
    readonly primary?: string;
  }[];
}

const projectsOf = (path: string) => `${path}/-work/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl`;

/** Builds a fixture in a world; `~` in a stored target is the home directory. */
export function build(world: World, { tree, others = [] }: Fixture): void {
  for (const path of others) {
    if (path.endsWith('/')) makeDirectory(world, at(world, path.slice(0, -1)));
    else makeFile(world, at(world, path));
  }
  for (const [home, links] of Object.entries(tree)) {
    makeFile(world, at(world, `${home}/settings.json`), '{}');
    makeFile(
      world,
      at(world, `${home}/.claude.json`),
      JSON.stringify({ oauthAccount: account(home) }),
    );
    for (const [name, target] of Object.entries(links)) {
      makeLink(world, at(world, `${home}/${name}`), target.replace(/^~/, world.root));
    }
  }
}

function account(home: string) {
  return { accountUuid: home, emailAddress: `${home}@example.com` };
}

export const fixtures: readonly Fixture[] = [
  {
    title: 'ours, with state under a root of its own',
    tree: {
      '.claude': shared('~/srv/.claude-$-shared'),
      '.claude-work': shared('~/srv/.claude-$-shared'),
    },
    others: ['session-env', 'file-history', 'projects'].map((it) => `srv/.claude-${it}-shared/`),
    homes: { '.claude': 'claude', '.claude-work': 'claude' },
    pools: [
      {
        projects: 'srv/.claude-projects-shared',
        names: ['session-env', 'file-history', 'projects'],
        homes: ['.claude', '.claude-work'],
      },
    ],
  },
  {
    title: 'the primary home as the pool, with absolute and relative links',
    tree: {
      '.claude': {},
      '.claude-b': { projects: '~/.claude/projects', todos: '~/.claude/todos' },
      '.claude-c': { projects: '../.claude/projects' },
      '.config/claude-d': { projects: '../../.claude/projects' },
    },
    others: [projectsOf('.claude/projects'), '.claude/todos/'],
    homes: {
      '.claude': 'claude',
      '.claude-b': 'claude',
      '.claude-c': 'claude',
      '.config/claude-d': 'config-directory',
    },
    pools: [
      {
        projects: '.claude/projects',
        homes: ['.claude', '.claude-b', '.claude-c', '.config/claude-d'],
        primary: '.claude',
      },
    ],
  },
  {
    title: 'a shared directory made by hand',
    tree: {
      '.claude-a': { projects: '~/.claude-shared/projects' },
      '.claude-b': { projects: '~/.claude-shared/projects' },
    },
    others: ['.claude-shared/projects/'],
    homes: { '.claude-a': 'claude', '.claude-b': 'claude' },
    pools: [{ projects: '.claude-shared/projects', homes: ['.claude-a', '.claude-b'] }],
  },
  {
    title: 'cchost',
    tree: {
      '.claude-profiles/a': cchost(),
      '.claude-profiles/b': cchost(),
    },
    others: ['projects', 'skills', 'agents', 'commands'].map((it) => `.claude-shared/${it}/`),
    homes: { '.claude-profiles/a': 'cchost', '.claude-profiles/b': 'cchost' },
    pools: [
      { projects: '.claude-shared/projects', homes: ['.claude-profiles/a', '.claude-profiles/b'] },
    ],
  },
  {
    title: 'ccs, with two context groups and a home in none',
    tree: {
      '.claude': {},
      '.ccs/instances/a': ccs('default'),
      '.ccs/instances/b': ccs('default'),
      '.ccs/instances/client': ccs('client'),
    },
    others: [
      '.claude/projects/',
      ...['default', 'client'].flatMap((group) => [
        `.ccs/shared/context-groups/${group}/projects/`,
        ...['session-env', 'file-history', 'shell-snapshots', 'todos'].map(
          (it) => `.ccs/shared/context-groups/${group}/continuity/${it}/`,
        ),
      ]),
    ],
    homes: {
      '.claude': 'claude',
      '.ccs/instances/a': 'ccs',
      '.ccs/instances/b': 'ccs',
      '.ccs/instances/client': 'ccs',
    },
    pools: [
      ccsPool('default', ['.ccs/instances/a', '.ccs/instances/b']),
      ccsPool('client', ['.ccs/instances/client']),
    ],
  },
  {
    title: 'claude-swap',
    tree: {
      '.claude': {},
      '.local/share/claude-swap/sessions/1-me': swapped(),
      '.claude-swap-backup/sessions/2-you': swapped(),
    },
    others: ['.claude/projects/', '.claude/history.jsonl', '.claude-swap-backup/sequence.json'],
    homes: {
      '.claude': 'claude',
      '.local/share/claude-swap/sessions/1-me': 'claude-swap',
      '.claude-swap-backup/sessions/2-you': 'claude-swap',
    },
    pools: [
      {
        projects: '.claude/projects',
        homes: [
          '.claude',
          '.claude-swap-backup/sessions/2-you',
          '.local/share/claude-swap/sessions/1-me',
        ],
        primary: '.claude',
      },
    ],
  },
  {
    title: 'dev-3.0, which links nearly everything',
    tree: {
      '.claude': {},
      '.dev3.0/agent-accounts/claude/a': linked('~/.claude', [
        'projects',
        'file-history',
        'session-env',
        'plugins',
        'history.jsonl',
      ]),
    },
    others: [
      '.claude/history.jsonl',
      ...['projects', 'file-history', 'session-env', 'plugins'].map((it) => `.claude/${it}/`),
    ],
    homes: { '.claude': 'claude', '.dev3.0/agent-accounts/claude/a': 'dev-3.0' },
    pools: [
      {
        projects: '.claude/projects',
        names: ['session-env', 'file-history', 'projects'],
        homes: ['.claude', '.dev3.0/agent-accounts/claude/a'],
        primary: '.claude',
      },
    ],
  },
  {
    title: 'aimux',
    tree: {
      '.claude': {},
      '.aimux/profiles/old': { projects: '~/.claude/projects' },
      '.aimux/profiles/new': {},
    },
    others: ['.claude/projects/'],
    homes: {
      '.claude': 'claude',
      '.aimux/profiles/new': 'aimux',
      '.aimux/profiles/old': 'aimux',
    },
    pools: [
      {
        projects: '.claude/projects',
        homes: ['.claude', '.aimux/profiles/old'],
        primary: '.claude',
      },
    ],
  },
  unlinked('gastown and opendray', 'claude-accounts', '.claude-accounts/a', '.claude-accounts/b'),
  unlinked('claude-nonstop', 'claude-nonstop', '.claude-nonstop/profiles/a'),
  unlinked('claude-acc', 'claude-acc', '.claude-switch/accounts/a'),
  unlinked('claude-multisession', 'claude-multisession', '.claude-sessions/a'),
  {
    title: 'live-log-viewer',
    tree: {
      '.config/agent-log-viewer/accounts/claude/a': logViewer(),
      '.config/agent-log-viewer/accounts/claude/b': logViewer(),
    },
    others: ['.config/agent-log-viewer/shared/claude/projects/'],
    homes: {
      '.config/agent-log-viewer/accounts/claude/a': 'live-log-viewer',
      '.config/agent-log-viewer/accounts/claude/b': 'live-log-viewer',
    },
    pools: [
      {
        projects: '.config/agent-log-viewer/shared/claude/projects',
        homes: [
          '.config/agent-log-viewer/accounts/claude/a',
          '.config/agent-log-viewer/accounts/claude/b',
        ],
      },
    ],
  },
  {
    title: 'agent-deck, whose scratch homes are none',
    tree: {
      '.claude': {},
      '.claude-work': {},
      '.local/share/agent-deck/worker-scratch/7': {},
      '.agent-deck/worker-scratch/7/generation-1': { projects: '~/.claude/projects' },
    },
    others: ['.claude/projects/'],
    homes: { '.claude': 'claude', '.claude-work': 'claude' },
    pools: [],
  },
  {
    title: 'a dot directory with a login, beside those of other programs',
    tree: { '.claude2': {}, '.my-claude': {} },
    others: ['.codex/sessions/', '.codex/history.jsonl', '.gemini/settings.json', '.bashrc'],
    homes: { '.claude2': 'dot-directory', '.my-claude': 'dot-directory' },
    pools: [],
  },
];

function shared(target: string) {
  const names = ['session-env', 'file-history', 'projects'];
  return Object.fromEntries(names.map((name) => [name, target.replace('$', name)]));
}

function linked(directory: string, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, `${directory}/${name}`]));
}

function cchost() {
  return linked('~/.claude-shared', ['projects', 'skills', 'agents', 'commands']);
}

function swapped() {
  return linked('~/.claude', ['projects', 'history.jsonl']);
}

function logViewer() {
  return linked('~/.config/agent-log-viewer/shared/claude', ['projects']);
}

function ccs(group: string) {
  const directory = `~/.ccs/shared/context-groups/${group}`;
  return {
    ...linked(directory, ['projects']),
    ...linked(`${directory}/continuity`, [
      'session-env',
      'file-history',
      'shell-snapshots',
      'todos',
    ]),
  };
}

function ccsPool(group: string, homes: readonly string[]) {
  const names = ['session-env', 'file-history', 'projects', 'todos', 'shell-snapshots'];
  return { projects: `.ccs/shared/context-groups/${group}/projects`, names, homes };
}

function unlinked(title: string, rule: string, ...homes: readonly string[]): Fixture {
  return {
    title,
    tree: Object.fromEntries(homes.map((home) => [home, {}])),
    homes: Object.fromEntries(homes.map((home) => [home, rule])),
    pools: [],
  };
}
