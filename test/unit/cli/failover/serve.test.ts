import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type Address, addressFrom, serve } from '../../../../src/cli/failover/serve.ts';

const pages = { '/status': () => ({ type: 'application/json', body: '{}' }) };

async function listen(address: Address) {
  const server = await serve(address, pages);
  onTestFinished(() => void server.close());
  return server;
}

async function get(
  where: { readonly socketPath: string } | { readonly port: number },
  host?: string,
  method = 'GET',
): Promise<readonly [status: number | undefined, body: string]> {
  const headers = host === undefined ? {} : { host };
  const options = { ...where, host: '127.0.0.1', path: '/status?x', method, headers };
  return await new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject);
    });
    sent.on('error', reject).end();
  });
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'serve-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test.each([
  ['9464', { host: '127.0.0.1', port: 9464 }],
  ['localhost:1', { host: 'localhost', port: 1 }],
  ['127.1.2.3:80', { host: '127.1.2.3', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['/run/failover', { path: '/run/failover' }],
])('the address %s is understood', (value, address) => {
  expect(addressFrom(value)).toEqual(address);
});

test.each([
  '0.0.0.0:1',
  '[::]:1',
  '10.0.0.1:1',
  ':1',
  'localhost.example.com:1',
  '70000',
  'run/x',
  '',
])('the address "%s" is refused', (value) => {
  expect(() => addressFrom(value)).toThrow('--listen');
});

test('a port answers loopback names, and refuses a page that was led there by another name', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  expect(await get({ port })).toEqual([200, '{}']);
  expect(await get({ port }, `localhost:${port}`)).toEqual([200, '{}']);
  expect(await get({ port }, 'attacker.example.com')).toEqual([403, 'not a loopback host\n']);
  expect(await get({ port }, undefined, 'POST')).toEqual([405, 'only GET\n']);
});

test('a socket that a killed daemon left is replaced, and one that is in use is not', async () => {
  const path = join(directory(), 'socket');
  const listening = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listening, path]);
  expect(existsSync(path)).toBe(true);
  await listen({ path });
  await expect(listen({ path })).rejects.toThrow('EADDRINUSE');
  expect(await get({ socketPath: path }, 'anything')).toEqual([200, '{}']);
});

test('a file in place of the socket is left alone', async () => {
  const path = join(directory(), 'socket');
  writeFileSync(path, 'mine');
  await expect(listen({ path })).rejects.toThrow('EADDRINUSE');
  expect(existsSync(path)).toBe(true);
});
