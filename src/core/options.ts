import { isAbsolute } from 'node:path';
import { type ArgumentProblem, argumentProblems } from './argument-problems.ts';
import { closest } from './closest.ts';
import { type Operation, SharedStateError } from './error.ts';
import { isArray, isObject } from './json.ts';
import { isOutdatedMemfs } from './outdated-memfs.ts';
import { missingMembers, type PortShape } from './port-shape.ts';
import { createProblem } from './problem.ts';

/*
 * The checker for the arguments of all calls. A call declares a schema, one kind per argument, and gets typed values
 * back; if anything is wrong it throws one error that has everything that is wrong.
 *
 *   const schema = {
 *     accountHomes: nonEmptyList(path, 'absolute paths'),
 *     options: options({
 *       fs: optional(port<FsLike<ReadFs>>(readPort)),             // FsLike<ReadFs> | undefined
 *       live: optional(oneOf('refuse', 'merge'), 'refuse'),       // with a default
 *       pollMs: optional(integer({ min: 1, of: 'milliseconds' }), 250),
 *       now: optional(date),
 *       onEvent: optional(callback<(event: Event) => void>()),
 *       programVersion: optional(kind(isProgramVersion, 'a version such as 2.1.329')),
 *     }),
 *   };
 *   const { accountHomes, options: { fs, now = new Date() } } = check('call', schema, { accountHomes, options });
 *
 * Keys of an options object that are not in its schema are refused, with the one that was probably meant. Without
 * `optional` an option is required. Your own kind is a function: it returns the value, or `faults.add(…)`.
 */

/** Reads one value: returns it, or adds a fault. Reads nothing twice, so a getter cannot change its mind. */
export type Kind<Value> = (value: unknown, argument: string, faults: Faults) => Value | undefined;

/** The kind of every argument, or of every option. */
export type Schema<Values> = { readonly [Key in keyof Values]: Kind<Values[Key]> };

/** Everything that is wrong with the arguments of one call. */
export class Faults {
  readonly problems: ArgumentProblem[] = [];

  /** `expected` completes "It must be …". */
  add(argument: string, value: unknown, expected: string): undefined {
    const fields = { ...inArguments(argument, value), expected };
    this.problems.push(createProblem(argumentProblems, 'invalid-argument', fields));
  }

  addUnknown(argument: string, name: string, value: unknown, known: readonly string[]): void {
    const suggestion = closest(name, known);
    const fields = {
      ...inArguments(`${argument}.${name}`, value),
      known,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
    this.problems.push(createProblem(argumentProblems, 'unknown-option', fields));
  }
}

/** The arguments of a call, checked; throws everything that is wrong with them at once. */
export function check<Values extends object>(
  operation: Operation,
  schema: Schema<Values>,
  given: Readonly<Record<keyof NoInfer<Values>, unknown>>,
): Values {
  const faults = new Faults();
  const values = readAll(schema, given, '', faults);
  const [first, ...others] = faults.problems.map((problem) => ({ problem }));
  if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
  if (values === undefined) throw new Error('no arguments');
  return values;
}

function readAll<Values extends object>(
  schema: Schema<Values>,
  given: object,
  prefix: string,
  faults: Faults,
): Values | undefined {
  const before = faults.problems.length;
  const values: Record<string, unknown> = {};
  for (const key in schema) {
    values[key] = schema[key](Reflect.get(given, key), prefix + key, faults);
  }
  // What was read with a schema, without a fault, has its types.
  const isWhole = (_read: object): _read is Values => faults.problems.length === before;
  return isWhole(values) ? values : undefined;
}

/** A plain object with some keys, and no others. */
export function object<Values extends object>(schema: Schema<Values>): Kind<Values> {
  const known = Object.keys(schema);
  return (value, argument, faults) => {
    if (!isObject(value) || !isPlain(value)) {
      return faults.add(argument, value, `a plain object with ${known.join(', ')}`);
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) {
        faults.addUnknown(argument, name, Reflect.get(value, name), known);
      }
    }
    return readAll(schema, value, `${argument}.`, faults);
  };
}

/** The options of a call. None at all are the same as an empty object. */
export function options<Values extends object>(schema: Schema<Values>): Kind<Values> {
  const read = object(schema);
  return (value, argument, faults) => read(value === undefined ? {} : value, argument, faults);
}

/** What may be left out: then it is the default, or `undefined`. */
export function optional<Value>(read: Kind<Value>): Kind<Value | undefined>;
export function optional<Value>(read: Kind<Value>, fallback: Value): Kind<Value>;
export function optional<Value>(read: Kind<Value>, fallback?: Value): Kind<Value | undefined> {
  return (value, argument, faults) =>
    value === undefined ? fallback : read(value, argument, faults);
}

