import { promises } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realProcesses } from '../../../src/fs/processes.ts';
import { formatOwnerToken, identifyOwner, judgeOwner } from '../../../src/lock/owner.ts';
import { becomeOrdinaryUser } from '../support/ordinary-user.ts';
import { posixError } from '../support/posix-error.ts';
import { needs, whyNoProc } from '../support/required-here.ts';

const programs = vi.hoisted((): { output: (line: string) => string | undefined } => ({
  output: () => undefined,
}));

vi.mock('node:child_process', () => ({
  execFile(
    file: string,
    args: readonly string[],
    _: object,
    done: (error: Error | null, stdout: string) => void,
  ) {
    const output = programs.output([file, ...args].join(' '));
    done(output === undefined ? new Error('ENOENT') : null, output ?? '');
  },
}));

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

const look = (pid: number, pidNamespace?: string, start?: string) =>
  realProcesses.status({ pid, pidNamespace, start });
const absent = () => Promise.reject(posixError('ENOENT', 'open'));

afterEach(() => {
  vi.restoreAllMocks();
});

const START = 'Tue Dec  1 09:05:07 2026';
const BOOT = '4F3C2B1A-0D9E-4C8B-8A7F-112233445566';
const PLATFORM = `    "IOPlatformUUID" = "A1B2C3D4-0000-4000-8000-000000000001"\n`;

/** A Mac: no `/proc`, and programs that say what is given, or are not there. */
function mac({
  ps,
  sysctl = `${BOOT}\n`,
  ioreg = PLATFORM,
}: Partial<Record<string, string>>): void {
  proc({}, true);
  const outputs = new Map([
    [`/bin/ps -o stat= -o lstart= -p ${ownPid}`, ps],
    ['/usr/sbin/sysctl -n kern.bootsessionuuid', sysctl],
    ['/usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice', ioreg],
  ]);
  programs.output = (line) => outputs.get(line);
}

describe('where there is no /proc', () => {
  test('a process runs since what ps says, as Claude Code records it', async () => {
    mac({ ps: `Ss+  ${START}    \n` });
    expect(await look(ownPid)).toEqual({ state: 'running', start: START });
    expect(await look(ownPid, 'darwin')).toEqual({ state: 'running', start: START });
  });

  test('one that only its parent has not seen to end has ended', async () => {
    mac({ ps: `Z    ${START}\n` });
    expect(await look(ownPid)).toEqual({ state: 'exited' });
  });

  test('and no ps, a process of this user is running, but nobody knows since when', async () => {
    mac({});
    expect(await look(ownPid)).toEqual({ state: 'running', start: undefined });
  });

  test('so is one of another user', async () => {
    mac({});
    expect(await look(1)).toEqual({ state: 'running', start: undefined });
  });

  test('one that is not there has ended', async () => {
    mac({});
    expect(await look(NOBODY)).toEqual({ state: 'exited' });
  });

  test('of a number that is none nothing is known', async () => {
    mac({});
    expect(await look(2 ** 40)).toEqual({ state: 'unknown' });
  });

  test('one of a Linux in a virtual machine is unknown', async () => {
    mac({ ps: `S ${START}\n` });
    expect(await look(ownPid, 'linux:some:pid:[1]')).toEqual({ state: 'unknown' });
    expect(await look(ownPid, undefined, '1170374')).toEqual({ state: 'unknown' });
    expect(await look(NOBODY, undefined, '1170374')).toEqual({ state: 'unknown' });
  });

  test('this process is recorded with its start, its boot and its machine', async () => {
    mac({ ps: `S ${START}\n` });
    const self = await realProcesses.self?.();
    expect(self).toMatchObject({ pid: ownPid, start: START });
    expect(self?.pidNamespace).toMatch(/^[\da-f]{32}:4f3c2b1a-0d9e-4c8b-8a7f-112233445566:\d+:$/);
    expect(self?.pidNamespace).not.toMatch(/a1b2c3d4/i);
    expect(await look(ownPid, self?.pidNamespace)).toMatchObject({ start: START });
  });

  test('it has ended after another boot, on the same machine', async () => {
    mac({ ps: `S ${START}\n` });
    const self = await realProcesses.self?.();
    const sysctl = BOOT.replaceAll('1', '2');
    mac({ ps: `S ${START}\n`, sysctl });
    expect(await look(ownPid, self?.pidNamespace)).toEqual({ state: 'exited' });
    mac({ ps: `S ${START}\n`, sysctl, ioreg: '' });
    expect(await look(ownPid, self?.pidNamespace)).toEqual({ state: 'unknown' });
  });

  test.each([
    ['ps', { sysctl: BOOT }],
    ['sysctl', { ps: `S ${START}\n`, sysctl: '' }],
  ])('and no %s, this process cannot be recorded', async (_, given) => {
    mac(given);
    expect(await realProcesses.self?.()).toBeUndefined();
  });

  test('a lock is held by the process with its start, and free once that has changed', async () => {
    mac({ ps: `S ${START}\n` });
    const owner = await identifyOwner(realProcesses, { pid: undefined, random: () => 0.5 });
    const token = formatOwnerToken(owner);
    expect(token).toMatch(/^\d+\.Tue-Dec-1-09-05-07-2026\.8000000080000000\./);
    expect(await judgeOwner(token, owner, realProcesses)).toMatchObject({ status: 'running' });
    mac({ ps: `S ${START.replace('07', '08')}\n` });
    expect(await judgeOwner(token, owner, realProcesses)).toMatchObject({ status: 'dead' });
  });
});

const INITIAL = 'pid:[4026531836]';
const CONTAINER = 'pid:[4026532178]';

