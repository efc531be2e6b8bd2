import { createHmac } from 'node:crypto';
import { promises } from 'node:fs';
import { hostname } from 'node:os';
import process, { kill, pid as ownPid, platform } from 'node:process';
import {
  comparePidNamespaces,
  formatPidNamespace,
  INITIAL_PID_NAMESPACE,
  isPidNamespace,
  type PidNamespaceRelation,
} from './pid-namespace.ts';
import { bootSession, hardwareId, type SeenProcess, sightingByPs } from './system-programs.ts';
import { errnoOf } from '../core/result.ts';

/** A process as somebody has recorded it. */
export interface RecordedProcess {
  readonly pid: number;
  /**
   * The machine and the process namespace in which `pid` is meant; `undefined` if that was not recorded, as
   * by Claude Code 2.1.197.
   */
  readonly pidNamespace: string | undefined;
  /** When the process started; `undefined` if that was not recorded. */
  readonly start: string | undefined;
}

/** Whether a process runs; `unknown` if that cannot be found out from here. */
export type ProcessStatus =
  | { readonly state: 'exited' | 'unknown' }
  | {
      readonly state: 'running';
      /** When it started, as `procStart` of a session record says it; `undefined` if the system does not say. */
      readonly start: string | undefined;
    };

/** What a call asks about the processes of a machine. */
export interface ProcessInspector {
  status(process: RecordedProcess): Promise<ProcessStatus>;
  /**
   * How the own process (or the one with the given id) is to be recorded, so that others can tell later
   * whether it still runs: `start` as `status` says it, and as `pidNamespace` one that `status` understands, of
   * letters, digits, `:`, `_` and `-`. Without it, nobody ever takes the process for dead.
   */
  self?(
    pid?: number,
  ): Promise<
    { readonly pid: number; readonly start: string; readonly pidNamespace: string } | undefined
  >;
}

/** For files that need not be those of this machine. */
export const unknownProcesses: ProcessInspector = {
  status: () => Promise.resolve({ state: 'unknown' }),
};

/** The processes of this machine, as far as this process sees them. */
export const realProcesses: ProcessInspector = {
  async status(recorded) {
    const { pid, pidNamespace, start } = recorded;
    if (pidNamespace === undefined) return statusAnywhere(recorded);
    const relation = await relationTo(pidNamespace);
    if (relation === 'same') return statusHere(pid);
    if (relation === 'earlier-boot') return { state: 'exited' };
    // A machine may have been given another id: where both numbers agree, Claude Code goes by them (2.1.197, 2.1.332).
    const seen = isPidNamespace(pidNamespace) ? undefined : await statusHere(pid);
    return seen?.state === 'running' && seen.start === start ? seen : { state: 'unknown' };
  },
  async self(pid = ownPid) {
    const pidNamespace = await ownPidNamespace();
    const seen = await statusHere(pid);
    if (pidNamespace === undefined || seen.state !== 'running') return undefined;
    return seen.start === undefined ? undefined : { pid, start: seen.start, pidNamespace };
  },
};

async function statusHere(pid: number): Promise<ProcessStatus> {
  const seen = sightingIn(await textAt(`/proc/${pid}/stat`));
  if (seen !== undefined) return seen;
  const signalled = statusBySignal(pid);
  if (signalled.state !== 'running' || (await hasProc())) return signalled;
  // It may have ended since.
  return (await sightingByPs(pid)) ?? statusBySignal(pid);
}

async function hasProc(): Promise<boolean> {
  return (await textAt('/proc/self/stat')) !== '';
}

/** For a record that does not say where its `pid` is meant: its process may run in another container. */
async function statusAnywhere({ pid, start }: RecordedProcess): Promise<ProcessStatus> {
  const seen = await statusHere(pid);
  if (seen.state === 'unknown') return seen;
  // Nothing tells this process from the recorded one.
  if (seen.state === 'running' && (start ?? seen.start) === (seen.start ?? start)) return seen;
  return (await mayBeInContainer(pid, start)) ? { state: 'unknown' } : seen;
}

/** What `/proc/<pid>/stat` says; `undefined` if that is nothing known. */
export function sightingIn(stat: string): SeenProcess | undefined {
  // The second field is the name of the program in parentheses, and may hold any of these itself.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The 20th and the 22nd of all fields; `state` is the third.
  const threads = fields[16];
  const start = fields[18];
  if (state === undefined || threads === undefined || start === undefined) return undefined;
  // A zombie, or what is left of it: it has ended, and only its parent has not looked yet. But where only
  // its first thread has ended, as happens while it is being killed, the others may still be in a call.
  const hasEnded = /^[ZXx]/.test(state) && Number(threads) <= 1;
  return hasEnded ? { state: 'exited' } : { state: 'running', start };
}

