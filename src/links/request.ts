import { ArgumentCheck } from '../core/arguments.ts';
import type { Operation } from '../core/error.ts';
import { isObject } from '../core/json.ts';
import { type PortShape } from '../core/port-shape.ts';
import { extentOf, findContainments } from './contain.ts';
import { RequiredShared, type SharedSymlink } from './required.ts';

/** What a call may be told beside its subject. */
export interface LinkOptions<Fs> {
  /** The shared links every home must have; {@link RequiredShared} unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to work on; the real disk unless given, and never a mixture of both. */
  readonly fs?: Fs | undefined;
}

/** What only `inspectAll` and its twin may be told. */
export interface LookOptions {
  /** Whether to read the homes' settings and warn of `retention-shorter`; false unless given. */
  readonly retention?: boolean | undefined;
}

/** Arguments that have been found sound. */
export interface Request<Fs = unknown> {
  /** Each spelling once. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  /** The homes that were given more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Whether retention is to be looked at even where no link is made. */
  readonly retention: boolean;
  /** Absent where the real disk is meant. */
  readonly fs: Fs | undefined;
}

/** The argument that names the homes, by its own name. */
export type Subject = { readonly accountHome: unknown } | { readonly accountHomes: unknown };

/** Checks the arguments of a call, and throws everything that is wrong with them at once. */
export function checkRequest<Fs>(
  operation: Operation,
  subject: Subject,
  options: LinkOptions<Fs> & LookOptions = {},
  port: PortShape,
  own: readonly (keyof LookOptions)[] = [],
): Request<Fs> {
  const check = new ArgumentCheck();
  const paths =
    'accountHome' in subject
      ? [subject.accountHome].filter((path) => check.isPath('accountHome', path))
      : check.homes(subject.accountHomes);
  // Read once: what has been checked is what will be used.
  const isSound = check.areOptions(options, ['required', 'fs', ...own]);
  const given: LinkOptions<Fs> & LookOptions = isSound ? options : {};
  const { required = RequiredShared, fs, retention = false } = given;
  if (typeof retention !== 'boolean') {
    check.refuseOption('options.retention', retention, 'true or false');
  }
  check.fileSystem(fs, port);
  const list = checkRequired(check, required);
  const accountHomes = [...new Set(paths)];
  check.finish(operation, containmentsByText(accountHomes, list));
  const seen = new Set<string>();
  const repeated = paths.filter((path) => seen.size === seen.add(path).size);
  return { accountHomes, required: list, repeated: new Set(repeated), retention, fs };
}

/** What lies inside what it must not lie in, as far as text can tell. */
export function containmentsByText(
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
) {
  const homes = accountHomes.map((path) => extentOf(path, path));
  const targets = required.map(({ name, target }) => ({ ...extentOf(target, target), name }));
  return findContainments(homes, targets).map((one) => one.finding);
}

const requiredCodes = { invalid: 'invalid-required', empty: 'required-empty' } as const;

/** The entries of a required list that are sound. */
export function checkRequired(check: ArgumentCheck, required: unknown): readonly SharedSymlink[] {
  if (required === RequiredShared) return RequiredShared;
  const names = new Set<string>();
  return check.list('options.required', required, requiredCodes).flatMap((entry, index) => {
    const at = `options.required[${index}]`;
    if (!isEntry(entry)) {
      check.refuse('invalid-entry', at, entry);
      return [];
    }
    const { name, target } = entry;
    checkName(check, `${at}.name`, name, names);
    return check.isPath(`${at}.target`, target) ? [{ name, target }] : [];
  });
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

function checkName(
  check: ArgumentCheck,
  argument: string,
  name: string,
  earlier: Set<string>,
): void {
  // Some file systems do not tell cases apart, so no two names may differ by case alone.
  const folded = name.normalize('NFKC').toLowerCase();
  if (/^\.{0,2}$|[/\\\0:]|[. ]$/.test(name)) check.refuse('invalid-name', argument, name);
  else if (reservedNames.has(folded)) check.refuse('reserved-name', argument, name);
  else if (earlier.has(folded)) check.refuse('duplicate-name', argument, name);
  earlier.add(folded);
}

function isEntry(entry: unknown): entry is SharedSymlink {
  return isText(entry, 'name') && isText(entry, 'target');
}

function isText(entry: unknown, member: string): boolean {
  return isObject(entry) && typeof Reflect.get(entry, member) === 'string';
}
