import { promises } from 'node:fs';
import { geteuid, kill, pid as ownPid } from 'node:process';
import { errnoOf } from './port.ts';

/** A process as somebody has recorded it. */
export interface RecordedProcess {
  readonly pid: number;
  /** The machine and the process namespace in which `pid` is meant; `undefined` for the own ones. */
  readonly pidNamespace: string | undefined;
}

/** How it stands with a process: `unknown` where that cannot be found out from here. */
export type ProcessStatus =
  | { readonly state: 'exited' | 'unknown' }
  | {
      readonly state: 'running';
      /** When it started, as `procStart` of a session record says it; `undefined` where nobody tells. */
      readonly start: string | undefined;
    };

/** What a call asks about the processes of a machine. */
export interface ProcessInspector {
  status(process: RecordedProcess): Promise<ProcessStatus>;
  /**
   * How the own process (or the one with the given id) is to be recorded, so that others can tell later
   * whether it still runs: `start` as `look` says it, and as `pidNamespace` one that `look` understands, of
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
  async status({ pid, pidNamespace }) {
    if (pidNamespace !== undefined && !(await isHere(pidNamespace))) return { state: 'unknown' };
    return sightingIn(await statOf(pid)) ?? lookBySignal(pid);
  },
  async self(pid = ownPid) {
    const pidNamespace = await ownBootDomain();
    const seen = sightingIn(await statOf(pid));
    if (pidNamespace === undefined || seen?.state !== 'running') return undefined;
    return { pid, start: seen.start, pidNamespace };
  },
};

/** What `/proc/<pid>/stat` says; `undefined` if that is nothing known. */
export function sightingIn(
  stat: string,
):
  | { readonly state: 'exited' }
  | { readonly state: 'running'; readonly start: string }
  | undefined {
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

function statOf(pid: number): Promise<string> {
  return promises.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
}

/** For systems without `/proc`, and for what it hides from this user. */
function lookBySignal(pid: number): ProcessStatus {
  try {
    kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return { state: 'exited' };
    if (errnoOf(error) !== 'EPERM') return { state: 'unknown' };
  }
  return { state: 'running', start: undefined };
}

/** What {@link ownBootDomain} gives, here or elsewhere; Claude Code's begin with the name of the system. */
const BOOT_DOMAIN = /^[\da-f-]{36}:\d+:\d*$/;

async function isHere(pidNamespace: string): Promise<boolean> {
  // Whoever asks about these goes on to take things from the dead: what cannot be told is elsewhere.
  if (BOOT_DOMAIN.test(pidNamespace)) return pidNamespace === (await ownBootDomain());
  return pidNamespace === ((await ownDomain()) ?? pidNamespace);
}

/** The `pidDomain` that Claude Code 2.1.329 records here on Linux. */
async function ownDomain(): Promise<string | undefined> {
  const namespace = await promises.readlink('/proc/self/ns/pid').catch(() => undefined);
  if (namespace === undefined) return undefined;
  const machine = await promises.readFile('/etc/machine-id', 'utf8').catch(() => '');
  return `linux:${machine.trim()}:${namespace}`;
}

/**
 * The boot and the namespaces within which a process id together with a start time means one process, ever.
 *
 * Another boot is another pidNamespace, even on the same machine: over a network a disk is seen by machines that
 * all have the same number for their first namespace, and nothing tells a boot that is over from theirs.
 */
async function ownBootDomain(): Promise<string | undefined> {
  const [boot, pids, times, status] = await Promise.all([
    promises.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    promises.readlink('/proc/self/ns/pid').catch(() => ''),
    // Start times are shifted for a namespace of this kind; older kernels have none.
    promises.readlink('/proc/self/ns/time').catch(() => ''),
    promises.readFile('/proc/self/status', 'utf8').catch(() => ''),
  ]);
  // Two ids: this `/proc` is that of an outer namespace, and shows other processes under the ids of ours.
  if (!/^NSpid:\t\d+$/m.test(status)) return undefined;
  const pidNamespace = `${boot.trim()}:${inodeIn(pids)}:${inodeIn(times)}`;
  return BOOT_DOMAIN.test(pidNamespace) ? pidNamespace : undefined;
}

/** The number of a namespace, which its link says as `pid:[4026531836]`. */
function inodeIn(namespace: string): string {
  return /\[(\d+)\]$/.exec(namespace)?.[1] ?? '';
}

/** The user this process acts as; `undefined` on systems without such numbers. */
export function effectiveUid(): number | undefined {
  return geteuid?.();
}