/** What a type guard accepts. `expected` completes "It must be …". */
export function kind<Value>(
  isSuch: (value: unknown) => value is Value,
  expected: string,
): Kind<Value> {
  return (value, argument, faults) =>
    isSuch(value) ? value : faults.add(argument, value, expected);
}

/** An array whose entries all are of one kind. `items` completes "an array of …". */
export function list<Item>(
  item: Kind<Item>,
  items: string,
  { min = 0 }: { readonly min?: number } = {},
): Kind<readonly Item[]> {
  return (value, argument, faults) => {
    if (!isArray(value) || value.length < min) {
      return faults.add(argument, value, `${min > 0 ? 'a non-empty' : 'an'} array of ${items}`);
    }
    // Array.from: a hole in an array is a missing value, not a missing entry.
    return Array.from(value).flatMap((entry, index) => {
      const read = item(entry, `${argument}[${index}]`, faults);
      return read === undefined ? [] : [read];
    });
  };
}

/** An absolute path. */
export const path: Kind<string> = (value, argument, faults) => {
  if (typeof value !== 'string') return faults.add(argument, value, 'an absolute path');
  if (isAbsolute(value) && !value.includes('\0')) return value;
  return faults.add(argument, value, `an absolute path${pathHint(value)}`);
};

function pathHint(path: string): string {
  if (path === '') return '; an environment variable may be unset';
  if (path.includes('\0')) return ' without a NUL character';
  return path.startsWith('~') ? ': expand the ~ first, with os.homedir() for instance' : '';
}

/** Absolute paths, any number of them. */
export const paths = /* @__PURE__ */ list(path, 'absolute paths');
/** Absolute paths, at least one. */
export const somePaths = /* @__PURE__ */ list(path, 'absolute paths', { min: 1 });

export const flag = /* @__PURE__ */ kind((value) => typeof value === 'boolean', 'true or false');
export const string = /* @__PURE__ */ kind((value) => typeof value === 'string', 'a string');
export const nonEmptyString = /* @__PURE__ */ kind(
  (value): value is string => typeof value === 'string' && value !== '',
  'a non-empty string',
);

/** A valid Date, also one from another realm. */
export const date = /* @__PURE__ */ kind(
  (value): value is Date =>
    isObject(value) &&
    Object.prototype.toString.call(value) === '[object Date]' &&
    !Number.isNaN(Number(value)),
  'a Date with a valid time',
);

export const abortSignal = /* @__PURE__ */ kind(
  (value): value is AbortSignal =>
    isObject(value) && typeof Reflect.get(value, 'aborted') === 'boolean',
  'an AbortSignal',
);

/** A whole number. `of` names the unit. */
export function integer({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
  of = '',
}: {
  readonly min?: number;
  readonly max?: number;
  readonly of?: string;
}): Kind<number> {
  const unit = of === '' ? '' : ` of ${of}`;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  return kind(
    (value): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max,
    `a whole number${unit} ${range}`,
  );
}

/** A function; what it takes and returns cannot be checked. */
export function callback<Callback>(): Kind<Callback> {
  return kind((value): value is Callback => typeof value === 'function', 'a function');
}

/** One of a few strings. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Kind<Value> {
  return kind(
    (value): value is Value => values.some((allowed) => allowed === value),
    values.map((allowed) => `'${allowed}'`).join(' or '),
  );
}

/** A file system, or another object, that has all functions of a port; which ones it lacks is said. */
export function port<Port>(shape: PortShape): Kind<Port> {
  const isPort = (value: unknown): value is Port => missingMembers(value, shape).length === 0;
  return (value, argument, faults) => {
    if (isObject(value) && isOutdatedMemfs(value)) {
      return faults.add(argument, value, 'memfs 4.70 or newer: this one is older');
    }
    if (isPort(value)) return value;
    if (isObject(value) && 'fs' in value && isPort(value.fs)) {
      return faults.add(argument, value, 'a file system: pass the `fs` of this module');
    }
    const missing = missingMembers(value, shape).join(', ');
    return faults.add(argument, value, `node:fs, memfs, or a wrapper; it lacks ${missing}`);
  };
}

/** Whether an object has its members itself, unlike a Map, say. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of plain objects is another one in each realm, and has none itself.
  return !isObject(prototype) || Object.getPrototypeOf(prototype) === null;
}

const MAX_SHOWN = 200;

function inArguments(argument: string, value: unknown) {
  const shown = typeof value === 'string' ? JSON.stringify(value) : summary(value);
  return {
    path: typeof value === 'string' ? value : '',
    argument,
    value: shown.slice(0, MAX_SHOWN),
  };
}

function summary(value: unknown): string {
  if (isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return isObject(value) ? 'an object' : String(value);
}
