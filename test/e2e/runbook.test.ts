import {
  copyFile,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pack } from '../package/support/pack.ts';
import { inventAccount, logIn, writeLogin } from './support/accounts.ts';
import { cleanEnvironment } from './support/claude.ts';
import { replyTo } from './support/messages-api.ts';
import { executableOf } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import {
  answered,
  expectLastRequestToCarry,
  notFound,
  resumeSession,
  startSession,
  theOnly,
} from './support/session.ts';
import { settleHome } from './support/settle-home.ts';
import { pollUntil } from './support/poll.ts';

/** A step of the runbook. */
interface Step {
  /** Its heading, without the number. */
  readonly title: string;
  /** Its `sh` blocks, word by word and in their order. */
  readonly blocks: readonly string[];
}

const path = fileURLToPath(new URL('../../src/cli/README.md', import.meta.url));

/** The steps of the runbook as the page about the command has them. */
function stepsOfRunbook(): readonly Step[] {
  const [, rest = ''] = readFileSync(path, 'utf8').split('## Runbook\n');
  const [section = ''] = rest.split(/^## /m);
  return section.split(/^### \d+\. /m).flatMap((text): readonly Step[] => {
    const [title = ''] = text.split('\n', 1);
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
    return blocks.length === 0 ? [] : [{ title, blocks }];
  });
}

const PATIENCE_MS = 120_000;

/** What a block came to. */
interface Run {
  /** Of its last command. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell into which blocks are pasted, one after the other: what one sets, the next ones have. */
interface Shell {
  readonly paste: (code: string) => Promise<Run>;
}

const programs = { bash: ['--noprofile', '--norc', '-s'], zsh: ['-f', '-s'] } as const;

/**
 * Opens one, with no other environment than the given one.
 *
 * @param scratch - A directory for the blocks, which are not to be seen where the shell works.
 */
async function openShell(
  program: keyof typeof programs,
  directory: string,
  env: Readonly<Record<string, string>>,
  scratch: string,
): Promise<Shell> {
  const child = spawn(program, programs[program], { cwd: directory, env });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.stdin.end();
    child.kill('SIGKILL');
    await closed;
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: unknown) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: unknown) => (stderr += String(chunk)));
  let pasted = 0;
  return {
    paste: async (code) => {
      pasted += 1;
      const block = join(scratch, `block-${pasted}.sh`);
      await writeFile(block, code);
      [stdout, stderr] = ['', ''];
      const mark = `-- block ${pasted} has ended with `;
      // From a file, because a program that reads its standard input would take what is pasted next.
      const tell = `printf '\\n%s%s.' '${mark}' "$exitCode"`;
      child.stdin.write(`. '${block}' </dev/null; exitCode=$?; ${tell}; ${tell} >&2\n`);
      const hasEnded = (text: string) => text.includes(`\n${mark}`) && text.endsWith('.');
      const isOver = () => hasEnded(stdout) && hasEnded(stderr);
      await pollUntil(`block ${pasted} ends`, isOver, () => `${stdout}\n${stderr}`, PATIENCE_MS);
      const [own = '', exitCode = ''] = stdout.split(`\n${mark}`);
      return {
        exitCode: Number.parseInt(exitCode, 10),
        stdout: own,
        stderr: stderr.split(`\n${mark}`)[0] ?? '',
      };
    },
  };
}

const first = 'The password is swordfish.';
const second = 'The color is green.';
const later = 'What is the password?';
/** What the runbook itself asks in its sixth step. */
const asked = 'In one sentence: what have we been talking about?';

const steps = stepsOfRunbook();
let directory: string;
let tarball: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'runbook-')));
  tarball = await pack(directory);
}, 300_000);
afterAll(() => rm(directory, { recursive: true }));

/** The home directory of somebody with two accounts, a session in each, and the packed package. */
async function enterHomeDirectory() {
  const room = await enterCleanRoom();
  const at = room.surroundings();
  const path = (...segments: readonly string[]) => join(at.home, ...segments);
  const spare = path('.claude-spare');
  // The default home has its .claude.json beside it.
  await settleHome(at.home, [at.cwd]);
  writeLogin(path('.claude'), inventAccount('a'), at.home);
  await logIn(spare, inventAccount('b'), [at.cwd]);
  const id = await startSession(room, undefined, first);
  const other = await startSession(room, spare, second);
  expect(await resumeSession(room, spare, id, later)).toEqual(notFound(id));
  await copyFile(tarball, path(basename(tarball)));
  return { room, path, spare, id, other };
}

