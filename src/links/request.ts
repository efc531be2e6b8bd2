import { isAbsolute } from 'node:path';
import { type Operation, SharedStateError } from '../error.ts';
import { isObject, missingMembers, type PortName } from '../fs.ts';
import { type Finding, finding } from '../problem.ts';
import type { InputProblems } from '../problems/input.ts';
import { extentOf, findContainments } from './contain.ts';
import { RequiredShared, type SharedSymlink } from './required.ts';

/** What a call may be told beside its subject. */
export interface LinkOptions<Fs> {
  /** The shared links every home must have; {@link RequiredShared} unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to work on; the real disk unless given, and never a mixture of both. */
  readonly fs?: Fs | undefined;
}

/** Arguments that have been found sound. */
export interface Request<Fs = unknown> {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  /** The homes that were given more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Absent where the real disk is meant. */
  readonly fs: Fs | undefined;
}

// The login, the trust, the process table, and directories whose sweeps remove other sessions' files.
const reservedNames = new Set([
  '.claude.json',
  '.credentials.json',
  'backups',
  'ide',
  'image-cache',
  'sessions',
]);

type Refuse = (code: InputCode, argument: string, value: unknown) => void;
type InputCode = Exclude<keyof InputProblems, 'invalid-fs'>;

/** The argument that names the homes, by its own name. */
export type Subject = { readonly accountHome: unknown } | { readonly accountHomes: unknown };

/** Checks the arguments of a call, and throws everything that is wrong with them at once. */
export function checkRequest<Fs>(
  operation: Operation,
  subject: Subject,
  options: LinkOptions<Fs> = {},
  port: PortName,
): Request<Fs> {
  const findings: Finding[] = [];
  const refuse: Refuse = (code, argument, value) => {
    findings.push(finding(code, inArguments(argument, value)));
  };
  const paths =
    'accountHome' in subject
      ? [subject.accountHome].filter((path) => isPath('accountHome', path, refuse))
      : checkList('accountHomes', subject.accountHomes, homeCodes, refuse).filter((path, index) =>
          isPath(`accountHomes[${index}]`, path, refuse),
        );
  // Read once: what has been checked is what will be used.
  const { required = RequiredShared, fs }: LinkOptions<Fs> = areOptions(options, refuse)
    ? options
    : {};
  const missing = fs === undefined ? [] : missingMembers(fs, port);
  if (missing.length > 0) {
    findings.push(finding('invalid-fs', { ...inArguments('options.fs', fs), missing }));
  }
  const list = required === RequiredShared ? RequiredShared : checkRequired(required, refuse);
  const accountHomes = [...new Set(paths)];
  const homeExtents = accountHomes.map((path) => extentOf(path, path));
  const targetExtents = list.map(({ name, target }) => ({ ...extentOf(target, target), name }));
  const containments = findContainments(homeExtents, targetExtents);

  const [first, ...others] = [...findings, ...containments.map((one) => one.finding)];
  if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
  const seen = new Set<string>();
  const repeated = paths.filter((path) => seen.size === seen.add(path).size);
  return { accountHomes, required: list, repeated: new Set(repeated), fs };
}

function areOptions(options: unknown, refuse: Refuse): boolean {
  if (!isObject(options) || !isPlain(options)) {
    refuse('invalid-options', 'options', options);
    return false;
  }
  for (const key of Object.keys(options)) {
    if (key !== 'required' && key !== 'fs') refuse('unknown-option', 'a key of options', key);
  }
  return true;
}

/** Whether an object says what it says in members of its own, unlike a Map, say. */
function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  // The prototype of plain objects is another one in each realm, and has none itself.
  return !isObject(prototype) || Object.getPrototypeOf(prototype) === null;
}

const homeCodes = { invalid: 'invalid-homes', empty: 'no-homes' } as const;
const requiredCodes = { invalid: 'invalid-required', empty: 'required-empty' } as const;

function checkList(
  argument: string,
  list: unknown,
  codes: { readonly invalid: InputCode; readonly empty: InputCode },
  refuse: Refuse,
): readonly unknown[] {
  if (!isArray(list)) refuse(codes.invalid, argument, list);
  else if (list.length === 0) refuse(codes.empty, argument, list);
  // A hole in an array is a missing value, not a missing entry.
  else return Array.from(list);
  return [];
}

function checkRequired(required: unknown, refuse: Refuse): readonly SharedSymlink[] {
  const list = checkList('options.required', required, requiredCodes, refuse);
  const names = new Set<string>();
  return list.flatMap((entry, index) => {
    const at = `options.required[${index}]`;
    if (!isEntry(entry)) {
      refuse('invalid-entry', at, entry);
      return [];
    }
    const { name, target } = entry;
    checkName(`${at}.name`, name, names, refuse);
    return isPath(`${at}.target`, target, refuse) ? [{ name, target }] : [];
  });
}

function checkName(argument: string, name: string, earlier: Set<string>, refuse: Refuse): void {
  // Some file systems do not tell cases apart, so no two names may differ by case alone.
  const folded = name.normalize('NFKC').toLowerCase();
  if (/^\.{0,2}$|[/\\\0:]|[. ]$/.test(name)) refuse('invalid-name', argument, name);
  else if (reservedNames.has(folded)) refuse('reserved-name', argument, name);
  else if (earlier.has(folded)) refuse('duplicate-name', argument, name);
  earlier.add(folded);
}

function isPath(argument: string, path: unknown, refuse: Refuse): path is string {
  const code = pathTrouble(path);
  if (code !== undefined) refuse(code, argument, path);
  return code === undefined;
}

function pathTrouble(path: unknown): InputCode | undefined {
  if (typeof path !== 'string') return 'path-not-string';
  if (path === '') return 'path-empty';
  if (path.includes('\0')) return 'path-nul';
  if (path.startsWith('~')) return 'path-tilde';
  return isAbsolute(path) ? undefined : 'path-relative';
}

function isEntry(entry: unknown): entry is SharedSymlink {
  return isText(entry, 'name') && isText(entry, 'target');
}

function isText(entry: unknown, member: string): boolean {
  return isObject(entry) && typeof Reflect.get(entry, member) === 'string';
}

// Array.isArray narrows to any[], which would switch checking off.
function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const MOST_SHOWN = 200;

function inArguments(argument: string, value: unknown) {
  const path = typeof value === 'string' ? value : '';
  const shown = typeof value === 'string' ? JSON.stringify(value) : describe(value);
  return { path, argument, value: shown.slice(0, MOST_SHOWN) };
}

function describe(value: unknown): string {
  if (isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return isObject(value) ? 'an object' : String(value);
}
