import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid as ownPid } from 'node:process';
import { describe, expect, test } from 'vitest';
import { realProcesses, sightingIn, unknownProcesses } from '../../../src/fs/processes.ts';
import {
  formatOwnerToken,
  identifyOwner,
  judgeOwner,
  nonceFrom,
  parseOwnerToken,
} from '../../../src/lock/owner.ts';
import { bundleChild } from '../support/child.ts';
import { needs, whyNoContainer, whyNoProc, whyUnidentified } from '../support/required-here.ts';

const asking = { pid: undefined, random: () => 0.5 };
const status = (process: { readonly pid: number; readonly pidNamespace: string }) =>
  realProcesses.status({ ...process, start: undefined });
// More than any system gives to a process.
const NOBODY = 2 ** 31 - 1;

describe('this process as the owner of a lock', () => {
  test('has the start time that the kernel tells', async (context) => {
    needs(context, whyNoProc());
    const { start } = await identifyOwner(realProcesses, asking);
    expect(sightingIn(readFileSync('/proc/self/stat', 'utf8'))).toEqual({
      state: 'running',
      start,
    });
  });

  test('is known to itself as running', async (context) => {
    needs(context, await whyUnidentified());
    const owner = await identifyOwner(realProcesses, asking);
    expect(owner.pid).toBe(ownPid);
    const token = formatOwnerToken(owner);
    expect(parseOwnerToken(token)).toEqual(owner);
    expect(await judgeOwner(token, owner, realProcesses)).toEqual({
      status: 'running',
      token: owner,
    });
    const reused = formatOwnerToken({ ...owner, start: '1' });
    expect(await judgeOwner(reused, owner, realProcesses)).toMatchObject({ status: 'dead' });
    const gone = formatOwnerToken({ ...owner, pid: NOBODY });
    expect(await judgeOwner(gone, owner, realProcesses)).toMatchObject({ status: 'dead' });
  });

  test('is not looked for on another machine, or in another container', async (context) => {
    needs(context, await whyUnidentified());
    const { pidNamespace } = await identifyOwner(realProcesses, asking);
    expect(await status({ pid: ownPid, pidNamespace })).toMatchObject({ state: 'running' });
    const [, boot, , times] = pidNamespace.split(':');
    const anotherMachine = `${'0'.repeat(32)}:00000000-0000-4000-8000-000000000000:4026531836:`;
    const anotherContainer = `:${boot}:1:${times}`;
    for (const elsewhere of [anotherMachine, anotherContainer]) {
      expect(await status({ pid: NOBODY, pidNamespace: elsewhere })).toEqual({ state: 'unknown' });
      const token = formatOwnerToken({ pid: 1, start: '1', nonce: 'a', pidNamespace: elsewhere });
      expect(await judgeOwner(token, { pidNamespace }, realProcesses)).toMatchObject({
        status: 'elsewhere',
      });
    }
  });

  test('is dead after another boot, whoever has its id now', async () => {
    const [before, now] = ['1', '2'].map(
      (boot) => `${'a'.repeat(32)}:${boot.repeat(8)}-0000-4000-8000-000000000000:4026531836:`,
    );
    if (before === undefined || now === undefined) throw new Error('no boots');
    const token = formatOwnerToken({ pid: ownPid, start: '1', nonce: 'a', pidNamespace: before });
    const allRun = { status: () => Promise.resolve({ state: 'running' as const, start: '1' }) };
    for (const inspector of [allRun, unknownProcesses]) {
      expect(await judgeOwner(token, { pidNamespace: now }, inspector)).toMatchObject({
        status: 'dead',
      });
    }
  });

  test.each([
    ['knows nothing of owners', unknownProcesses],
    ['cannot tell', { ...unknownProcesses, self: () => Promise.resolve(undefined) }],
    ['fails', { ...unknownProcesses, self: () => Promise.reject(new Error('no probe')) }],
    [
      'says what nobody could read',
      {
        ...unknownProcesses,
        self: () => Promise.resolve({ pid: 5, start: '1', pidNamespace: 'a.b/c' }),
      },
    ],
  ])('is never dead where the probe %s', async (_, probe) => {
    const owner = await identifyOwner(probe, { ...asking, pid: 5 });
    expect(formatOwnerToken(owner)).toBe('5.unknown.8000000080000000.unknown');
    expect((await identifyOwner(probe, asking)).pid).toBe(ownPid);
    const allGone = { status: () => Promise.resolve({ state: 'exited' as const }) };
    expect(await judgeOwner(formatOwnerToken(owner), { pidNamespace: 'here' }, allGone)).toEqual({
      status: 'unknown',
      token: owner,
    });
  });

  test('is another one for each nonce', () => {
    const nonces = Array.from({ length: 100 }, () => nonceFrom(Math.random));
    expect(new Set(nonces).size).toBe(100);
    expect(nonces.filter((nonce) => !/^[\da-f]{16}$/.test(nonce))).toEqual([]);
  });

  test('is another one in a container, or nobody with foreign ids', async (context) => {
    needs(context, whyNoProc() ?? whyNoContainer());
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-owner-'));
    try {
      const script = await bundleChild('lock-child.ts', folder);
      const asked = (...options: readonly string[]): unknown =>
        JSON.parse(
          execFileSync('unshare', ['--pid', '--fork', ...options, process.execPath, script, '-'], {
            encoding: 'utf8',
          }),
        );
      const { pidNamespace } = await identifyOwner(realProcesses, asking);
      const contained = asked('--mount-proc');
      expect(contained).toMatchObject({ pid: 1, start: expect.stringMatching(/^\d+$/) as unknown });
      expect(contained).not.toMatchObject({ pidNamespace });
      expect(asked()).toBe('unknown');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const stat = (state: string, threads: number) =>
  `4711 (node) ${state} 1 4711 4711 0 -1 4194304 125 0 0 0 0 0 0 0 20 0 ${threads} 0 1170374 39`;

describe('a process that is being killed', () => {
  test('has not ended while one of its threads may still be in a call', () => {
    expect(sightingIn(stat('Z', 2))).toEqual({ state: 'running', start: '1170374' });
    expect(sightingIn(stat('Z', 1))).toEqual({ state: 'exited' });
    expect(sightingIn(stat('Z', 0))).toEqual({ state: 'exited' });
  });
});
