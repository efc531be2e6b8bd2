import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fs from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import schema from '../../../../src/cli/output-schema.json' with { type: 'json' };
import { sendAlert } from '../../../../src/cli/failover/alerts.ts';
import { eventLine, eventMeanings } from '../../../../src/cli/failover/events.ts';
import {
  addAnswer,
  ONE,
  savedFor,
  setStage,
  type Stage,
  startBoth,
  THREE,
  TWO,
} from '../../support/swapping.ts';
import { FakeTerminal } from '../../support/fake-terminal.ts';
import { makeFile } from '../../support/world.ts';
import { run, type Surroundings } from '../support/run.ts';

let stage: Stage;

beforeEach(() => {
  const root = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'cli-'));
  stage = setStage({ kind: 'disk', root, fs });
  startBoth(stage);
});
afterEach(() => rm(stage.world.root, { recursive: true }));

const sessionFlags = () =>
  stage.sessions.slice(0, 2).flatMap(({ name, cwd }) => ['--session', `${name}=${cwd}`]);

/** Runs an action with both homes, the first two sessions, and terminals of its own. */
async function failover(argv: readonly string[], more: Partial<Surroundings> = {}) {
  const { world, from, to, terminal, stateDirectory } = stage;
  const { processInspector } = terminal;
  const shared = join(world.root, 'shared');
  const flags = ['--home', from, '--home', to, '--root', shared, '--state', stateDirectory];
  const [words, behind] = split(argv);
  const [action = '', ...rest] = words;
  return await run(['failover', action, ...flags, ...sessionFlags(), ...rest, ...behind], {
    home: world.root,
    tmux: () => ({ terminal, processInspector, sleep: stage.options.sleep }),
    ...more,
  });
}

function split(argv: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = argv.indexOf('--');
  return at < 0 ? [argv, []] : [argv.slice(0, at), argv.slice(at)];
}

