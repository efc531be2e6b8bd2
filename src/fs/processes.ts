import { promises } from 'node:fs';
import { kill } from 'node:process';
import { errnoOf } from './port.ts';

/** A process as somebody has recorded it. */
export interface RecordedProcess {
  readonly pid: number;
  /** The machine and the process namespace in which `pid` is meant; `undefined` for the own ones. */
  readonly domain: string | undefined;
}

/** How it stands with a process: `unknown` where that cannot be found out from here. */
export type ProcessSighting =
  | { readonly state: 'gone' | 'unknown' }
  | {
      readonly state: 'running';
      /** When it started, as `procStart` of a session record says it; `undefined` where nobody tells. */
      readonly start: string | undefined;
    };

/** What a call asks about the processes of a machine. */
export interface ProcessProbe {
  look(process: RecordedProcess): Promise<ProcessSighting>;
}

/** For files that need not be those of this machine. */
export const unknownProcesses: ProcessProbe = {
  look: () => Promise.resolve({ state: 'unknown' }),
};

/** The processes of this machine, as far as this process sees them. */
export const realProcesses: ProcessProbe = {
  async look({ pid, domain }) {
    if (domain !== undefined && domain !== ((await ownDomain()) ?? domain)) {
      return { state: 'unknown' };
    }
    const stat = await promises.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return sightingIn(stat) ?? lookBySignal(pid);
  },
};

/** What `/proc/<pid>/stat` says; `undefined` if that is nothing known. */
export function sightingIn(stat: string): ProcessSighting | undefined {
  // The second field is the name of the program in parentheses, and may hold any of these itself.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The 22nd of all fields; `state` is the third.
  const start = fields[18];
  if (state === undefined || start === undefined) return undefined;
  // A zombie, or what is left of it: it has ended, and only its parent has not looked yet.
  return /^[ZXx]/.test(state) ? { state: 'gone' } : { state: 'running', start };
}

/** For systems without `/proc`, and for what it hides from this user. */
function lookBySignal(pid: number): ProcessSighting {
  try {
    kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return { state: 'gone' };
    if (errnoOf(error) !== 'EPERM') return { state: 'unknown' };
  }
  return { state: 'running', start: undefined };
}

/** The `pidDomain` that Claude Code 2.1.329 records here on Linux. */
async function ownDomain(): Promise<string | undefined> {
  const namespace = await promises.readlink('/proc/self/ns/pid').catch(() => undefined);
  if (namespace === undefined) return undefined;
  const machine = await promises.readFile('/etc/machine-id', 'utf8').catch(() => '');
  return `linux:${machine.trim()}:${namespace}`;
}