/** For systems without `/proc` and `ps`, and for what they hide from this user. */
function statusBySignal(pid: number): ProcessStatus {
  try {
    kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return { state: 'exited' };
    if (errnoOf(error) !== 'EPERM') return { state: 'unknown' };
  }
  return { state: 'running', start: undefined };
}

/** Whether a process outside this container, or in another one, may have the given `pid` there. */
async function mayBeInContainer(pid: number, start: string | undefined): Promise<boolean> {
  const namespace = inodeIn(await linkAt('/proc/self/ns/pid'));
  // Systems without process namespaces. But a container in a virtual machine of Linux may share the home: it records ticks.
  if (namespace === '') return /^\d+$/.test(start ?? '');
  // From inside a container neither the host nor other containers can be seen.
  if (namespace !== INITIAL_PID_NAMESPACE) return true;
  // The initial namespace shows the processes of all containers, under numbers of its own.
  for (const name of await promises.readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    // The last of its numbers is the one that the process itself knows.
    const inner = /^NSpid:\t\d+.*\t(\d+)$/m.exec(await textAt(`/proc/${name}/status`))?.[1];
    if (inner !== String(pid)) continue;
    const seen = sightingIn(await textAt(`/proc/${name}/stat`));
    if (seen?.state === 'running' && (start ?? seen.start) === seen.start) return true;
  }
  return false;
}

async function relationTo(pidNamespace: string): Promise<PidNamespaceRelation> {
  if (isPidNamespace(pidNamespace)) {
    const own = await ownPidNamespace();
    // Whoever asks about these goes on to take things from the dead: what cannot be told is elsewhere.
    return own === undefined ? 'elsewhere' : comparePidNamespaces(pidNamespace, own);
  }
  return pidNamespace === (await ownPidDomain()) ? 'same' : 'elsewhere';
}

/** The `pidDomain` that Claude Code records here: seen on 2.1.329 on Linux, read in the packages of 2.1.332 for others. */
async function ownPidDomain(): Promise<string> {
  const namespace = await linkAt('/proc/self/ns/pid');
  if (namespace === '')
    return platform === 'win32' ? `win32:${hostname().toLowerCase()}` : 'darwin';
  return `linux:${(await textAt('/etc/machine-id')).trim()}:${namespace}`;
}

/** The machine, the boot and the namespaces within which a process id and a start time mean one process, ever. */
async function ownPidNamespace(): Promise<string | undefined> {
  if (!(await hasProc())) {
    const [id, session] = [await hardwareId(), await bootSession()];
    const machine = id === '' ? '' : hashOf(id);
    return formatPidNamespace({ machine, boot: session, pids: INITIAL_PID_NAMESPACE, times: '' });
  }
  const [machine, boot, pids, times, status] = await Promise.all([
    machineIdentity(),
    textAt('/proc/sys/kernel/random/boot_id'),
    linkAt('/proc/self/ns/pid'),
    // Older kernels have none.
    linkAt('/proc/self/ns/time'),
    textAt('/proc/self/status'),
  ]);
  // Two ids: this `/proc` is that of an outer namespace, and shows other processes under the ids of ours.
  if (!/^NSpid:\t\d+$/m.test(status)) return undefined;
  return formatPidNamespace({
    machine,
    boot: boot.trim(),
    pids: inodeIn(pids),
    times: inodeIn(times),
  });
}

/**
 * Tells this machine from others that use the same disk over a network; empty if that is not possible.
 *
 * Machines cloned from one image may share their id, but have names of their own.
 */
async function machineIdentity(): Promise<string> {
  const [id, name] = await Promise.all([
    textAt('/etc/machine-id'),
    textAt('/proc/sys/kernel/hostname'),
  ]);
  // It says `uninitialized` in an image that has not been booted yet.
  if (!/^[\da-f]{32}\n?$/.test(id) || name === '') return '';
  return hashOf(`${id.trim()}\n${name.trim()}`);
}

/** Hashes the identity of a machine, because machine-id(5) asks not to write the id where others may read it. */
function hashOf(id: string): string {
  return createHmac('sha256', 'claude-shared-state').update(id).digest('hex').slice(0, 32);
}

/** The number of a namespace, which its link says as `pid:[4026531836]`. */
function inodeIn(namespace: string): string {
  return /\[(\d+)\]$/.exec(namespace)?.[1] ?? '';
}

/** The user this process acts as; `undefined` on systems without such numbers. */
export function effectiveUid(): number | undefined {
  // By its object: as an export of the module it is missing on Windows, where an import of it fails.
  return process.geteuid?.();
}

/** What a file says; nothing if it cannot be read. */
function textAt(path: string): Promise<string> {
  return promises.readFile(path, 'utf8').catch(() => '');
}

/** What a link says; nothing if it cannot be read. */
function linkAt(path: string): Promise<string> {
  return promises.readlink(path).catch(() => '');
}