const homeOf = (name: string) => stage.terminal.runningIn(name)?.accountHome;
const hitLimit = () => {
  const [api] = stage.sessions;
  const text = "You've hit your weekly limit";
  if (api !== undefined) addAnswer(stage, ONE, api, { error: 'rate_limit', text });
};
function dataOf(text: string): Readonly<Record<string, unknown>> {
  const data: unknown = JSON.parse(text);
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
const eventsIn = (stdout: string) => stdout.trimEnd().split('\n').map(dataOf);

describe('a mistake is told before anything is begun:', () => {
  test.each([
    ['no such action', ['rin'], 'did you mean run'],
    ['a relative directory', ['run', '--session', 'docs=work'], 'is relative'],
    [
      'a directory that is not there',
      ['run', '--session', 'docs=/nowhere'],
      'there is no directory',
    ],
    ['a name that tmux has not', ['run', '--session', 'a:b'], 'no session of this name'],
    ['a pane that is not there', ['run', '--session', 'docs:%7'], 'its panes are %0'],
    ['a pane of no session', ['run', '--session', 'ghost:%1'], 'no session of this name'],
    ['a name twice', ['run', '--session', 'API'], 'must differ by more than case'],
    ['a name that tmux takes for an id', ['run', '--session', '$0'], 'no session of this name'],
    ['a relative state directory', ['run', '--state', 'x'], 'is relative'],
    ['a state directory that is a file', ['run', '--state', '/dev/null/x'], 'ENOTDIR'],
    ['a mistyped home', ['run', '--home', '/nowhere/a'], 'there is no account home'],
    ['no time', ['run', '--poll', '5 parsecs'], 'it must be a time'],
    ['a time of nothing', ['run', '--cool-down', '0'], 'it must be a time'],
    ['a rule that is none', ['run', '--next', 'best'], 'round-robin'],
    ['an unknown canary', ['run', '--canary', 'x'], 'no --session has this name'],
    ['an unknown event', ['run', '--on', 'swapped=true'], 'must be an event'],
    ['an alert that goes nowhere', ['run', '--on', 'swap-done='], 'must be an event'],
    ['an alert without a target', ['run', '--on', 'swap-done'], 'must be an event'],
    ['an alert to no URL', ['run', '--on', 'swap-done=http://'], 'must be an event'],
    ['no port', ['run', '--listen', '70000'], 'must be a port'],
    ['a host that others reach', ['run', '--listen', '0.0.0.0:9464'], 'only loopback hosts'],
    ['a name that may be anywhere', ['run', '--listen', 'example.com:80'], 'only loopback hosts'],
    ['no address', ['run', '--listen', 'x'], 'must be a port'],
    ['an alert about alerts', ['run', '--on', 'alert-failed=true'], 'must be an event'],
    ['a prompt of two lines', ['run', '--continue', 'go\non'], '--continue: '],
    ['arguments that name a session', ['run', '--', '--continue'], 'the arguments after --: '],
  ])('%s', async (_, argv, message) => {
    const { exitCode, stderr, stdout } = await failover([
      ...argv.slice(0, 1),
      '--once',
      ...argv.slice(1),
    ]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stage.terminal.entered).toEqual([]);
  });

  test('no tmux', async () => {
    const terminal = tmuxTerminal({ tmux: '/nowhere/tmux' });
    const { exitCode, stderr } = await failover(['run', '--once'], { tmux: () => ({ terminal }) });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('cannot be run (ENOENT)')]);
  });

  test('a daemon that runs already', async () => {
    const stopping = new AbortController();
    const runs = ['run', 'run'].map((action) => failover([action], { interrupt: stopping.signal }));
    const { exitCode, stderr } = await Promise.race(runs);
    stopping.abort();
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('already')]);
    const codes = (await Promise.all(runs)).map((each) => each.exitCode);
    expect(new Set(codes)).toEqual(new Set([0, 2]));
  });

  test('a session in which nothing runs, without its directory', async () => {
    const { exitCode, stderr } = await failover(['save', '--session', 'docs']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('name its directory')]);
  });

  test('a session that is not there, without its directory', async () => {
    const { exitCode, stderr } = await failover(['check', '--session', 'ghost']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no session of this name')]);
  });

  test('an account to move to that is not there', async () => {
    const { exitCode, stderr } = await failover(['check', '--to', '/nowhere/a']);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^[^-]*--to: .*no account home/)]);
  });

  test('another tmux server while theirs still runs', async () => {
    const { terminal } = stage;
    const server = '71 1 /tmp/tmux-0/default';
    terminal.server = () => Promise.resolve(server);
    await failover(['run', '--once']);
    const mistyped = new FakeTerminal(stage.world);
    const { processInspector } = terminal;
    const tmux = (socket?: string) => ({
      terminal: socket === '/tmp/tmux-0/default' ? terminal : mistyped,
      processInspector,
    });
    const { exitCode, stderr } = await failover(['run', '--once', '--socket', 'typo'], { tmux });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('at /tmp/tmux-0/default')]);
    expect(mistyped.created).toEqual([]);
    // It has died.
    terminal.server = () => Promise.resolve(undefined);
    await failover(['run', '--once', '--socket', 'next'], { tmux });
    expect(mistyped.created.map(([name]) => name)).toEqual(['api', 'web']);
  });

  test.each([
    ['that stops by itself', ['--launchd', '--when-exhausted', 'stop'], 'restart the daemon'],
    [
      'for a pane, which ends with its server',
      ['--session', 'docs:%0'],
      "doesn't outlive its tmux",
    ],
  ])('a unit %s', async (_, argv, message) => {
    const { exitCode, stderr } = await failover(['unit', '--yes', ...argv]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('no session at all', async () => {
    const { from, to, stateDirectory } = stage;
    const flags = ['--home', from, '--home', to, '--state', stateDirectory];
    const { exitCode, stderr } = await run(['failover', 'swap', ...flags], {
      home: stage.world.root,
    });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('no session is running in tmux'),
    ]);
  });

  test('a single home', async () => {
    const { from, stateDirectory } = stage;
    const argv = ['failover', 'run', '--once', '--home', from, '--state', stateDirectory];
    const { exitCode, stderr } = await run(argv, { home: stage.world.root });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('only one account home')]);
  });
});

