import { memberOf } from '../core/json.ts';
import { dirname, join } from '../core/paths.ts';
import type { Result } from '../core/result.ts';
import { readJson } from '../fs/read-file.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';

/** The account that a home was last logged in with, as far as its file says. */
export interface Account {
  readonly accountUuid?: string;
  readonly emailAddress?: string;
  readonly organizationUuid?: string;
  readonly organizationName?: string;
}

const MEMBERS = ['accountUuid', 'emailAddress', 'organizationUuid', 'organizationName'] as const;

// A real one has some hundred kilobytes. Beyond this the program itself is in trouble.
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** The account in what `.claude.json` says; `undefined` if it names none. */
function accountIn(config: unknown): Account | undefined {
  const login = memberOf(config, 'oauthAccount');
  const found = MEMBERS.flatMap((name) => {
    const value = memberOf(login, name);
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * Reads the account of a home: from `.config.json` in it, which overrides the other one (seen on 2.1.332), else from
 * `.claude.json`, which is beside the default home and inside any other.
 */
export async function readAccount(
  fs: SessionReadFs,
  accountHome: string,
  isDefault: boolean,
): Promise<Account | undefined> {
  const read = async (path: string): Promise<Result<unknown>> =>
    await readJson(fs, path, MAX_CONFIG_BYTES);
  const overriding = await read(join(accountHome, '.config.json'));
  if (overriding.ok) return accountIn(overriding.value);
  const config = await read(join(isDefault ? dirname(accountHome) : accountHome, '.claude.json'));
  return config.ok ? accountIn(config.value) : undefined;
}
