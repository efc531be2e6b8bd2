import { findNodeAtLocation, type ParseError, parseTree } from 'jsonc-parser';
import { isAbsolute, resolve } from 'node:path';
import { reasonOf, UsageError } from './exit.ts';
import { textAt, xdgDirectory } from './files.ts';
import type { Io } from './io.ts';
import { isJsonObject, isText } from './json.ts';
import { didYouMean } from './lists.ts';

/** What the configuration file says; the library never reads it. Its paths may begin with `~/`. */
export interface Config {
  /** Account homes, as paths or patterns. */
  readonly homes?: readonly string[];
  /** As `--root`. */
  readonly root?: string;
  /** As `--shared`: directories by names. */
  readonly shared?: Readonly<Record<string, string>>;
  /** As `--archive`. */
  readonly archive?: string;
}

/** The configuration in force: empty where there is no file. */
export interface LoadedConfig {
  readonly path: string;
  readonly exists: boolean;
  /** Whether the variable names it, so that it has to exist. */
  readonly isNamed: boolean;
  readonly values: Config;
}

/** Counts up when older versions of the command would misread the file. */
export const CONFIG_VERSION = 1;

// A relative one would be another directory wherever the command is called.
const isPath = (value: unknown): value is string =>
  isText(value) && (isAbsolute(value) || /^~(?:\/|$)/.test(value));
const PATH = 'that begins with / or ~/';
const isPaths = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPath);
const isTable = (value: unknown): value is Readonly<Record<string, string>> =>
  isJsonObject(value) && isPaths(Object.values(value));

/** Every member, whether a value is right for it, and what it must be. */
const members: ReadonlyMap<string, readonly [(value: unknown) => boolean, string]> = new Map([
  ['version', [(value: unknown) => value === CONFIG_VERSION, String(CONFIG_VERSION)]],
  ['homes', [isPaths, `a list of paths, each ${PATH}; * and ? are wildcards`]],
  ['root', [isPath, `a path ${PATH}`]],
  ['shared', [isTable, `an object with a path ${PATH} for each name, such as "projects"`]],
  ['archive', [isPath, `a path ${PATH}`]],
]);

/**
 * Reads and checks the configuration; what is wrong is told with its line and column.
 *
 * It is where the variable says, else where the XDG Base Directory Specification wants it.
 */
export async function loadConfig(io: Pick<Io, 'cwd' | 'env' | 'home'>): Promise<LoadedConfig> {
  const named = io.env['CLAUDE_SHARED_STATE_CONFIG'] ?? '';
  const isNamed = named !== '';
  const standard = `${xdgDirectory(io, 'XDG_CONFIG_HOME')}/claude-shared-state/config.json`;
  const path = isNamed ? resolve(io.cwd, named) : standard;
  const text = await textAt(path).catch((error: unknown) => {
    throw new UsageError(`${path} can't be read: ${reasonOf(error)}`);
  });
  if (text === undefined) return { path, exists: false, isNamed, values: {} };
  const fail = (offset: number, message: string): never => {
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    throw new UsageError(`${path}:${line}:${column}: ${message}`);
  };
  // `JSON.parse` says where a mistake is in some versions of Node only, and never where a member is.
  const mistakes: ParseError[] = [];
  const tree = parseTree(text, mistakes, { disallowComments: true });
  for (const { offset } of mistakes) {
    const found = offset < text.length ? `unexpected ${text[offset]}` : 'the file ends too early';
    fail(offset, `this is not JSON: ${found}`);
  }
  const failAt = (name: string, message: string) =>
    fail((tree && findNodeAtLocation(tree, [name])?.parent?.offset) ?? 0, message);
  return { path, exists: true, isNamed, values: checked(JSON.parse(text), failAt) };
}

/** `fail` tells where a member is; at the beginning where there is none of that name. */
function checked(value: unknown, fail: (name: string, message: string) => never): Config {
  if (!isJsonObject(value)) return fail('', 'it must be an object');
  const found: Partial<Record<string, unknown>> = { ...value };
  for (const [name, member] of Object.entries(found)) {
    const rule = members.get(name);
    if (rule === undefined) {
      const hint = didYouMean(name, [...members.keys()]);
      return fail(name, `there is no setting "${name}"${hint}`);
    }
    const [isRight, expected] = rule;
    if (!isRight(member)) fail(name, `"${name}" must be ${expected}`);
  }
  const { version, homes, root, shared, archive } = found;
  if (version === undefined) fail('version', `"version" is missing: it must be ${CONFIG_VERSION}`);
  if (root !== undefined && shared !== undefined) {
    fail('shared', '"root" and "shared" exclude each other');
  }
  return {
    ...(isPaths(homes) ? { homes } : {}),
    ...(isPath(root) ? { root } : {}),
    ...(isTable(shared) ? { shared } : {}),
    ...(isPath(archive) ? { archive } : {}),
  };
}
