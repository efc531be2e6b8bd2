import { constants } from 'node:os';

const numbers: Readonly<Record<string, number>> = constants.errno;

/** An error as Node makes them of a failed call, without the cost of a stack. */
export function posixError(code: string, syscall: string, path?: string, dest?: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const places = [path, dest].filter((one) => one !== undefined).map((one) => `'${one}'`);
  const error = new Error(`${code}: injected or in memory, ${syscall} ${places.join(' -> ')}`);
  Error.stackTraceLimit = limit;
  return Object.assign(error, {
    code,
    errno: -(numbers[code] ?? 0),
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}
