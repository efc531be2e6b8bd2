import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathInRepository } from './source.ts';

const runFile = promisify(execFile);
const COLUMNS = 80;
const ROWS = 300;

const sessionId = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const otherSessionId = 'b7d1e9c4-08a3-4c7e-8f15-6a2d94c0e3f8';

/** The commands that the README shows, in the order in which they are run. */
const story = {
  before: 'claude-shared-state',
  plan: 'claude-shared-state migrate --dry-run',
  migrate: 'claude-shared-state migrate --yes',
  after: 'claude-shared-state',
} as const;

/** A command, and what it printed on a terminal of 80 columns, with its colors. */
export interface Screen {
  readonly command: string;
  readonly output: string;
}

export type Story = Readonly<Record<keyof typeof story, Screen>>;

let captured: Promise<Story> | undefined;

/** What the command prints for two accounts that have a session each; run once. */
export function captureStory(): Promise<Story> {
  captured ??= capture();
  return captured;
}

/** Without colors, in Markdown. */
export function screenAsText({ command, output }: Screen): string {
  return ['```console', `$ ${command}`, withoutColors(output), '```'].join('\n');
}

async function capture(): Promise<Story> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'claude-shared-state-screens-')));
  try {
    const home = join(root, 'home');
    makeHomes(home);
    makePrograms(join(root, 'bin'));
    const show = (command: string) => runOnTerminal(root, home, command);
    return {
      before: await show(story.before),
      plan: await show(story.plan),
      migrate: await show(story.migrate),
      after: await show(story.after),
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}

function makeHomes(home: string): void {
  const cwd = join(home, 'app');
  mkdirSync(cwd, { recursive: true });
  const trusted = JSON.stringify({ projects: { [cwd]: { hasTrustDialogAccepted: true } } });
  writeFileSync(join(home, '.claude.json'), trusted);
  for (const [name, id, days] of [
    ['.claude', sessionId, 1],
    ['.claude-spare', otherSessionId, 2],
  ] as const) {
    const used = new Date(Date.now() - days * 86_400_000);
    const account = join(home, name);
    const project = join(account, 'projects', cwd.replaceAll(/[^A-Za-z0-9]/g, '-'));
    const directories = [project, join(account, 'file-history'), join(account, 'session-env')];
    for (const directory of directories) mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(account, 'settings.json'), '{}');
    if (name !== '.claude') writeFileSync(join(account, '.claude.json'), trusted);
    const record = {
      parentUuid: null,
      isSidechain: false,
      type: 'user',
      cwd,
      sessionId: id,
      version: '2.1.332',
      message: { role: 'user', content: 'Why does the login form forget the user name?' },
      uuid: id,
      timestamp: used.toISOString(),
    };
    const transcript = join(project, `${id}.jsonl`);
    writeFileSync(transcript, `${JSON.stringify(record)}\n`);
    utimesSync(transcript, used, used);
  }
}

function makePrograms(directory: string): void {
  mkdirSync(directory);
  const [tsx, tsconfig, bin] = ['node_modules/.bin/tsx', 'tsconfig.json', 'src/cli/bin.ts'].map(
    pathInRepository,
  );
  const programs = {
    'claude-shared-state': `exec '${tsx}' --tsconfig '${tsconfig}' '${bin}' "$@"`,
    claude: "echo '2.1.332 (Claude Code)'",
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  }
}

/** In tmux, and so with everything that a terminal makes the command do. */
async function runOnTerminal(root: string, home: string, command: string): Promise<Screen> {
  const socket = join(mkdtempSync(join(root, 'tmux-')), 'socket');
  const tmux = async (...args: readonly string[]) => {
    const env = { ...process.env, TMUX: '', LC_ALL: 'C.UTF-8' };
    return (await runFile('tmux', ['-S', socket, ...args], { env })).stdout;
  };
  const path = [join(root, 'bin'), join(process.execPath, '..'), '/usr/bin', '/bin'].join(':');
  const environment = [
    `HOME=${home}`,
    `PATH=${path}`,
    'LANG=C.UTF-8',
    'TERM=xterm-256color',
    'TZ=UTC',
    'NODE_NO_WARNINGS=1',
  ];
  const script = `${command}; tmux -S '${socket}' wait-for -S ended; exec cat`;
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  const started = ['new-session', '-d', ...size, '-c', join(home, 'app'), 'env', '-i'];
  await tmux('-f', '/dev/null', ...started, ...environment, 'sh', '-c', script);
  try {
    await tmux('wait-for', 'ended');
    // Joined, what the terminal broke at its edge is one line again.
    const output = await tmux('capture-pane', '-p', '-e', '-J');
    // Between quotes no shell expands a tilde, so the command does not print one there.
    const named = output.replaceAll(`'${home}`, "'/home/me").replaceAll(home, '~');
    return { command, output: withoutChance(named.trimEnd()) };
  } finally {
    await tmux('kill-server');
  }
}

/** What differs from run to run, made the same. */
function withoutChance(output: string): string {
  return output
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{16}/g, '20261129T193740Z-8a2998e54520db88')
    .replaceAll(/ in \d+:\d\d\b/g, ' in 0:00')
    .replaceAll(/\d{4}-\d\d-\d\d(?<gap>\s+)\d\d:\d\d UTC/g, '2026-12-29$<gap>19:37 UTC')
    .replaceAll(/-tmp-claude-shared-state-screens-\w+-home-/g, '-home-me-');
}

function withoutColors(output: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what it is about
  return output.replaceAll(/\u001B\[[0-9;]*m/g, '').replaceAll(/ +$/gm, '');
}