/** A machine at some boot; this process is in its initial namespace. */
const machine = {
  '/etc/machine-id': `${'a1'.repeat(16)}\n`,
  '/proc/sys/kernel/hostname': 'workstation\n',
  '/proc/sys/kernel/random/boot_id': '11111111-1111-4111-8111-111111111111\n',
  '/proc/self/ns/pid': INITIAL,
};

const ownStart = async () => (await realProcesses.self?.())?.start;

async function pidNamespaceOn(instead: Parameters<typeof proc>[0]): Promise<string> {
  proc(instead);
  const told = await realProcesses.self?.();
  vi.restoreAllMocks();
  if (told === undefined) throw new Error('this process cannot be recorded');
  return told.pidNamespace;
}

describe('this process is recorded', () => {
  beforeEach((context) => {
    needs(context, whyNoProc());
  });

  test('with its machine, its boot and its namespaces', async () => {
    const told = await realProcesses.self?.();

    expect(told).toMatchObject({ pid: ownPid });
    expect(told?.pidNamespace).toMatch(/^(?:[\da-f]{32})?:[\da-f-]{36}:\d+:\d*$/);
    expect(await look(ownPid, told?.pidNamespace)).toMatchObject({ start: told?.start });
  });

  test('without a namespace of times, where the kernel has none', async () => {
    expect(await pidNamespaceOn({ '/proc/self/ns/time': undefined })).toMatch(
      /:[\da-f-]{36}:\d+:$/,
    );
  });

  test('with a machine that does not give its id away', async () => {
    const one = await pidNamespaceOn(machine);
    expect(one).toMatch(/^[\da-f]{32}:11111111-/);
    expect(one).not.toContain('a1a1');
    expect(await pidNamespaceOn(machine)).toBe(one);
  });

  test.each([
    ['no machine id', { '/etc/machine-id': undefined }],
    ['an empty machine id', { '/etc/machine-id': '' }],
    ['a machine id that is not set yet', { '/etc/machine-id': 'uninitialized\n' }],
    ['no name', { '/proc/sys/kernel/hostname': undefined }],
  ])('without a machine that has %s', async (_, instead) => {
    expect(await pidNamespaceOn({ ...machine, ...instead })).toMatch(/^:11111111-/);
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

describe('a process recorded before another boot', () => {
  beforeEach((context) => {
    needs(context, whyNoProc());
  });

  const later = {
    ...machine,
    '/proc/sys/kernel/random/boot_id': '22222222-2222-4222-8222-222222222222\n',
  };

  test.each([
    ['has ended', later, 'exited'],
    [
      'is unknown to a clone: same id, another name',
      { ...later, '/proc/sys/kernel/hostname': 'clone\n' },
      'unknown',
    ],
    [
      'is unknown to a machine of another id',
      { ...later, '/etc/machine-id': `${'b2'.repeat(16)}\n` },
      'unknown',
    ],
    ['is unknown inside a container', { ...later, '/proc/self/ns/pid': CONTAINER }, 'unknown'],
  ] as const)('%s', async (_, now, state) => {
    const pidNamespace = await pidNamespaceOn(machine);
    proc(now);
    // Its id belongs to another process now.
    expect(await look(ownPid, pidNamespace)).toEqual({ state });
  });

  test('is looked for if only the name of the machine has changed', async () => {
    const pidNamespace = await pidNamespaceOn(machine);
    proc({ ...machine, '/proc/sys/kernel/hostname': 'renamed\n' });
    expect(await look(ownPid, pidNamespace)).toMatchObject({ state: 'running' });
    expect(await look(NOBODY, pidNamespace)).toEqual({ state: 'exited' });
  });
});

// As Claude Code 2.1.197 does.
describe('a process recorded without its namespace', () => {
  beforeEach((context) => {
    needs(context, whyNoProc());
  });

  const host = { '/proc/self/ns/pid': INITIAL };
  const container = { '/proc/self/ns/pid': CONTAINER };

  test.each([
    ['on the machine', host],
    ['in a container', container],
  ])('runs if it is there since then, %s', async (_, instead) => {
    const since = await ownStart();
    proc(instead);
    expect(await look(ownPid, undefined, since)).toEqual({ state: 'running', start: since });
    expect(await look(ownPid)).toEqual({ state: 'running', start: since });
  });

  test('has ended on the machine if it is not there', async () => {
    const since = await ownStart();
    proc(host);
    expect(await look(NOBODY, undefined, '1')).toEqual({ state: 'exited' });
    expect(await look(NOBODY)).toEqual({ state: 'exited' });
    // Another process has its id.
    expect(await look(ownPid, undefined, '1')).toEqual({ state: 'running', start: since });
  });

  test('is unknown inside a container', async () => {
    proc(container);
    expect(await look(NOBODY, undefined, '1')).toEqual({ state: 'unknown' });
    expect(await look(NOBODY)).toEqual({ state: 'unknown' });
    expect(await look(ownPid, undefined, '1')).toEqual({ state: 'unknown' });
  });

  test.each([
    ['in a container', ''],
    ['in a container of a container', '\t7'],
  ])('is unknown if it runs %s', async (_, between) => {
    const since = await ownStart();
    const status = `Name:\tclaude\nNSpid:\t${ownPid}${between}\t${NOBODY}\nNSpgid:\t1\n`;
    proc({ ...host, [`/proc/${ownPid}/status`]: status });
    expect(await look(NOBODY, undefined, since)).toEqual({ state: 'unknown' });
    expect(await look(NOBODY)).toEqual({ state: 'unknown' });
    // Another process has its id there.
    expect(await look(NOBODY, undefined, '1')).toEqual({ state: 'exited' });
    expect(await look(NOBODY - 1, undefined, since)).toEqual({ state: 'exited' });
  });
});