test('the runbook, pasted block by block, carries a session over to the second account', async () => {
  const { room, path, spare, id, other } = await enterHomeDirectory();
  const before = await contentOf(path('.claude', 'projects'));
  const copied = () => contentOf(path('backup-before-sharing', '.claude', 'projects'));
  const kinds = () => Promise.all(['.claude', '.claude-spare'].map((it) => kindOf(path(it))));
  const shell = await openShell('bash', path(), environmentOf(room), path('..', 'tmp'));
  const done: string[] = [];
  /** Takes the next step, and tells what its blocks came to. */
  const take = async (title: string): Promise<readonly Run[]> => {
    const step = steps[done.length];
    expect(step?.title).toBe(title);
    done.push(title);
    const runs: Run[] = [];
    for (const block of step?.blocks ?? []) runs.push(await shell.paste(block));
    return runs;
  };

  const seen = theOnly(await take('See what you have'));
  expect(seen).toMatchObject({ exitCode: 1, stderr: '' });
  expect(seen.stdout).toContain('2 account homes');
  expect(seen.stdout).toContain('Nothing is shared yet');

  const backup = theOnly(await take('Make a real backup'));
  expect(backup).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await copied()).toEqual(before);

  const planned = theOnly(await take('See the plan'));
  expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
  expect(planned.stdout).toContain(`${id}.jsonl`);
  expect(planned.stdout).toContain('Nothing was changed.');
  expect(await contentOf(path('.claude', 'projects'))).toEqual(before);
  expect(await kinds()).toEqual(['directory', 'directory']);

  const merged = theOnly(await take('Merge'));
  // What it printed is shown if it fails.
  expect({ ...merged, kinds: await kinds() }).toMatchObject({
    exitCode: 0,
    kinds: ['link', 'link'],
  });

  const checked = theOnly(await take('Check'));
  expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(checked.stdout).toContain('healthy: 2 homes share their sessions');

  const resumed = theOnly(await take('Continue under the other account'));
  expect(resumed).toMatchObject({ exitCode: 0 });
  expect(resumed.stdout).toContain(`CLAUDE_CONFIG_DIR='${spare}' claude --resume ${id}\n`);
  expect(resumed.stdout).toContain(`\n${replyTo(3)}\n`);
  expectLastRequestToCarry(room, [first, replyTo(1), asked]);
  expect(await resumeSession(room, undefined, other, later)).toEqual(answered(replyTo(4)));
  expectLastRequestToCarry(room, [second, replyTo(2), later]);

  const [back, again, ...more] = await take('Go back, if you want to');
  expect(more).toEqual([]);
  for (const run of [back, again]) expect(run).toMatchObject({ exitCode: 0 });
  expect(back?.stdout.match(/: projects.* restored$/gm)).toHaveLength(2);
  // As ls -ld showed them then.
  expect(back?.stdout.match(/^d.*projects$/gm)).toHaveLength(2);
  expect(again?.stdout).toContain('healthy: 2 homes share their sessions');

  const pruned = theOnly(await take('Weeks later: delete the restore points'));
  expect(pruned).toMatchObject({ exitCode: 0 });
  // The restore point that a home was restored from is empty.
  expect(pruned.stdout.match(/^ +\d files deleted$/gm)?.toSorted()).toEqual(
    ['0', '0', '2', '2'].map((files) => `    ${files} files deleted`),
  );
  for (const home of [path('.claude'), spare]) {
    const left = await readdir(join(home, '.claude-shared-state'), { recursive: true });
    expect(left.filter((it) => /^restore-points./.test(it))).toEqual([]);
  }
  expect(done).toEqual(steps.map(({ title }) => title));

  expect(await resumeSession(room, undefined, id, later)).toEqual(answered(replyTo(5)));
  expectLastRequestToCarry(room, [first, replyTo(1), asked, replyTo(3), later]);
  expect(await copied()).toEqual(before);
}, 300_000);

test('after its way back each account has its directory, with what was said meanwhile; in zsh, too', async () => {
  const { room, path, spare, id } = await enterHomeDirectory();
  const shell = await openShell('zsh', path(), environmentOf(room), path('..', 'tmp'));

  const back = steps.findIndex(({ title }) => title.startsWith('Go back'));
  const blocks = [...steps.slice(0, back).flatMap((step) => step.blocks), steps[back]?.blocks[0]];
  const exitCodes: number[] = [];
  for (const block of blocks) exitCodes.push((await shell.paste(block ?? '')).exitCode);

  expect(exitCodes).toEqual([1, 0, 0, 0, 0, 0, 0]);
  expect(await kindOf(path('.claude'))).toBe('directory');
  expect(await kindOf(spare)).toBe('directory');
  expect(await resumeSession(room, undefined, id, later)).toEqual(answered(replyTo(4)));
  expectLastRequestToCarry(room, [first, replyTo(1), asked, replyTo(3), later]);
}, 300_000);

/** What the shell of somebody has who works on this machine, and nothing of the tests. */
function environmentOf(room: Room): Record<string, string> {
  const programs = [executableOf('new'), process.execPath].map((path) => dirname(path));
  return {
    ...cleanEnvironment(room.surroundings()),
    PATH: [...programs, '/usr/bin', '/bin'].join(':'),
    LANG: 'C.UTF-8',
    // The tarball is all that npm needs.
    npm_config_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

async function kindOf(accountHome: string): Promise<'link' | 'directory'> {
  const found = await lstat(join(accountHome, 'projects'));
  return found.isSymbolicLink() ? 'link' : 'directory';
}

/** Every file below a directory, with what is in it. */
async function contentOf(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = paths.map(
    async (path) => [path.slice(root.length), await readFile(path, 'utf8')] as const,
  );
  return new Map(await Promise.all(contents));
}
