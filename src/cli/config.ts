import { resolve } from 'node:path';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { didYouMean, nearest } from './nearest.ts';
import { parseLocated } from './parse-located.ts';

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
const VARIABLE = 'CLAUDE_SHARED_STATE_CONFIG';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
const isTable = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.values(value).every(isText);

/** Every member, whether a value is right for it, and what it must be. */
const members = {
  version: [(value: unknown) => value === CONFIG_VERSION, String(CONFIG_VERSION)],
  homes: [isTexts, 'a list of paths, in which * and ? are wildcards'],
  root: [isText, 'a path'],
  shared: [isTable, 'an object with a directory for each name, such as "projects"'],
  archive: [isText, 'a path'],
} as const;

/** Where the configuration is: as the variable says, else where the XDG Base Directory Specification says. */
function configPath({ env, home, cwd }: Pick<Io, 'cwd' | 'env' | 'home'>): string {
  const named = env[VARIABLE] ?? '';
  if (named !== '') return resolve(cwd, named);
  const xdg = env['XDG_CONFIG_HOME'] ?? '';
  return `${xdg.startsWith('/') ? xdg : `${home}/.config`}/claude-shared-state/config.json`;
}

/** Reads and checks the configuration; what is wrong is told with its line and column. */
export async function loadConfig(
  io: Pick<Io, 'cwd' | 'env' | 'home' | 'readFile'>,
): Promise<LoadedConfig> {
  const path = configPath(io);
  const isNamed = (io.env[VARIABLE] ?? '') !== '';
  const text = await io.readFile(path);
  if (text === undefined) return { path, exists: false, isNamed, values: {} };
  const fail = (offset: number, message: string): never => {
    const before = text.slice(0, offset).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    throw new UsageError(`${path}:${before.length}:${column}: ${message}`);
  };
  const { value, positions, error } = parseLocated(text);
  if (error !== undefined) fail(error.offset, error.message);
  return { path, exists: true, isNamed, values: checked(value, positions, fail) };
}

function checked(
  value: unknown,
  positions: ReadonlyMap<string, number>,
  fail: (offset: number, message: string) => never,
): Config {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(0, 'it must be an object');
  }
  const at = (name: string) => positions.get(name) ?? 0;
  const known = Object.entries(members);
  for (const name of Object.keys(value)) {
    const [, rule] = known.find(([key]) => key === name) ?? [];
    const names = known.map(([key]) => key);
    if (rule === undefined) {
      return fail(at(name), `there is no setting "${name}"${didYouMean(nearest(name, names))}`);
    }
    const [isRight, expected] = rule;
    if (!isRight(Reflect.get(value, name))) fail(at(name), `"${name}" must be ${expected}`);
  }
  const { version, homes, root, shared, archive }: Partial<Record<string, unknown>> = { ...value };
  if (version === undefined) fail(0, `"version" is missing: it must be ${CONFIG_VERSION}`);
  if (root !== undefined && shared !== undefined) {
    fail(at('shared'), '"root" and "shared" exclude each other');
  }
  return {
    ...(isTexts(homes) ? { homes } : {}),
    ...(isText(root) ? { root } : {}),
    ...(isTable(shared) ? { shared } : {}),
    ...(isText(archive) ? { archive } : {}),
  };
}