describe('run', () => {
  test('prints events as lines of JSON, with documented names', async () => {
    await failover(['run', '--once']);
    hitLimit();
    const { exitCode, stdout } = await failover(['run', '--once', '--poll', '50ms']);
    const events = eventsIn(stdout);
    expect(exitCode).toBe(0);
    expect(events.map(({ event }) => event)).toContain('swap-done');
    for (const { event, at, text } of events) {
      expect(Object.keys(eventMeanings)).toContain(event);
      expect([typeof at, typeof text]).toEqual(['string', 'string']);
    }
    expect([homeOf('api'), homeOf('web')]).toEqual([stage.to, stage.to]);
  });

  test('refuses homes that do not share their sessions', async () => {
    const elsewhere = ['--root', join(stage.world.root, 'elsewhere')];
    const { exitCode, stderr } = await failover(['run', '--once', ...elsewhere]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('divergent-link');
  });

  test('does not begin with an empty memory if it cannot read what it remembers', async () => {
    fs.mkdirSync(join(stage.stateDirectory, 'daemon.json'), { recursive: true });
    const { exitCode, stderr } = await failover(['run', '--once']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('EISDIR')]);
  });

  test('in a dry run leaves what is remembered of an unfinished swap to the next daemon', async () => {
    await failover(['run', '--once']);
    hitLimit();
    stage.terminal.onCall = (call, name) => {
      if (call === 'type' && name === 'web') throw new Error('killed');
    };
    await failover(['run', '--once', '--canary', 'api']);
    stage.terminal.onCall = undefined;
    const files = ['daemon.json', 'swap.json'].map((name) => join(stage.stateDirectory, name));
    const before = files.map((path) => fs.readFileSync(path, 'utf8'));
    await failover(['run', '--dry-run', '--once']);
    expect(files.map((path) => fs.readFileSync(path, 'utf8'))).toEqual(before);
    expect(before[1]).toContain('"names":["web"]');
  });

  test('gives the arguments behind -- to the sessions that it resumes', async () => {
    await failover(['run', '--once']);
    hitLimit();
    await failover(['run', '--once', '--', '--model', 'opus']);
    expect(stage.terminal.entered.map(([, command]) => command)).toEqual([
      expect.stringMatching(/claude --resume \S+ --model opus$/),
      expect.stringMatching(/claude --resume \S+ --model opus$/),
    ]);
  });

  test('answers on a socket while it watches, and ends on an interrupt', async () => {
    const stopping = new AbortController();
    const socketPath = join(stage.world.root, 'socket');
    const watching = failover(['run', '--listen', socketPath], { interrupt: stopping.signal });
    const get = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const sent = request({ socketPath, path, agent: false }, (response) => {
          text(response).then(resolve, reject);
        });
        sent.on('error', reject).end();
      });
    await expect
      .poll(() => get('/metrics').catch(() => ''))
      .toContain('claude_failover_session_running{session="api",state="running"} 1');
    expect(JSON.parse(await get('/status'))).toMatchObject({
      account: stage.from,
      sessions: [{ name: 'api', state: 'running', sessionId: ONE }, { name: 'web' }],
    });
    expect(JSON.parse(await get('/quota/status'))).toMatchObject({
      accounts: [{ accountHome: stage.from }, { accountHome: stage.to }],
    });
    expect(await get('/nothing')).toContain('/quota/status');
    const status = await failover(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true, exitCode: 0 });

    stopping.abort();
    expect((await watching).exitCode).toBe(0);
    await expect(get('/status')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  test('says that the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { exitCode, stderr } = await failover([
      'run',
      '--listen',
      String(portOf(server.address())),
    ]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('EADDRINUSE')]);
  });

  test('tells a URL and a command of an event, and says if that fails', async () => {
    const { url, requests } = await listener();
    const refusing = await listener(500);
    const file = join(stage.world.root, 'told');
    const { stdout } = await failover([
      'run',
      '--once',
      '--on',
      `started=${url}/hook`,
      '--on',
      `stopped=printf '%s: ' "$FAILOVER_EVENT" > ${file}; cat >> ${file}`,
      '--on',
      'session-found=exit 3',
      '--on',
      'session-found=kill -9 $$',
      '--on',
      `session-found=${refusing.url}`,
    ]);
    expect(requests).toEqual([
      [
        '/hook',
        expect.objectContaining({ event: 'started', text: 'watching 2 accounts' }),
        undefined,
      ],
    ]);
    expect(await readFile(file, 'utf8')).toMatch(/^stopped: \{"at":".*"text":"stopped"\}\n$/);
    const failed = eventsIn(stdout).filter(({ event }) => event === 'alert-failed');
    expect(new Set(failed.map((event) => event['text']))).toEqual(
      new Set([
        'session-found: the command ended with 3: ',
        'session-found: the command ended with SIGKILL: ',
        `session-found: ${new URL(refusing.url).host} answered 500`,
      ]),
    );
  });

  test('sends the login of a URL as a header, and tells it nobody if that fails', async () => {
    const { url, requests } = await listener(301);
    const target = url.replace('//', '//me:s3cret%21@');
    const { stdout } = await failover(['run', '--once', '--on', `started=${target}/hook`]);
    expect(requests.map(([path, , login]) => [path, login])).toEqual([
      ['/hook', `Basic ${btoa('me:s3cret!')}`],
    ]);
    expect(stdout).toContain('answered 301');
    expect(stdout).not.toContain('s3cret');
  });

  test('kills a command that takes too long, and what it has started', async () => {
    const file = join(stage.world.root, 'pid');
    const target = `trap '' TERM; sleep 1000 & echo $! > ${file}; wait`;
    const event = { event: 'started', text: 'x' } as const;
    const sent = sendAlert({ event: 'started', target }, event, new Date(), 2000);
    await expect(sent).rejects.toThrow('the command ended with SIGKILL');
    const pid = Number(await readFile(file, 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('tells nobody what somebody has typed and not sent', () => {
    const draft = { code: 'work-interrupted', reason: 'draft', detail: 'my secret' } as const;
    const message = 'api has text in its input box, which is lost: my secret';
    const rest = { severity: 'warning', remedy: 'manual', session: 'api', path: '/x' } as const;
    const problems = [{ ...draft, ...rest, message }];
    const line = eventLine({ event: 'swap-refused', text: 'no', problems }, new Date());
    expect(line).toContain('work-interrupted');
    expect(line).not.toContain('secret');
  });

  test('repeats only the end of what a command says when it fails', async () => {
    const { stdout } = await failover(['run', '--once', '--on', 'started=seq 9999 >&2; exit 1']);
    const failed = eventsIn(stdout).find(({ event }) => event === 'alert-failed');
    expect(String(failed?.['text']).length).toBeLessThan(600);
    expect(failed?.['text']).toContain('9999');
  });

  test('sends the alert to Telegram as the README shows it', async () => {
    const { url, requests } = await listener();
    const readme = await readFile(
      new URL('../../../../src/failover/README.md', import.meta.url),
      'utf8',
    );
    const command = /--on all-exhausted='(curl [^']+)'/.exec(readme)?.[1] ?? '';
    const local = command.replace('https://api.telegram.org', url);
    expect(local).not.toBe(command);
    const token = `export TELEGRAM_TOKEN=1:x TELEGRAM_CHAT=7; `;
    await failover(['run', '--once', '--on', `started=${token}${local}`]);
    const [[path, body] = []] = requests;
    const fields = Object.fromEntries(new URLSearchParams(String(body)));
    expect([path, fields]).toEqual([
      '/bot1:x/sendMessage',
      { chat_id: '7', text: 'watching 2 accounts' },
    ]);
  });
});

describe('what is told as JSON keeps to the documented schema:', () => {
  const [mistake, ...commands] = schema.oneOf;
  const own = commands.find(({ properties }) => properties.command.const === 'failover');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const isValid = ajv.compile({ oneOf: [mistake, own], $defs: schema.$defs });

  test.each([
    ['check', ['check']],
    ['a swap that is only planned', ['swap', '--dry-run']],
    ['a swap', ['swap', '--yes']],
    ['save', ['save']],
    ['status of a daemon that never ran', ['status']],
    ['unit', ['unit', '--dry-run']],
    ['unit where nobody can be asked', ['unit']],
    ['a mistake', ['unit', '--poll', 'x']],
  ])('%s', async (_, argv) => {
    const { stdout } = await failover([...argv, '--json']);
    const isRight = isValid(JSON.parse(stdout));
    expect(isRight ? [] : isValid.errors).toEqual([]);
  });
});

/** Interrupts a swap while the second session ends, after the first was moved. */
const interruptSwap = async (...argv: readonly string[]) => {
  const stopping = new AbortController();
  const { terminal } = stage;
  terminal.onCall = (call, name) => {
    if (call === 'signal' && name === 'web') stopping.abort();
  };
  const ran = await failover(['swap', '--yes', '--canary', 'api', ...argv], {
    interrupt: stopping.signal,
  });
  terminal.onCall = undefined;
  expect([ran.exitCode, homeOf('api'), homeOf('web')]).toEqual([3, stage.to, undefined]);
  expect(ran.stdout).toContain('the same command to continue');
};

describe('swap', () => {
  test('shows what would happen, asks, and moves the sessions', async () => {
    const asked = await failover(['swap'], { answer: false });
    expect([asked.exitCode, asked.questions, homeOf('api')]).toEqual([
      1,
      ['Move them?'],
      stage.from,
    ]);
    const { exitCode, stdout } = await failover(['swap'], { answer: true });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('✓ all sessions run under ~/b');
    expect([homeOf('api'), homeOf('web')]).toEqual([stage.to, stage.to]);
  });

  test('moves the session of the pane that is named, and leaves the other one alone', async () => {
    const { terminal, from, to } = stage;
    const [api, web] = stage.sessions;
    terminal.close('api');
    for (const pane of ['api:%1', 'api:%2']) terminal.open(pane);
    terminal.start('api:%1', THREE, from);
    terminal.start('api:%2', ONE, from);
    const flags = ['--home', from, '--home', to, '--root', join(stage.world.root, 'shared')];
    const named = ['--session', `api:%2=${api?.cwd}`, '--session', `web=${web?.cwd}`];
    const argv = ['failover', 'swap', '--yes', '--state', stage.stateDirectory];
    const tmux = () => ({
      terminal,
      processInspector: terminal.processInspector,
      sleep: stage.options.sleep,
    });
    const ran = await run([...argv, ...flags, ...named], { home: stage.world.root, tmux });
    expect(ran.exitCode).toBe(0);
    expect([homeOf('api:%1'), homeOf('api:%2'), homeOf('web')]).toEqual([from, to, to]);
  });

  test('interrupted between a pane and its launch, is not completed by a daemon without it', async () => {
    const { terminal, from, to } = stage;
    terminal.close('api');
    for (const pane of ['api:%1', 'api:%2']) terminal.open(pane);
    terminal.start('api:%1', THREE, from);
    terminal.start('api:%2', ONE, from);
    const note = { failures: 0, retryAt: 0, hasMoved: false, from, to, names: ['api'] };
    const more = { cwds: { api: stage.sessions[0]?.cwd }, panes: { api: '%2' } };
    const path = join(stage.stateDirectory, 'swap.json');
    makeFile(stage.world, path, JSON.stringify({ version: 1, ...note, ...more }));
    const flags = ['--home', from, '--home', to, '--root', join(stage.world.root, 'shared')];
    const argv = ['failover', 'run', '--once', '--state', stage.stateDirectory];
    const tmux = () => ({
      terminal,
      processInspector: terminal.processInspector,
      sleep: stage.options.sleep,
    });
    await run([...argv, ...flags], { home: stage.world.root, tmux });
    expect([homeOf('api:%1'), homeOf('api:%2')]).toEqual([from, from]);
    expect(await readFile(path, 'utf8')).toContain('"panes":{"api":"%2"}');
  });

  test('does nothing where nobody can be asked', async () => {
    const { exitCode, stdout } = await failover(['swap']);
    expect([exitCode, homeOf('api')]).toEqual([2, stage.from]);
    expect(stdout).toContain('add --yes');
  });

  test('moves nothing to an account that the daemon knows to be exhausted, unless it is named', async () => {
    const until = Date.now() + 3_600_000;
    const gate = { version: 1, limits: [{ account: stage.to, scope: 'seat', until }] };
    const path = join(stage.stateDirectory, 'daemon.json');
    makeFile(stage.world, path, JSON.stringify({ version: 1, gate }));
    const { exitCode, stderr } = await failover(['swap', '--yes']);
    expect([exitCode, homeOf('api')]).toEqual([2, stage.from]);
    expect(stderr).toContain('no other account can be used now');
    expect((await failover(['swap', '--yes', '--to', stage.to])).exitCode).toBe(0);
  });

  test('moves the canary first, and leaves the others if it does not go on', async () => {
    stage.terminal.setLaunch('web', 'fails');
    const { exitCode, stdout } = await failover(['swap', '--yes', '--canary', 'web']);
    expect([exitCode, homeOf('api'), homeOf('web')]).toEqual([1, stage.from, undefined]);
    expect(stdout).toContain('the first session did not resume');
  });

  test('says how to go on after an interrupt', async () => {
    const interrupt = AbortSignal.abort();
    const { exitCode, stdout } = await failover(['swap', '--yes'], { interrupt });
    expect([exitCode, homeOf('api')]).toEqual([3, stage.from]);
    expect(stdout).toContain('stopped; run the same command to continue');
  });

  test.each([
    ['to the account that it chose', () => []],
    ['to the account that was named', () => ['--to', stage.to]],
  ])('interrupted, goes on %s', async (_, to) => {
    await interruptSwap(...to());
    const { exitCode, stdout } = await failover(['swap', '--yes', ...to()]);
    expect([exitCode, homeOf('api'), homeOf('web')]).toEqual([0, stage.to, stage.to]);
    expect(stdout).toContain('all sessions run under ~/b');
    // It is over.
    expect((await failover(['swap', '--yes'])).exitCode).toBe(0);
    expect([homeOf('api'), homeOf('web')]).toEqual([stage.from, stage.from]);
  });

  test('interrupted, takes the sessions that it has stopped back if it is told to', async () => {
    await interruptSwap();
    expect((await failover(['swap', '--yes', '--to', stage.from])).exitCode).toBe(0);
    expect([homeOf('api'), homeOf('web')]).toEqual([stage.from, stage.from]);
  });

  test('interrupted, is completed by the daemon', async () => {
    await interruptSwap();
    await failover(['run', '--once']);
    expect([homeOf('api'), homeOf('web')]).toEqual([stage.to, stage.to]);
  });

  test('leaves the sessions alone that run under the account that is named', async () => {
    const { exitCode, stdout } = await failover(['swap', '--yes', '--to', stage.from]);
    expect([exitCode, homeOf('api'), homeOf('web')]).toEqual([0, stage.from, stage.from]);
    expect(stdout).toContain('already runs there');
  });

  test('stops nothing if the other account is not ready', async () => {
    makeFile(stage.world, join(stage.to, '.claude.json'), '{}');
    const { exitCode, stdout } = await failover(['swap', '--yes']);
    expect([exitCode, homeOf('api')]).toEqual([1, stage.from]);
    expect(stdout).toContain('refused; nothing was stopped');
    // Nor is anybody asked.
    const asked = await failover(['swap'], { answer: true });
    expect([asked.exitCode, asked.questions]).toEqual([1, []]);
  });

  test('asks nobody if the program would ask there whether the directory is trusted', async () => {
    const config = join(stage.to, '.claude.json');
    const projects = { '/elsewhere': { hasTrustDialogAccepted: true } };
    const known: unknown = JSON.parse(await readFile(config, 'utf8'));
    makeFile(stage.world, config, JSON.stringify(Object.assign({}, known, { projects })));
    const asked = await failover(['swap', '--json'], { answer: true });
    expect([asked.exitCode, asked.questions, homeOf('api')]).toEqual([1, [], stage.from]);
    expect(JSON.parse(asked.stdout)).toMatchObject({ outcome: 'refused' });
  });
});

test('check looks at the one account that is named', async () => {
  const { exitCode, stdout } = await failover(['check', '--to', stage.to]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('ready  ~/b');
  const there = await failover(['check', '--to', stage.from]);
  expect([there.exitCode, there.stdout]).toEqual([0, expect.stringContaining('already')]);
});

test('status prints what a daemon saw last that has ended', async () => {
  await failover(['run', '--once']);
  writeStatus(2 ** 30);
  const { exitCode, stdout } = await failover(['status']);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("isn't running");
});

test('status prints the accounts and sessions of a daemon that runs', async () => {
  await failover(['run', '--once']);
  const { exitCode, stdout } = await failover(['status']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/✓ ~\/a.*in use/);
  expect(stdout).toContain('2 sessions');
});

test('save saves the ids, and prints them', async () => {
  const { exitCode, stdout } = await failover(['save']);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`✓ api  ${ONE} saved\n✓ web  ${TWO} saved\n`);
  expect(savedFor(stage, 'api')).toBe(`${ONE}\n`);
});

describe('unit', () => {
  const flags = ['--poll', '30s', '--on', 'gave-up=echo "50% of $HOME"', '--', '--model', 'opus'];

  test('shows a systemd unit that runs the daemon with the same options, and writes it', async () => {
    const { exitCode, stdout } = await failover(['unit', '--yes', ...flags]);
    expect(exitCode).toBe(0);
    const path = join(stage.world.root, '.config/systemd/user/claude-failover.service');
    const text = await readFile(path, 'utf8');
    for (const line of text.trimEnd().split('\n')) expect(stdout).toContain(line);
    expect(text).toContain(
      'ExecStart="/usr/bin/node" "/opt/claude-shared-state/cli.js" "failover" "run"',
    );
    expect(text).toContain(String.raw`"--on" "gave-up=echo \"50%% of $$HOME\""`);
    expect(text).toMatch(
      /"--session" "api=.*\/work\/api" .*"--poll" "30s" .*"--" "--model" "opus"$/m,
    );
    // What somebody may have changed stays.
    expect((await failover(['unit', '--yes', ...flags])).exitCode).toBe(3);
  });

  test('keeps every option, with whole paths, and asks before it writes', async () => {
    const { world } = stage;
    const options =
      '--session docs --socket ~/tmux --cool-down 1m --next in-order --canary api --listen 9464';
    const argv = [...options.split(' '), '--continue', 'go on'];
    const env = {
      XDG_CONFIG_HOME: join(world.root, 'xdg'),
      PATH: '/opt/bin',
      TMUX_TMPDIR: '/run/mine',
    };
    const asked = await failover(['unit', ...argv], { answer: false, env });
    expect([asked.exitCode, asked.questions]).toEqual([1, ['Write it?']]);
    expect((await failover(['unit', ...argv], { answer: true, env })).exitCode).toBe(0);
    const path = join(world.root, 'xdg/systemd/user/claude-failover.service');
    const text = await readFile(path, 'utf8');
    for (const part of ['"docs"', `"${world.root}/tmux"`, '"in-order"', '"go on"']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('Environment="PATH=/opt/bin"\nEnvironment="TMUX_TMPDIR=/run/mine"\n');
  });

  test('watches the tmux server in which it was run, and the homes that it found there', async () => {
    const { world, from, stateDirectory } = stage;
    const env = { TMUX: '/tmp/tmux-0/work,71,0', CLAUDE_CONFIG_DIR: from };
    const argv = ['failover', 'unit', '--dry-run', '--state', stateDirectory];
    const { stdout } = await run(argv, { home: world.root, env });
    expect(stdout).toContain('"--socket" "/tmp/tmux-0/work"');
    expect(stdout).toContain(`"--home" "${from}"`);
  });

  test('names the directories that are shared as the command line does', async () => {
    const { from, to } = stage;
    const shared = join(stage.world.root, 'shared');
    const flags = ['--home', from, '--home', to, '--shared', `projects=${shared}/p`];
    const argv = ['failover', 'unit', '--launchd', '--yes', '--socket', 'work', ...flags];
    const { exitCode, stdout } = await run(argv, { home: stage.world.root });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('launchctl load -w');
    expect(stdout).toContain(`<string>projects=${shared}/p</string>`);
    expect(stdout).toContain('.local/state/claude-shared-state/failover');
  });

  test('shows a launch agent for launchd, and writes nothing unless it is asked to', async () => {
    const { exitCode, stdout } = await failover([
      'unit',
      '--launchd',
      '--dry-run',
      '--on',
      'stopped=a && b',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Library/LaunchAgents/claude-failover.plist');
    expect(stdout).toContain('<string>stopped=a &amp;&amp; b</string>');
    expect(stdout).toContain('Nothing was changed.');
  });

  test('lets systemd and launchd start the daemon again after a failure, every 15 seconds at most', async () => {
    const { stdout: systemd } = await failover(['unit', '--dry-run']);
    const { stdout: launchd } = await failover(['unit', '--dry-run', '--launchd']);
    expect(systemd).toMatch(/Restart=on-failure\s+RestartSec=15\s/);
    expect(systemd).toContain('RestartPreventExitStatus=1\n');
    expect(launchd).toContain('<dict><key>SuccessfulExit</key><false/></dict>');
    expect(launchd).toContain('<key>ThrottleInterval</key><integer>15</integer>');
  });
});

describe.each([80, 40])('on a terminal of %i columns', (columns) => {
  const screens: string[] = [];
  const show = async (line: string, more: Partial<Surroundings> = {}) => {
    const { exitCode, stdout, stderr } = await failover(line.split(' '), { columns, ...more });
    const shown = (stderr + stdout)
      .replaceAll(stage.world.root, '/home/me')
      .replaceAll(/\d{4}-\d\d-\d\d(\s+)\d\d:\d\d(\s+)[A-Z]+/g, '2026-11-29$119:37$2UTC')
      .replaceAll(/process(\s+)\d+/g, 'process$14711');
    screens.push(
      `$ claude-shared-state failover ${line}\n${shown.trimEnd()}\n[exit code ${exitCode}]\n`,
    );
  };

  test('check and status read well', async () => {
    screens.length = 0;
    const executable = join(stage.world.root, 'bin', 'claude');
    makeFile(stage.world, executable, '');
    for (const name of ['api', 'web']) {
      const [, pid = 0] = await stage.terminal.processIds(name);
      const env = { PATH: dirname(executable) };
      stage.terminal.launches.set(pid, { executable, args: [], env });
    }
    await show('status');
    await show('check');
    stage.terminal.setStatus('web', 'busy');
    await show('check --continue x');
    makeFile(stage.world, join(stage.to, '.claude.json'), '{}');
    await show('check');
    writeStatus();
    await show('status');
    await expect(screens.join('\n')).toMatchFileSnapshot(`screens/${columns}-columns.txt`);
  });
});

/** What a daemon wrote that has not moved everything, and waits. */
function writeStatus(pid = process.pid): void {
  const time = new Date().toISOString();
  const [api, web] = stage.sessions.map(({ name, cwd }) => ({ name, cwd }));
  const status = {
    version: 1,
    pid,
    startedAt: time,
    at: time,
    pollMs: 15_000,
    account: stage.to,
    accounts: [
      { accountHome: stage.from, exhaustedUntil: time, scope: 'organization' },
      { accountHome: stage.to },
    ],
    sessions: [
      { ...api, state: 'running', accountHome: stage.to },
      { ...web, state: 'killed' },
    ],
    swap: { to: stage.to, sessions: ['web'] },
    waitUntil: time,
    polls: 7,
    events: {},
  };
  makeFile(stage.world, join(stage.stateDirectory, 'status.json'), JSON.stringify(status));
}

/** Whether a process runs; one that has ended and that nobody has asked about does not. */
function isRunning(pid: number): boolean {
  const stat = fs.existsSync(`/proc/${pid}/stat`)
    ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    : 'Z';
  return !/\) Z |^Z$/.test(stat);
}

const portOf = (address: AddressInfo | string | null) =>
  typeof address === 'object' && address !== null ? address.port : 0;

/** A server that notes the path and the body of every request: as data if it is JSON. */
async function listener(status = 200) {
  const requests: (readonly [
    path: string | undefined,
    body: unknown,
    login: string | undefined,
  ])[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { url, headers } = request;
      requests.push([url, body.startsWith('{') ? dataOf(body) : body, headers.authorization]);
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${portOf(server.address())}`, requests };
}
