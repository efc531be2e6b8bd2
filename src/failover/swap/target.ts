import { isAbsolute } from 'node:path';
import { platform } from 'node:process';
import { memberOf } from '../../core/json.ts';
import { join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import type { FailoverFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { readJson } from '../../fs/read-file.ts';
import { entryOf, identityOf } from '../../fs/stats.ts';
import { validateAll } from '../../links/ensure.ts';
import { isSharedStateError } from '../../links/error.ts';
import { accountIn } from '../../homes/account.ts';
import { readConfig } from '../../homes/config.ts';
import { inspectAll } from '../../links/inspect-all.ts';
import { readSettings } from '../../retention/managed-settings.ts';
import { isTrusted } from '../../sessions/diagnose/settings.ts';
import { sessionProblem } from '../../sessions/problems.ts';
import { isDefaultHome } from '../../sessions/program.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import type { ProcessLaunch } from '../terminal/terminal.ts';
import { refuseSystem } from './lock.ts';
import type { LaunchOptions, LaunchRequest, SwapRequest } from './options.ts';
import { findProgram } from './saved-launch.ts';

const MAX_BYTES = 1024 * 1024;

/** Who is logged in under a home, as far as its files tell. On macOS the token itself is in the keychain. */
async function readLogin(fs: FailoverFs, accountHome: string, defaultAccountHome?: string) {
  const [config, file, settings] = await Promise.all([
    readConfig(fs, accountHome, isDefaultHome({ accountHome, defaultAccountHome })),
    readJson(fs, join(accountHome, '.credentials.json'), MAX_BYTES),
    readSettings(fs, join(accountHome, 'settings.json')),
  ]);
  const { accountUuid, organizationUuid } = accountIn(config.value) ?? {};
  const login = memberOf(file.ok ? file.value : undefined, 'claudeAiOauth');
  const key = memberOf(config.value, 'primaryApiKey') ?? memberOf(settings.value, 'apiKeyHelper');
  return {
    token: memberOf(login, 'accessToken'),
    account: accountUuid && `${accountUuid} of ${organizationUuid}`,
    hasKey: key !== undefined,
  };
}

/**
 * Makes sure that what ran under one account can be resumed under the other: creates missing links, unless it only
 * inspects. No session is stopped if it returns an error.
 */
export async function checkHomes(
  fs: FailoverFs,
  request: SwapRequest,
  mode: 'ensure' | 'inspect',
): Promise<readonly FailoverProblem[]> {
  const { from, to, resume } = request;
  const unsupported = refuseSystem(fs, to);
  if (unsupported !== undefined) return [unsupported];
  const home = await toResult(fs.stat(to, { bigint: true }));
  if (!home.ok || !home.value.isDirectory()) {
    // The links could be created in a new home, but nobody is logged in there.
    return [failoverProblem('target-not-ready', { path: to, reason: 'home-missing' })];
  }
  const overlap = await findOverlap(fs, from, to);
  if (overlap !== undefined) return [overlap];
  const options = { required: resume.required, fs };
  const logins = await checkLogins(fs, request);
  // The home that has what is shared needs no links.
  const isPool = (home: string) =>
    resume.required.every(({ name, target }) => target === join(home, name));
  const homes = [from, to].filter((each) => !isPool(each));
  if (mode === 'inspect') {
    const reports = await inspectAll(homes, options);
    const problems = reports.flatMap((report) => report.problems);
    // What the swap itself puts right.
    return [...logins, ...problems.filter(({ remedy }) => remedy !== 'ensure')];
  }
  const validated = await toResult(validateAll(homes, options));
  if (validated.ok) return [...logins, ...validated.value.flatMap(({ problems }) => problems)];
  if (!isSharedStateError(validated.error)) throw validated.error;
  return [...logins, ...validated.error.problems];
}

/** Why no session should be moved to the target: nobody is logged in there, or the account that is to be left. */
async function checkLogins(
  fs: FailoverFs,
  { from, to, resume: { defaultAccountHome } }: SwapRequest,
): Promise<readonly FailoverProblem[]> {
  const source = await readLogin(fs, from, defaultAccountHome);
  const target = await readLogin(fs, to, defaultAccountHome);
  // Where one home keeps its token in a file, the other one does, too; but on macOS either may have it in the keychain.
  const mayBeInKeychain = source.token === undefined || platform === 'darwin';
  const isLoggedIn =
    target.token !== undefined || (target.account !== undefined && mayBeInKeychain);
  if (!isLoggedIn && !target.hasKey) {
    return [failoverProblem('target-not-ready', { path: to, reason: 'not-logged-in' })];
  }
  const isSame = (['account', 'token'] as const).some(
    (id) => target[id] !== undefined && target[id] === source[id],
  );
  return isSame ? [failoverProblem('target-not-ready', { path: to, reason: 'same-account' })] : [];
}

/** The problem of two accounts that keep their session records in the same place. */
export async function findOverlap(
  fs: Pick<FailoverFs, 'realpath' | 'stat'>,
  from: string,
  to: string,
): Promise<FailoverProblem | undefined> {
  for (const [otherPath, path] of [
    [from, to],
    [join(from, 'sessions'), join(to, 'sessions')],
  ] as const) {
    const directory = await directoryAt(fs, path);
    if (directory !== undefined && directory === (await directoryAt(fs, otherPath))) {
      return failoverProblem('accounts-overlap', { path, otherPath });
    }
  }
  return undefined;
}

/** What identifies the directory at a path; `undefined` if there is none, or that is unknown. */
async function directoryAt(
  fs: Pick<FailoverFs, 'realpath' | 'stat'>,
  path: string,
): Promise<string | undefined> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return undefined;
  const real = async () => {
    const resolved = await toResult(fs.realpath(path));
    return resolved.ok ? textOf(resolved.value) : undefined;
  };
  return identityOf(entryOf(stats.value)) ?? (await real());
}

/** Why the program would not start for a session under the target, or would ask something first. */
export async function checkLaunch(
  fs: FailoverFs,
  { targetHome: accountHome, defaultAccountHome }: LaunchRequest,
  cwd: string,
  { program, extraArgs = [], dangerouslySkipPermissions = false }: LaunchOptions,
  env: ProcessLaunch['env'] | undefined,
): Promise<readonly FailoverProblem[]> {
  const problems: FailoverProblem[] = [];
  const notReady = (reason: 'bypass-not-accepted' | 'program-missing', detail: string) =>
    void problems.push(failoverProblem('target-not-ready', { path: accountHome, reason, detail }));
  const isDefault = isDefaultHome({ accountHome, defaultAccountHome });
  const config = await readConfig(fs, accountHome, isDefault);
  const { value: settings } = await readSettings(fs, join(accountHome, 'settings.json'));

  const bypass = extraArgs.find((arg) => BYPASS.test(arg));
  const accepted =
    memberOf(settings, 'skipDangerousModePermissionPrompt') ??
    memberOf(config.value, 'bypassPermissionsModeAccepted');
  if ((dangerouslySkipPermissions || bypass !== undefined) && accepted !== true) {
    notReady('bypass-not-accepted', cwd);
  }
  const name = program ?? 'claude';
  const isKnown = isAbsolute(name) || env !== undefined;
  if (isKnown && (await findProgram(fs, name, env ?? {})) === undefined) {
    notReady('program-missing', name);
  }
  for (const directory of addedDirectories(extraArgs)) {
    const path = isAbsolute(directory) ? directory : join(cwd, directory);
    const real = await toResult(fs.realpath(path));
    if (!real.ok || isTrusted(config, [textOf(real.value)])) continue;
    problems.push(sessionProblem('directory-not-trusted', { path: config.path, cwd: path }));
  }
  return problems;
}

// Both ask, once for each home (2.1.197 and 2.1.329).
const BYPASS = /^(?:--dangerously-skip-permissions|(?:--permission-mode=)?bypassPermissions)$/;

/** 2.1.329 asks about each that the home does not trust; 2.1.197 does not ask. */
function addedDirectories(args: readonly string[]): readonly string[] {
  let isAdded = false;
  return args.flatMap((arg) => {
    if (arg.startsWith('--add-dir=')) return arg.slice('--add-dir='.length);
    if (arg.startsWith('-')) isAdded = arg === '--add-dir';
    return isAdded && !arg.startsWith('-') ? arg : [];
  });
}
