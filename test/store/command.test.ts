import { execFile } from 'node:child_process';
import { describe, expect, inject, test } from 'vitest';
import { bundleOf } from './support/bundle.ts';
import { type Kind, kinds } from './support/clients.ts';
import { digests, type Machine, newMachine, put } from './support/pool.ts';

const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const line = '{"type":"user","uuid":"u1"}\n';
const SECRET = 'wanderer';
let program: Promise<string> | undefined;

/** The command on a machine; its password is in the URL or in the environment. */
async function run(machine: Machine, kind: Kind, ...words: readonly string[]) {
  const command = await (program ??= bundleOf('src/cli/bin.ts'));
  const port = inject('ports')[kind];
  const urls = {
    postgres: `postgres://store:${SECRET}@127.0.0.1:${port}/postgres`,
    valkey: `redis://127.0.0.1:${port}/0`,
    s3: `s3://sessions/of-the-command`,
  };
  const env = {
    PATH: process.env['PATH'],
    HOME: machine.root,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: SECRET,
    ...(kind === 's3' ? { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } : {}),
    NODE_NO_WARNINGS: '1',
  };
  const shared = `projects=${machine.projects}`;
  const args = [command, 'store', ...words, '--url', urls[kind], '--shared', shared, '--json'];
  return await new Promise<{ exitCode: number | null; said: string; body: unknown }>((resolve) => {
    const child = execFile(process.execPath, args, { env, cwd: machine.root }, (_, out, error) => {
      const said = out + error;
      resolve({ exitCode: child.exitCode, said, body: JSON.parse(out || 'null') });
    });
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
      exitCode = 0,
    ) => {
      const ran = await run(machine, kind, ...words);
      said.push(ran.said);
      expect({ ...ran, said: '' }).toMatchObject({ exitCode, body });
    };
    await expectRun(a, ['push'], { problems: [{ code: 'store-not-prepared' }] }, 3);
    await expectRun(a, ['init'], { action: 'init' });
    await expectRun(a, ['push', '--writer', 'a'], { outcome: 'done', bytes: line.length });
    await expectRun(a, ['list'], { sessions: [{ projectKey: '-app', sessionId: id, files: 1 }] });
    await expectRun(a, ['verify'], { equal: 1, differences: [] });
    await expectRun(b, ['verify'], { differences: [{ kind: 'store-only' }] }, 1);
    await expectRun(b, ['pull', '--map', '-app=-other'], { outcome: 'done' });
    expect(Object.keys(await digests(b))).toEqual([`-other/${id}.jsonl`]);
    expect(said.join('')).not.toContain(SECRET);
  });
});
