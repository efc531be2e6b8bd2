import { constants } from 'node:os';

const numbers: Readonly<Record<string, number>> = constants.errno;

/** An error as Node makes them of a failed call. */
class PosixError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;

  constructor(code: string, syscall: string, path?: string, dest?: string) {
    super(
      `${code}: ${syscall}${path === undefined ? '' : ` '${path}'`}${dest === undefined ? '' : ` -> '${dest}'`}`,
    );
    this.code = code;
    this.errno = -(numbers[code] ?? 0);
    this.syscall = syscall;
    if (path !== undefined) this.path = path;
    if (dest !== undefined) this.dest = dest;
  }
}

/** The same without the cost of a stack, which is most of it. */
export function posixError(code: string, syscall: string, path?: string, dest?: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new PosixError(code, syscall, path, dest);
  Error.stackTraceLimit = limit;
  return error;
}

/** Fails as a call does that the system refuses. */
export function failWith(code: string): never {
  throw posixError(code, 'injected');
}
