import { isAbsolute } from 'node:path';
import { type Operation, SharedStateError } from './error.ts';
import { isArray, isObject } from './json.ts';
import { missingMembers, type PortShape } from './port-shape.ts';
import { type Finding, finding } from '../links/problem.ts';
import type { InArguments, InputProblems } from './input-problems.ts';

/** The codes that need nothing but the argument and its value. */
type PlainCode = {
  [Code in keyof InputProblems]: InArguments extends InputProblems[Code] ? Code : never;
}[keyof InputProblems];

/** The codes for a list that is none, or that is empty. */
interface ListCodes {
  readonly invalid: PlainCode;
  readonly empty: PlainCode;
}

const homeCodes: ListCodes = { invalid: 'invalid-homes', empty: 'no-homes' };

/** Looks at the arguments of one call, and throws everything that is wrong with them at once. */
export class ArgumentCheck {
  readonly #findings: Finding[] = [];

  refuse(code: PlainCode, argument: string, value: unknown): void {
    this.#findings.push(finding(code, inArguments(argument, value)));
  }

  /** For what has no code of its own: `expected` completes "It must be …". */
  refuseOption(argument: string, value: unknown, expected: string): void {
    const fields = { ...inArguments(argument, value), expected };
    this.#findings.push(finding('invalid-option', fields));
  }

  /** Whether these are options at all; keys that the call does not know are refused. */
  areOptions(options: unknown, known: readonly string[]): boolean {
    if (!isObject(options) || !isPlain(options)) {
      this.refuse('invalid-options', 'options', options);
      return false;
    }
    for (const key of Object.keys(options).filter((one) => !known.includes(one))) {
      const fields = { ...inArguments('a key of options', key), known };
      this.#findings.push(finding('unknown-option', fields));
    }
    return true;
  }

  /** A given file system must have all that the call uses. */
  fileSystem(fs: unknown, port: PortShape): void {
    const missing = fs === undefined ? [] : missingMembers(fs, port);
    if (missing.length === 0) return;
    this.#findings.push(finding('invalid-fs', { ...inArguments('options.fs', fs), missing }));
  }

  /** The entries of a list that is to hold at least one. */
  list(argument: string, list: unknown, codes: ListCodes): readonly unknown[] {
    if (!isArray(list)) this.refuse(codes.invalid, argument, list);
    else if (list.length === 0) this.refuse(codes.empty, argument, list);
    // A hole in an array is a missing value, not a missing entry.
    else return Array.from(list);
    return [];
  }

  /** The paths among the account homes. */
  homes(accountHomes: unknown): readonly string[] {
    return this.list('accountHomes', accountHomes, homeCodes).filter((path, index) =>
      this.isPath(`accountHomes[${index}]`, path),
    );
  }

  isPath(argument: string, path: unknown): path is string {
    const code = pathTrouble(path);
    if (code !== undefined) this.refuse(code, argument, path);
    return code === undefined;
  }

  /** The milliseconds of a Date, also of one from another realm. */
  time(argument: string, date: unknown): number {
    const time = isObject(date) && isDate(date) ? Number(date) : NaN;
    if (Number.isNaN(time)) this.refuseOption(argument, date, 'a Date with a valid time');
    return time;
  }

  /** Ends the look: throws where something was refused, here or in `more`. */
  finish(operation: Operation, more: readonly Finding[] = []): void {
    const [first, ...others] = [...this.#findings, ...more];
    if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
  }
}

function isDate(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** Whether an object says what it says in members of its own, unlike a Map, say. */
function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  // The prototype of plain objects is another one in each realm, and has none itself.
  return !isObject(prototype) || Object.getPrototypeOf(prototype) === null;
}

function pathTrouble(path: unknown): PlainCode | undefined {
  if (typeof path !== 'string') return 'path-not-string';
  if (path === '') return 'path-empty';
  if (path.includes('\0')) return 'path-nul';
  if (path.startsWith('~')) return 'path-tilde';
  return isAbsolute(path) ? undefined : 'path-relative';
}

const MOST_SHOWN = 200;

function inArguments(argument: string, value: unknown): InArguments {
  const path = typeof value === 'string' ? value : '';
  const shown = typeof value === 'string' ? JSON.stringify(value) : describe(value);
  return { path, argument, value: shown.slice(0, MOST_SHOWN) };
}

function describe(value: unknown): string {
  if (isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return isObject(value) ? 'an object' : String(value);
}
