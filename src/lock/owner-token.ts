/** Who has made something, so that anybody can find out later whether that process still runs. */
export interface OwnerToken {
  readonly pid: number;
  /** When the process started, as a process inspector says it; `unknown` if it did not. */
  readonly start: string;
  /** Tells this token apart from all others of the same process. */
  readonly nonce: string;
  /** The machine, the boot and the namespaces in which `pid` is meant; `unknown` if the inspector did not say. */
  readonly pidNamespace: string;
}

/** For a start or a pidNamespace that is not known: such an owner is never taken for dead. */
export const UNKNOWN = 'unknown';

const TOKEN =
  /^(?<pid>[1-9]\d{0,9})\.(?<start>\d{1,20}|unknown)\.(?<nonce>[\da-z]{1,64})\.(?<pidNamespace>[\w:-]{1,128})$/;

export function formatOwnerToken({ pid, start, nonce, pidNamespace }: OwnerToken): string {
  return `${pid}.${start}.${nonce}.${pidNamespace}`;
}

/** Reads what stands on disk, which may be anything; `undefined` unless it is exactly a token. */
export function parseOwnerToken(text: string): OwnerToken | undefined {
  const groups = TOKEN.exec(text)?.groups;
  const { pid, start, nonce, pidNamespace } = groups ?? {};
  // All or none: said once more for the compiler.
  if (
    pid === undefined ||
    start === undefined ||
    nonce === undefined ||
    pidNamespace === undefined
  ) {
    return undefined;
  }
  return { pid: Number(pid), start, nonce, pidNamespace };
}

/** 64 random bits, from a source of numbers from 0 to below 1. */
export function nonceFrom(random: () => number): string {
  const half = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}
