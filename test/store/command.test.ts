import { rm } from 'node:fs/promises';
import { valkeyStore } from 'claude-shared-state/store/valkey';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { run as runCommand } from '../unit/cli/support/run.ts';
import { type Kind, kinds } from './support/clients.ts';
import { preparedPlace } from './support/stores.ts';
import { digests, type Machine, newMachine, put } from './support/pool.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const line = '{"type":"user","uuid":"u1"}\n';
const SECRET = 'wanderer';

/** The command on a machine; its password is in the URL or in the environment. */
async function run(machine: Machine, kind: Kind, words: readonly string[], columns?: number) {
  const port = inject('ports')[kind];
  const urls = {
    // Another database than that of the other tests, of which one prepares the same schema.
    postgres: `postgres://store:${SECRET}@127.0.0.1:${port}/template1`,
    valkey: `redis://127.0.0.1:${port}/0`,
    s3: `s3://sessions/of-the-command`,
  };
  // Drivers read the environment of the process.
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  if (kind === 's3') vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  const shared = `projects=${machine.projects}`;
  const options = ['--url', urls[kind], '--shared', shared];
  const argv = ['store', ...words, ...options, ...(columns === undefined ? ['--json'] : [])];
  return await runCommand(argv, {
    home: machine.root,
    env: { ...process.env },
    ...(columns === undefined ? {} : { columns }),
  });
}

describe.each(kinds)('the command store on %s', (kind) => {
  test('prepares, pushes, lists, verifies and pulls, and never prints a password', async () => {
    const [a, b] = [await newMachine(), await newMachine()];
    await put(a, `-app/${id}.jsonl`, line);
    const said: string[] = [];
    const expectRun = async (
      machine: Machine,
      words: readonly string[],
      body: object,
      expected = 0,
    ) => {
      const { exitCode, stdout, stderr } = await run(machine, kind, words);
      said.push(stdout, stderr);
      expect([exitCode, JSON.parse(stdout)]).toMatchObject([expected, body]);
    };
    await expectRun(a, ['push'], { problems: [{ code: 'store-not-prepared' }] }, 3);
    await expectRun(a, ['init'], { action: 'init' });
    await expectRun(a, ['push', '--writer', 'a'], { outcome: 'done', bytes: line.length });
    await expectRun(a, ['list'], { sessions: [{ projectKey: '-app', sessionId: id, files: 1 }] });
    await expectRun(a, ['verify'], { files: { unchanged: 1 }, differences: [] });
    await expectRun(b, ['verify'], { differences: [{ kind: 'store-only' }] }, 1);
    await expectRun(b, ['pull', '--map', '-app=-other'], { outcome: 'done' });
    expect(Object.keys(await digests(b))).toEqual([`-other/${id}.jsonl`]);

    const printed: string[] = [];
    for (const words of [['init'], ['push', '--prune'], ['list'], ['verify']]) {
      const { exitCode, stdout, stderr } = await run(a, kind, words, 80);
      printed.push(`${exitCode} ${stdout.trimEnd().split('\n').at(-1)}`);
      said.push(stdout, stderr);
    }
    expect(printed).toEqual([
      expect.stringMatching(/^0 ✓ .* is prepared$/),
      expect.stringMatching(/^0 ✓ done: 0 B pushed$/),
      '0 ✓ 1 session',
      '0 ✓ 1 file equal, 0 not',
    ]);
    const session = await run(a, kind, ['push', '--session', id, '--map', '-app=-b'], 80);
    said.push(session.stdout, session.stderr);
    expect(session.stdout).toContain('0 files transferred');
    expect(said.join('')).not.toContain(SECRET);
  });
});

