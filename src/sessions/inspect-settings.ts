import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { isObject } from '../core/json.ts';
import {
  check,
  kind,
  optional,
  options as optionsOf,
  path as pathKind,
  somePaths,
} from '../core/options.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { readConfig } from '../homes/config.ts';
import type { Environment } from '../homes/layouts.ts';
import type { FsLike } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import {
  defaultManagedDirectory,
  readManagedSettings,
  readSettings,
  type Settings,
} from '../retention/managed-settings.ts';
import { findLockedMemory, isLoggedIn, loginOverridesIn } from './diagnose/settings.ts';
import { readFsKind, readFsOf } from './option-kinds.ts';
import { sessionProblem, type SessionProblemOf } from './problems.ts';
import { isDefaultHome, ownDefaultHome } from './program.ts';

/** Options of `inspectSettings`. */
export interface InspectSettingsOptions {
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
  /**
   * The environment in which the program will run, such as `process.env`; none is known by default. Looked at are keys,
   * tokens and providers that come before the login of the home, and by `diagnoseResume` `CLAUDE_CODE_PROJECT_DIR_NAME`.
   */
  readonly environment?: Environment | undefined;
  /** The directory of `managed-settings.json`; `/etc/claude-code` by default, see `inspectRetention` for other systems. */
  readonly managedSettings?: string | undefined;
  /**
   * The config directory that is used when `CLAUDE_CONFIG_DIR` is unset, so that its `.claude.json` is beside it:
   * `.claude` in the user's home directory by default, and none with an injected `fs`.
   */
  readonly defaultAccountHome?: string | undefined;
}

/**
 * Finds what the settings of homes do to their sessions: auto-memory behind `projects` links that Claude Code refuses to edit
 * in print mode, and keys, tokens and providers that come before the login of a home.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `fs`: the file system to read from; the real disk by default. `environment`: the variables of the program.
 * `managedSettings`, `defaultAccountHome`: where else settings are.
 * @returns A warning for each home that lacks rules, with the rules to add to `permissions.allow` in its settings, and one
 * for everything that comes before a login.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Which rules are missing?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { inspectSettings } from 'claude-shared-state/sessions';
 *
 * const { fs } = memfs({ '/me/shared/-work/memory/MEMORY.md': 'note', '/me/.claude': null });
 * fs.symlinkSync('/me/shared', '/me/.claude/projects');
 * const [problem] = await inspectSettings(['/me/.claude'], { fs });
 * assert.ok(problem?.code === 'memory-not-permitted');
 * assert.equal(problem.rules[0], 'Edit(//me/.claude/projects/-work/memory/**)');
 * ```
 */
export async function inspectSettings(
  accountHomes: readonly string[],
  options: InspectSettingsOptions = {},
): Promise<
  readonly (SessionProblemOf<'memory-not-permitted'> | SessionProblemOf<'login-overridden'>)[]
> {
  const call = check('inspectSettings', schema, { accountHomes, options });
  const { environment, managedSettings } = call.options;
  const { defaultAccountHome = ownDefaultHome(call.options.fs) } = call.options;
  const fs = readFsOf(call.options.fs);
  const homes = [...new Set(call.accountHomes)];
  const found = homes.map(async (accountHome) => {
    const settings = await readSettings(fs, join(accountHome, 'settings.json'));
    const { path, rules } = await missingRules(fs, accountHome, settings);
    const isDefault = isDefaultHome({ accountHome, defaultAccountHome });
    const config = await readConfig(fs, accountHome, isDefault);
    const all = [settings, ...(await readManagedSettings(fs, managedSettings, accountHome))];
    const overrides = isLoggedIn(config) ? loginOverridesIn(all, environment) : [];
    return [
      ...(rules.length === 0 ? [] : [sessionProblem('memory-not-permitted', { path, rules })]),
      ...overrides.map((one) => sessionProblem('login-overridden', { path: accountHome, ...one })),
    ];
  });
  return (await Promise.all(found)).flat();
}

export const settingsOptions = /* @__PURE__ */ (() => ({
  fs: readFsKind,
  environment: optional(
    kind((value): value is Environment => isObject(value), 'an environment, such as process.env'),
    {},
  ),
  managedSettings: optional(pathKind, defaultManagedDirectory(process.platform)),
  defaultAccountHome: optional(pathKind),
}))();

const schema = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  options: optionsOf(settingsOptions),
}))();

async function missingRules(fs: SessionReadFs, home: string, settings: Settings) {
  const path = join(home, 'projects');
  const link = await toResult(fs.lstat(path, { bigint: true }));
  if (!link.ok || !link.value.isSymbolicLink()) return { path, rules: [] };
  const listed = await listDirectory(fs, path);
  const find = (name: string) => findLockedMemory(fs, settings, join(path, name));
  const names = listed.ok ? listed.value.map(({ name }) => name) : [];
  const locked = await mapLimit(names, find, MANY_AT_ONCE);
  return { path, rules: locked.flatMap((memory) => memory?.rules ?? []) };
}
