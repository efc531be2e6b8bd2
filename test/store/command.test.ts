import { describe, expect, inject, test, vi } from 'vitest';
import { run as runCommand } from '../unit/cli/support/run.ts';
import { type Kind, kinds } from './support/clients.ts';
import { digests, type Machine, newMachine, put } from './support/pool.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const line = '{"type":"user","uuid":"u1"}\n';
const SECRET = 'wanderer';

/** The command on a machine; its password is in the URL or in the environment. */
async function run(machine: Machine, kind: Kind, words: readonly string[], columns?: number) {
  const port = inject('ports')[kind];
  const urls = {
    postgres: `postgres://store:${SECRET}@127.0.0.1:${port}/postgres`,
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
    await expectRun(a, ['verify'], { equal: 1, differences: [] });
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
  ['an action that does not exist', ['copy', '--url', 'postgres://127.0.0.1:1/x'], 'store takes'],
  ['no URL', ['list'], '--url is missing'],
  ['what is no URL', ['list', '--url', 'nowhere'], '--url is not a URL'],
  ['another engine', ['list', '--url', 'mysql://host/x'], '--url must begin with'],
  ['half a map', ['push', '--url', 'redis://127.0.0.1:1', '--map', 'a'], '--map must be two'],
])('store refuses %s, and says what it takes', async (_, words, message) => {
  const machine = await newMachine();
  const { exitCode, stderr } = await runCommand(
    ['store', ...words, '--shared', `projects=${machine.projects}`],
    { home: machine.root },
  );
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});