test.each([
  [
    'an action that does not exist',
    ['copy', '--url', 'postgres://127.0.0.1:1/x'],
    'its actions: init, push',
  ],
  ['half a map', ['push', '--url', 'redis://127.0.0.1:1', '--map', 'a'], '--map must be two'],
  [
    'a map of three',
    ['push', '--url', 'redis://127.0.0.1:1', '--map', 'a=b=c'],
    '--map must be two',
  ],
])('store refuses %s, and says what it takes', async (_, words, message) => {
  const machine = await newMachine();
  const { exitCode, stderr } = await runCommand(
    ['store', ...words, '--shared', `projects=${machine.projects}`],
    { home: machine.root },
  );
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('store tells of forks, of what differs, and of what it pruned', async () => {
  const [place, machine] = [await preparedPlace('valkey'), await newMachine()];
  const shared = ['--shared', `projects=${machine.projects}`];
  const url = `redis://127.0.0.1:${place.port}/9`;
  const command = (...words: readonly string[]) =>
    runCommand(['store', ...words, '--url', url, '--writer', 'a', ...shared], {
      home: machine.root,
      columns: 120,
    });
  const path = await put(machine, `-app/${id}.jsonl`, line);
  expect(await command('init')).toMatchObject({ exitCode: 0 });
  expect(await command('push')).toMatchObject({ exitCode: 0 });
  await rm(path);
  const verified = await command('verify');
  expect([verified.exitCode, verified.stdout]).toEqual([1, expect.stringContaining('store-only')]);
  const refused = await command('push', '--prune');
  expect([refused.exitCode, refused.stdout]).toEqual([
    1,
    expect.stringContaining('has no session'),
  ]);
  await put(machine, `-app/${id.replace(/^./, '1')}.jsonl`, line);
  const pruned = await command('push', '--prune');
  expect([pruned.exitCode, pruned.stdout]).toEqual([
    0,
    expect.stringContaining('1 session pruned'),
  ]);

  const redis = new Redis(place.port, { db: 9 });
  const [a, b] = ['a', 'b'].map((writer) => valkeyStore(redis, { writer }));
  const key = { projectKey: '-app', sessionId: id };
  await a?.append(key, [{ type: 'user', uuid: 'u1' }]);
  await b?.load(key);
  await a?.append(key, [{ type: 'user', uuid: 'u2' }]);
  await b?.append(key, [{ type: 'user', uuid: 'u3' }]);
  await a?.append({ ...key, subpath: 'subagents/agent-1' }, [{ type: 'user', uuid: 'u4' }]);
  const listed = await command('list');
  expect(listed.stdout).toMatch(/2 files, .*continued by two at once/);
  await a?.delete(key);
  redis.disconnect();
});

/** The command on a machine without sessions. */
async function runOnNew(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { root, projects } = await newMachine();
  return await runCommand(['store', ...words, '--shared', `projects=${projects}`], {
    home: root,
    env,
  });
}

describe('a driver that is installed', () => {
  test('is refused if it lacks what is used of it', async () => {
    vi.doMock('pg', () => ({ default: undefined, Pool: Object }));
    onTestFinished(() => vi.doUnmock('pg'));
    const { exitCode, stderr } = await runOnNew(['list', '--url', 'postgres://127.0.0.1/x']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('has no Pool')]);
  });

  test('is not taken for one that is missing if it fails', async () => {
    vi.doMock('@aws-sdk/client-s3', () => {
      throw new Error('broken');
    });
    onTestFinished(() => vi.doUnmock('@aws-sdk/client-s3'));
    const { exitCode, stderr } = await runOnNew(['list', '--url', 's3://bucket']);
    expect(exitCode).not.toBe(0);
    expect(stderr).not.toContain('npm install');
  });

  test('gets the password of the environment, and a server that is away is waited for', async () => {
    const made: unknown[] = [];
    let failures = 4;
    class Fake {
      constructor(...options: readonly unknown[]) {
        made.push(options);
      }
      readonly on = () => {};
      readonly eval = () => {};
      readonly hscan = () => {};
      readonly disconnect = () => {};
      readonly smembers = async () => [];
      readonly get = async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('the server is away');
        return '1';
      };
    }
    vi.doMock('ioredis', () => ({ Redis: undefined, default: { Redis: Fake } }));
    onTestFinished(() => vi.doUnmock('ioredis'));
    const words = ['push', '--watch', '--json', '--url', 'valkey://127.0.0.1'];
    const { exitCode, stdout } = await runOnNew(words, { REDISCLI_AUTH: SECRET });
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { outcome: 'done' }]);
    expect(made).toMatchObject([['redis://127.0.0.1', { password: SECRET }]]);
    expect(failures).toBe(-1);
  });
});
