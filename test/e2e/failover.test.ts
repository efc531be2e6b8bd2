import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { validateAll } from 'claude-shared-state';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { expect, onTestFinished, test } from 'vitest';
import { isWholeProof, rounds } from '../unit/support/proof.ts';
import { inventAccount, logIn, tokenOf } from './support/accounts.ts';
import { cleanEnvironment } from './support/claude.ts';
import type { Pane } from './support/pane.ts';
import { pollUntil } from './support/poll.ts';
import { limitHit, troubleOfServer } from './support/quota-refusals.ts';
import { type ProgramName, programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { say } from './support/say.ts';
import { startTmux } from './support/tmux-server.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// By its place, because the daemon runs in a directory from which it is not found.
const tsx = import.meta.resolve('tsx');

/** An action of `failover`, as a process. */
interface Daemon {
  /** What it has printed. */
  readonly log: () => string;
  /** Waits until it has printed something. */
  readonly until: (wanted: string | RegExp, patienceMs?: number) => Promise<void>;
  /** Ends it, or waits for its own end, and tells how it ended. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Kills it as soon as it prints something. */
  readonly killAt: (wanted: RegExp) => Promise<void>;
}

/** @param environment - What is in its environment beyond what it needs. */
function startFailover(
  room: Room,
  action: 'run' | 'check' | 'swap',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Daemon {
  const program = here('../../src/cli/bin.ts');
  const { home, tmp } = room.surroundings();
  const command = ['--import', tsx, program, 'failover', action, ...args];
  const child = spawn(process.execPath, command, {
    cwd: home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      TMPDIR: tmp,
      NODE_NO_WARNINGS: '1',
      TSX_TSCONFIG_PATH: here('running.tsconfig.json'),
      TSX_DISABLE_CACHE: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let printed = '';
  let fatal: RegExp | undefined;
  const take = (chunk: unknown) => {
    printed += String(chunk);
    if (fatal?.test(printed) === true) child.kill('SIGKILL');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'close');
  const until: Daemon['until'] = (wanted, patienceMs) =>
    pollUntil(
      `the daemon prints ${wanted}`,
      () => (typeof wanted === 'string' ? printed.includes(wanted) : wanted.test(printed)),
      () => printed,
      patienceMs,
    );
  return {
    log: () => printed,
    until,
    end: async (signal) => {
      if (signal !== undefined) child.kill(signal);
      await ended;
      return child.exitCode;
    },
    killAt: async (wanted) => {
      fatal = wanted;
      take('');
      await ended;
    },
  };
}

const [first, second] = [inventAccount('a'), inventAccount('b')];
const FIRST = tokenOf(first);
/** Long enough for a program that starts while others do, too. */
const PATIENCE_MS = 60_000;

const inTwoHours = () => Math.floor(Date.now() / 1000) + 7200;

/** Two accounts that share their state, and three terminals: in two of them a session runs under the first one. */
async function setStage(program: ProgramName = 'new') {
  const room = await enterCleanRoom(program);
  const homes = [room.path('first'), room.path(`the "second" one's $HOME`)] as const;
  const cwdOf = (name: string) => room.path('work', name);
  const names = ['api', 'web', 'docs'] as const;
  for (const name of names) await mkdir(cwdOf(name));
  await logIn(homes[0], first, names.map(cwdOf));
  await logIn(homes[1], second, names.map(cwdOf));
  await validateAll(homes, { required: room.required });

  const server = await startTmux(room);
  const environment = { CLAUDE_CODE_MAX_RETRIES: '1' };
  const open = (name: string) =>
    server.open(name, { accountHome: homes[0], cwd: cwdOf(name), columns: 100, environment });
  const [api, web, docs] = [await open('api'), await open('web'), await open('docs')];
  for (const pane of [api, web]) {
    await pane.enter('claude');
    await pane.until(/^❯/m, PATIENCE_MS);
    await say(pane, `Before the swap, in ${pane.session}.`);
    await pane.until('of the stand-in', PATIENCE_MS);
  }
  const stateDirectory = room.path('state');
  await mkdir(join(stateDirectory, 'docs'), { recursive: true });
  await writeFile(join(stateDirectory, 'docs', 'resume-id.txt'), 'half of an id: 0b8e5c1a-2f6d');
  const named = names.flatMap((name) => ['--session', `${name}=${cwdOf(name)}`]);
  const where = [
    ...homes.map((home) => ['--home', home]),
    ['--state', stateDirectory],
    ['--root', room.path()],
    ['--socket', server.socketPath],
  ].flat();
  const args = [...where, '--poll', '300ms', '--cool-down', '60s'];
  return {
    room,
    homes,
    api,
    web,
    docs,
    stateDirectory,
    server,
    startDaemon: () => startFailover(room, 'run', [...args, ...named]),
    /** Runs another action to its end, with the sessions that it finds. */
    call: async (action: 'check' | 'swap', ...more: readonly string[]) => {
      const process = startFailover(room, action, [...where, ...more]);
      return { exitCode: await process.end(), printed: process.log() };
    },
    /** It finds the sessions by itself, and what it starts finds the program and the stand-in. */
    startFinding: async () => {
      const path = `PATH=${room.path('bin')}:$PATH`;
      await writeFile(join(room.surroundings().home, '.bash_profile'), `export ${path} PS1='$ '\n`);
      const more = { ...environment, SHELL: '/bin/bash', LANG: 'C.UTF-8' };
      return startFailover(room, 'run', args, {
        ...cleanEnvironment(room.surroundings()),
        ...more,
      });
    },
  };
}

/** Which sessions run under a home, by their working directories. */
async function sessionsUnder(home: string) {
  const { sessions } = await findLiveSessions([home]);
  return sessions.map(({ cwd, sessionId }) => `${cwd} ${sessionId}`).toSorted();
}

/** Goes on in a session, and checks that the model is told what was said before the swap. */
async function expectHistory(room: Room, pane: Pane): Promise<void> {
  const prompt = `After the swap, in ${pane.session}.`;
  await pane.until(/^❯/m, PATIENCE_MS);
  await say(pane, prompt);
  const told = () => room.api.conversations.find((texts) => texts.includes(prompt));
  await pollUntil(
    `the stand-in is asked ${prompt}`,
    () => told() !== undefined,
    () => pane.screen(),
    PATIENCE_MS,
  );
  expect(told()).toContain(`Before the swap, in ${pane.session}.`);
}

/** Waits until the daemon has looked at all sessions so many times more. */
async function expectLooks(
  stateDirectory: string,
  count: number,
  log: () => string,
): Promise<void> {
  const looks = new Set<string>();
  const look = async () => {
    const path = join(stateDirectory, 'status.json');
    looks.add(await readFile(path, 'utf8').catch(() => 'not yet'));
    return looks.size > count + 1;
  };
  await pollUntil(`the daemon looks ${count} times`, look, log, PATIENCE_MS);
}

const times = Array.from({ length: rounds(10, 2) }, (_, index) => index + 1);

test.each(times)(
  'a limit leads to a swap, and an overload does not (round %i)',
  async () => {
    const { room, homes, api, web, docs, stateDirectory, startDaemon } = await setStage();
    const before = await sessionsUnder(homes[0]);
    expect(before).toHaveLength(2);
    const daemon = startDaemon();

    room.api.refuse(({ key }) =>
      key === FIRST ? troubleOfServer(529, 'overloaded_error') : undefined,
    );
    await say(api, 'During the storm.');
    await api.until(/Overloaded|529/, PATIENCE_MS);
    await expectLooks(stateDirectory, 3, () => daemon.log());
    expect(daemon.log()).not.toContain('swap-started');

    room.api.refuse(({ key }) => (key === FIRST ? limitHit('five_hour', inTwoHours()) : undefined));
    await pollUntil(
      'the storm is over',
      async () => {
        await api.press('Escape');
        return !/Retrying/.test(await api.screen());
      },
      () => api.screen(),
      PATIENCE_MS,
    );
    expect(daemon.log()).not.toContain('swap-started');
    await say(web, 'This is too much.');
    await daemon.until('"swap-done"', PATIENCE_MS);
    expect(daemon.log()).toMatch(/"limit-reached".*"session":"web"/);
    expect(await sessionsUnder(homes[0])).toEqual([]);
    expect(await sessionsUnder(homes[1])).toEqual(before);
    expect(await docs.command()).toBe('bash');

    for (const pane of [api, web]) await expectHistory(room, pane);
    expect(await daemon.end('SIGTERM')).toBe(0);
    expect(daemon.log().match(/"swap-started"/g)).toHaveLength(1);
  },
  240_000,
);

test.each(times)(
  'a daemon that is killed in the middle of a swap completes it (round %i)',
  async () => {
    const { room, homes, api, web, startDaemon } = await setStage();
    const before = await sessionsUnder(homes[0]);
    const killed = startDaemon();
    room.api.refuse(({ key }) => (key === FIRST ? limitHit('five_hour', inTwoHours()) : undefined));
    await say(api, 'This is too much.');
    await killed.killAt(/"session-stopped"/);
    expect(killed.log()).not.toContain('"session-moved"');

    const daemon = startDaemon();
    await daemon.until('"swap-done"', PATIENCE_MS);
    expect(await sessionsUnder(homes[1])).toEqual(before);
    for (const pane of [api, web]) await expectHistory(room, pane);
    expect(await daemon.end('SIGINT')).toBe(0);
  },
  240_000,
);

test('all sessions are found, and come back in new terminals after the tmux server was killed', async () => {
  const { room, homes, api, web, server, startFinding } = await setStage();
  const before = await sessionsUnder(homes[0]);
  const daemon = await startFinding();
  for (const name of ['api', 'web']) {
    await daemon.until(new RegExp(`"session-found".*"session":"${name}"`), PATIENCE_MS);
  }

  process.kill(Number(await server.tmux('display-message', '-p', '#{pid}')), 'SIGKILL');

  for (const name of ['api', 'web']) {
    await daemon.until(new RegExp(`"session-relaunched".*"session":"${name}"`), PATIENCE_MS);
  }
  expect(await sessionsUnder(homes[0])).toEqual(before);
  for (const pane of [api, web]) await expectHistory(room, pane);
  expect(await daemon.end('SIGTERM')).toBe(0);
}, 240_000);

test.each(isWholeProof ? programs : programs.slice(-1))(
  'Claude Code $version: check says what blocks a swap, and the command moves the sessions once nothing does',
  async ({ name }) => {
    const { room, homes, api, web, call } = await setStage(name);
    const before = await sessionsUnder(homes[0]);
    const credentials = join(homes[1], '.credentials.json');
    await rename(credentials, `${credentials}.away`);
    for (const [action, more] of [
      ['check', []],
      ['swap', ['--yes']],
    ] as const) {
      const { exitCode, printed } = await call(action, ...more);
      expect(printed).toContain('[target-not-ready]');
      expect(exitCode).toBe(1);
    }
    expect(await sessionsUnder(homes[0])).toEqual(before);
    expect(await sessionsUnder(homes[1])).toEqual([]);

    await rename(`${credentials}.away`, credentials);
    const checked = await call('check');
    expect(checked.printed).not.toContain('not ready');
    expect(checked.exitCode).toBe(0);
    expect(await sessionsUnder(homes[0])).toEqual(before);

    room.api.refuse(({ key }) => (key === FIRST ? limitHit('five_hour', inTwoHours()) : undefined));
    const swapped = await call('swap', '--yes', '--continue', 'Go on.');
    expect(swapped.printed).toContain('all sessions run under');
    expect(swapped.exitCode).toBe(0);
    expect(await sessionsUnder(homes[0])).toEqual([]);
    expect(await sessionsUnder(homes[1])).toEqual(before);
    for (const pane of [api, web]) await expectHistory(room, pane);
  },
  240_000,
);
