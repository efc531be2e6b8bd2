import { isAbsolute } from 'node:path';
import { type Operation, SharedStateError } from '../error.ts';
import { missingMembers, type PortName } from '../fs.ts';
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
export interface Request {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  /** The homes that were given more than once. */
  readonly repeated: ReadonlySet<string>;
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

/**
 * Checks the arguments of a call, and throws everything that is wrong with them at once.
 *
 * @param subject - The argument that names the homes, by its own name.
 */
export function checkRequest(
  operation: Operation,
  subject: { readonly accountHome: unknown } | { readonly accountHomes: unknown },
  options: unknown,
  port: PortName,
): Request {
  const findings: Finding[] = [];
  const refuse: Refuse = (code, argument, value) => {
    findings.push(finding(code, inArguments(argument, value)));
  };
  const paths =
    'accountHome' in subject
      ? checkPaths([subject.accountHome], () => 'accountHome', refuse)
      : checkHomes(subject.accountHomes, refuse);
  const { required = RequiredShared, fs } = checkOptions(options, refuse);
  const missing = fs === undefined ? [] : missingMembers(fs, port);
  if (missing.length > 0) {
    findings.push(finding('invalid-fs', { ...inArguments('options.fs', fs), missing }));
  }
  const list = required === RequiredShared ? RequiredShared : checkRequired(required, refuse);
  const accountHomes = [...new Set(paths)];
  const extents = list.map(({ target }) => extentOf(target, target));
  findings.push(
    ...findContainments(
      accountHomes.map((path) => extentOf(path, path)),
      extents,
    ),
  );

  const [first, ...others] = findings;
  if (first !== undefined) throw new SharedStateError(operation, [first, ...others]);
  const seen = new Set<string>();
  const repeated = paths.filter((path) => seen.size === seen.add(path).size);
  return { accountHomes, required: list, repeated: new Set(repeated) };
}

function checkHomes(accountHomes: unknown, refuse: Refuse): readonly string[] {
  if (!isArray(accountHomes)) refuse('invalid-homes', 'accountHomes', accountHomes);
  else if (accountHomes.length === 0) refuse('no-homes', 'accountHomes', accountHomes);
  else return checkPaths(accountHomes, (index) => `accountHomes[${index}]`, refuse);
  return [];
}

function checkPaths(
  paths: readonly unknown[],
  argument: (index: number) => string,
  refuse: Refuse,
): readonly string[] {
  return paths.filter((path, index): path is string => isPath(argument(index), path, refuse));
}

function checkOptions(
  options: unknown = {},
  refuse: Refuse,
): { readonly required?: unknown; readonly fs?: unknown } {
  if (typeof options !== 'object' || options === null || isArray(options)) {
    refuse('invalid-options', 'options', options);
    return {};
  }
  for (const key of Object.keys(options)) {
    if (key !== 'required' && key !== 'fs') refuse('unknown-option', 'options', key);
  }
  return options;
}

function checkRequired(required: unknown, refuse: Refuse): readonly SharedSymlink[] {
  const argument = 'options.required';
  if (!isArray(required)) {
    refuse('invalid-required', argument, required);
    return [];
  }
  if (required.length === 0) refuse('required-empty', argument, required);
  const names = new Set<string>();
  return required.flatMap((entry, index): readonly SharedSymlink[] => {
    const at = `${argument}[${index}]`;
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
  const folded = name.toLowerCase();
  if (/^\.{0,2}$|[/\\\0]/.test(name)) refuse('invalid-name', argument, name);
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
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'name' in entry &&
    typeof entry.name === 'string' &&
    'target' in entry &&
    typeof entry.target === 'string'
  );
}

// Array.isArray narrows to any[], which would switch checking off.
function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const MOST_SHOWN = 200;

function inArguments(argument: string, value: unknown) {
  return {
    path: typeof value === 'string' ? value : '',
    argument,
    value: shown(value).slice(0, MOST_SHOWN),
  };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (!isArray(value)) return String(value);
  return value.length === 0 ? 'an empty array' : 'an array';
}
