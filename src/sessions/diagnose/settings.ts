import { isArray, isObject, memberOf } from '../../core/json.ts';
import { dirname, join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { listDirectory } from '../../fs/io.ts';
import { textOf } from '../../fs/port.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { DEFAULT_DAYS, periodIn } from '../../links/cleanup-period.ts';
import { daysOf } from '../../links/compare-retention.ts';
import type { ProgramConfig } from '../../homes/config.ts';
import type { Environment } from '../../homes/layouts.ts';
import {
  readManagedSettings,
  readSettings,
  type Settings,
} from '../../retention/managed-settings.ts';
import { LOGIN_VARIABLES } from '../program.ts';

/*
 * What the settings of the program say about resuming. All of it was seen on 2.1.197 and 2.1.329.
 */

/** The settings that are in force under a home and in a directory; the last ones override the others. */
export type ProgramSettings = readonly [
  home: Settings,
  project: Settings,
  local: Settings,
  ...managed: readonly Settings[],
];

export async function readProgramSettings(
  fs: SessionReadFs,
  accountHome: string,
  cwd: string,
  managedDirectory: string,
): Promise<ProgramSettings> {
  const project = join(cwd, '.claude');
  return [
    await readSettings(fs, join(accountHome, 'settings.json')),
    await readSettings(fs, join(project, 'settings.json')),
    await readSettings(fs, join(project, 'settings.local.json')),
    ...(await readManagedSettings(fs, managedDirectory, accountHome)),
  ];
}

/**
 * After how many days the program deletes what belongs to a session. A bad period in any file keeps it from deleting, unless
 * managed settings have one.
 */
export function periodDaysIn(settings: ProgramSettings): number {
  const all = settings.map(({ value }) => periodIn(value));
  const managed = all.slice(3).findLast(({ source }) => source === 'settings');
  if (managed !== undefined) return daysOf(managed.periodDays);
  if (all.some(({ fault }) => fault?.reason === 'bad-period')) return Infinity;
  const last = all.findLast(({ source }) => source === 'settings');
  return daysOf(last?.periodDays ?? DEFAULT_DAYS);
}

export const SKIP_HISTORY = 'CLAUDE_CODE_SKIP_PROMPT_HISTORY';
const HOME = 'CLAUDE_CONFIG_DIR';

/** The settings files that set a variable with which the program does not find, or not save, the sessions of its home. */
export function redirectionsIn(settings: ProgramSettings, accountHome: string) {
  // Of the home only: once the program has read the project's settings, the home is settled.
  const [ofHome] = settings;
  const home = valueIn(ofHome, HOME);
  const isElsewhere = typeof home === 'string' && join(home, '') !== join(accountHome, '');
  return [
    ...settings
      .filter((file) => isSwitchedOn(valueIn(file, SKIP_HISTORY)))
      .map(({ path }) => ({ path, variable: SKIP_HISTORY })),
    ...(isElsewhere ? [{ path: ofHome.path, variable: HOME }] : []),
  ];
}

/** What comes before the login of a home: in the settings file, or, without one, in the environment. */
export interface LoginOverride {
  readonly variable: string;
  readonly settings?: string;
}

export function loginOverridesIn(
  settings: readonly Settings[],
  environment: Environment,
): readonly LoginOverride[] {
  return [
    ...LOGIN_VARIABLES.filter((name) => isSet(environment[name])).map((variable) => ({ variable })),
    ...settings.flatMap(({ path, value }) => {
      const ofHelper = isSet(memberOf(value, 'apiKeyHelper')) ? ['apiKeyHelper'] : [];
      const inFile = LOGIN_VARIABLES.filter((name) => isSet(valueIn({ path, value }, name)));
      return [...ofHelper, ...inFile].map((variable) => ({ variable, settings: path }));
    }),
  ];
}

/** Whether somebody is logged in under a home: otherwise nothing comes before a login. */
export function isLoggedIn({ value }: ProgramConfig): boolean {
  return isObject(memberOf(value, 'oauthAccount'));
}

function isSet(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function valueIn({ value }: Settings, variable: string): unknown {
  return memberOf(memberOf(value, 'env'), variable);
}

function isSwitchedOn(value: unknown): boolean {
  return typeof value === 'string' && !/^(?:|0|false|no|off)$/i.test(value.trim());
}

/**
 * Whether the program starts in a directory without asking whether you trust it: one entry for the directory, for one
 * above it, or for the main worktree is enough.
 *
 * @param directories - Real paths: the working directory, and the main worktree of its repository.
 */
export function isTrusted({ value }: ProgramConfig, directories: readonly string[]): boolean {
  const projects = memberOf(value, 'projects');
  return directories.some((directory) => {
    for (let path = directory; ; path = dirname(path)) {
      if (memberOf(memberOf(projects, path), 'hasTrustDialogAccepted')) return true;
      if (path === dirname(path)) return false;
    }
  });
}

/** Auto-memory that can't be edited in print mode, and the rules that would allow it. */
export interface LockedMemory {
  readonly path: string;
  readonly rules: readonly string[];
}

/**
 * Finds out whether the program refuses to edit the auto-memory of a project in print mode. If its directory has two
 * paths, both have to be allowed; a rule for editing includes reading.
 *
 * @param settings - Those of the home.
 */
export async function findLockedMemory(
  fs: SessionReadFs,
  { value }: Settings,
  projectDirectory: string,
): Promise<LockedMemory | undefined> {
  const path = join(projectDirectory, 'memory');
  const real = await toResult(fs.realpath(path));
  if (!real.ok || textOf(real.value) === path) return undefined;
  // The program creates the directory in any case, and most often leaves it empty.
  const entries = await listDirectory(fs, path);
  if (!entries.ok || entries.value.length === 0) return undefined;
  const allowed = memberOf(memberOf(value, 'permissions'), 'allow');
  const rules = isArray(allowed) ? allowed.filter((rule) => typeof rule === 'string') : [];
  const paths = [path, textOf(real.value)];
  const isAllowed =
    rules.includes('Edit') ||
    paths.every((spelling) => rules.some((rule) => covers(rule, spelling)));
  return isAllowed ? undefined : { path, rules: paths.map((spelling) => `Edit(/${spelling}/**)`) };
}

/** Whether it is a rule for everything below an absolute path, which is written with one more slash. */
function covers(rule: string, path: string): boolean {
  const below = /^Edit\(\/(\/.*)\/\*\*\)$/.exec(rule)?.[1];
  return below !== undefined && (path === below || path.startsWith(join(below, '')));
}
