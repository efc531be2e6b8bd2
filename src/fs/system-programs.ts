/*
 * What tells processes, boots and machines apart where there is no `/proc`, as on macOS. Each program is run by its
 * absolute path, without a shell and with an environment of two variables.
 */

/** A process as the system shows it; `start` as Claude Code records it there. */
export type SeenProcess =
  | { readonly state: 'exited' }
  | { readonly state: 'running'; readonly start: string };

/**
 * What `ps` says about a process; `undefined` if it says nothing. `start` is as Claude Code records it on macOS: the
 * output of `LC_ALL=C TZ=UTC ps -o lstart=` without blanks around it (read in the packages of 2.1.197 and 2.1.332).
 */
export async function sightingByPs(pid: number): Promise<SeenProcess | undefined> {
  const row = await outputOf('/bin/ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]);
  const [, state, start] = /^(\S+)\s+(\S.*)$/.exec(row) ?? [];
  if (state === undefined || start === undefined) return undefined;
  // With an l, which only Linux writes, other threads of it may still be in a call.
  return /^Z(?!.*l)/.test(state) ? { state: 'exited' } : { state: 'running', start };
}

/** An id that no other boot has, of any machine; empty if the system does not say. */
export async function bootSession(): Promise<string> {
  // Not kern.boottime: that moves with the clock.
  const id = await outputOf('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
  return id.toLowerCase();
}

/** The id of the machine; empty if the system does not say. The name of a Mac changes with its network. */
export async function hardwareId(): Promise<string> {
  const device = await outputOf('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']);
  return /"IOPlatformUUID" = "([\dA-F-]{36})"/.exec(device)?.[1] ?? '';
}

const TIMEOUT_MS = 10_000;

async function outputOf(file: string, args: readonly string[]): Promise<string> {
  // Only where it is needed, so that elsewhere nothing that starts programs is loaded.
  const { execFile } = await import('node:child_process');
  const options = { env: { LC_ALL: 'C', TZ: 'UTC' }, timeout: TIMEOUT_MS };
  return await new Promise((resolve) => {
    execFile(file, args, options, (error, stdout) => {
      resolve(error === null ? stdout.trim() : '');
    });
  });
}
