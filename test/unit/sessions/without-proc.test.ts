import { promises } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { realProcesses } from '../../../src/fs/processes.ts';
import { becomeOrdinaryUser } from '../support/ordinary-user.ts';
import { needs, whyNoProc } from '../support/required-here.ts';

becomeOrdinaryUser();

// More than any system gives to a process.
const NOBODY = 2 ** 30;

/** What is there instead of the files of `/proc`; each that is not named here is as it is. */
function proc(instead: Readonly<Record<string, string | undefined>>, isMissing = false): void {
  const { readFile, readlink } = promises;
  const told = (path: unknown, real: (path: string) => Promise<string>) => {
    if (typeof path !== 'string') throw new Error('no path');
    if (!(path in instead)) return isMissing ? absent() : real(path);
    const text = instead[path];
    return text === undefined ? absent() : Promise.resolve(text);
  };
  vi.spyOn(promises, 'readFile').mockImplementation((path) =>
    told(path, (name) => readFile(name, 'utf8')),
  );
  vi.spyOn(promises, 'readlink').mockImplementation((path) =>
    told(path, (name) => readlink(name, 'utf8')),
  );
}

const look = (pid: number, pidNamespace?: string) => realProcesses.status({ pid, pidNamespace });
const absent = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' }));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('where there is no /proc', () => {
  test('a process of this user is running, but nobody knows since when', async () => {
    proc({}, true);
    expect(await look(ownPid)).toEqual({ state: 'running', start: undefined });
  });

  test('so is one of another user', async () => {
    proc({}, true);
    expect(await look(1)).toEqual({ state: 'running', start: undefined });
  });

  test('one that is not there has ended', async () => {
    proc({}, true);
    expect(await look(NOBODY)).toEqual({ state: 'exited' });
  });

  test('of a number that is none nothing is known', async () => {
    proc({}, true);
    expect(await look(2 ** 40)).toEqual({ state: 'unknown' });
  });

  test('a session that was recorded with its pidNamespace is taken for one of this machine', async () => {
    proc({}, true);
    expect(await look(ownPid, 'linux:some:pid:[1]')).toMatchObject({ state: 'running' });
  });

  test('this process cannot be recorded so that others could tell later whether it runs', async () => {
    proc({}, true);
    expect(await realProcesses.self?.()).toBeUndefined();
  });
});

describe('this process is recorded', () => {
  test('with its boot and its namespaces', async (context) => {
    needs(context, whyNoProc());
    const told = await realProcesses.self?.();

    expect(told).toMatchObject({ pid: ownPid });
    expect(told?.pidNamespace).toMatch(/^[\da-f-]{36}:\d+:\d*$/);
    const pidNamespace = told?.pidNamespace;
    expect(await realProcesses.status({ pid: ownPid, pidNamespace })).toMatchObject({ start: told?.start });
  });

  test('without a namespace of times, where the kernel has none', async (context) => {
    needs(context, whyNoProc());
    proc({ '/proc/self/ns/time': undefined });

    expect((await realProcesses.self?.())?.pidNamespace).toMatch(/^[\da-f-]{36}:\d+:$/);
  });

  test.each([
    ['of which the boot is not known', { '/proc/sys/kernel/random/boot_id': undefined }],
    ['of which the namespace is not known', { '/proc/self/ns/pid': undefined }],
    ['that has another number in an outer namespace', { '/proc/self/status': 'NSpid:\t70\t7\n' }],
  ])('not where it is one %s', async (_, instead) => {
    proc(instead);

    expect(await realProcesses.self?.()).toBeUndefined();
  });

  test('no more than one that has ended', async () => {
    expect(await realProcesses.self?.(NOBODY)).toBeUndefined();
  });
});
