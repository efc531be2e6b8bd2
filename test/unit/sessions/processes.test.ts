import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { pid } from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { realProcesses, sightingIn } from '../../../src/fs/processes.ts';
import { inWords } from '../support/in-words.ts';
import { needs, whyNoProc } from '../support/required-here.ts';

const after = '0 -1 4194304 125 0 0 0 0 0 0 0 20 0 1 0 1170374 3932160';

describe('/proc/<pid>/stat', () => {
  test.each(inWords(['sleep', 'a b', ') R 1 2', '((', 'x) Z 1 (y', 'a\nb']))(
    'is understood where the program is called %s',
    (_, name) => {
      const stat = `4711 (${name}) S 1 4711 4711 ${after}\n`;
      expect(sightingIn(stat)).toEqual({ state: 'running', start: '1170374' });
    },
  );

  test.each(['Z', 'X'])('tells a process in state %s, which has ended', (state) => {
    expect(sightingIn(`4711 (sleep) ${state} 1 4711 4711 ${after}`)).toEqual({ state: 'exited' });
  });

  test.each(inWords(['', '4711', '4711 (sleep) S 1 2 3']))(
    'is not believed where it says %s',
    (_, stat) => {
      expect(sightingIn(stat)).toBeUndefined();
    },
  );
});

/** Looks at a process of this machine, or of where it is said to be. */
const look = async (pid: number, pidNamespace?: string) =>
  await realProcesses.status({
    pid,
    pidNamespace: pidNamespace ?? (await realProcesses.self?.())?.pidNamespace,
    start: undefined,
  });

describe('the processes of this machine', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function sleeping(...command: readonly string[]): { child: ChildProcess; pid: number } {
    const child = spawn('sh', ['-c', ...command], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    if (child.pid === undefined) throw new Error('sh did not start');
    return { child, pid: child.pid };
  }

  test('run since what the system says', async (context) => {
    needs(context, whyNoProc());
    const { pid } = sleeping('exec sleep 60');
    expect(await look(pid)).toEqual(sightingIn(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    expect(await look(pid)).toMatchObject({ state: 'running' });
  });

  test('run on a machine that was renamed, if they started when it is recorded', async (context) => {
    needs(context, whyNoProc());
    const { pid } = sleeping('exec sleep 60');
    const seen = sightingIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const start = seen?.state === 'running' ? seen.start : undefined;
    const pidNamespace = 'linux:another:pid:[1]';
    expect(await realProcesses.status({ pid, pidNamespace, start })).toEqual(seen);
    for (const other of ['1', undefined]) {
      const status = await realProcesses.status({ pid, pidNamespace, start: other });
      expect(status).toEqual({ state: 'unknown' });
    }
  });

  test('are gone once they have ended', async () => {
    const { child, pid } = sleeping('exec sleep 60');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await look(pid)).toEqual({ state: 'exited' });
  });

  test('are gone as zombies, too', async (context) => {
    needs(context, whyNoProc());
    // The sleep in the background has the shell for a parent, which becomes one that waits for nobody.
    const { child } = sleeping('sleep 0.1 & echo $!; exec sleep 60');
    const zombie = Number(await nextOutput(child));
    await expect.poll(() => readFileSync(`/proc/${zombie}/stat`, 'utf8')).toContain(') Z ');
    expect(await look(zombie)).toEqual({ state: 'exited' });
  });

  test('are gone where there never was one', async () => {
    expect(await look(2 ** 31 - 1)).toEqual({ state: 'exited' });
  });

  test('are unknown if meant on another machine or in a container', async () => {
    expect(await look(pid, 'linux:another:pid:[1]')).toEqual({ state: 'unknown' });
  });

  test('are known where they are meant here', async (context) => {
    needs(context, whyNoProc() ?? whyNoMachineId());
    const machine = readFileSync('/etc/machine-id', 'utf8').trim();
    const here = `linux:${machine}:${readlinkSync('/proc/self/ns/pid')}`;
    expect(await look(pid, here)).toMatchObject({ state: 'running' });
  });
});

function whyNoMachineId(): string | undefined {
  return existsSync('/etc/machine-id') ? undefined : 'this machine has no /etc/machine-id';
}

async function nextOutput({ stdout }: ChildProcess): Promise<string> {
  return await new Promise((resolve) => {
    stdout?.once('data', (chunk: unknown) => resolve(String(chunk)));
  });
}
