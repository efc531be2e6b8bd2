import { memberOf } from '../core/json.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { readConfig } from './config.ts';

/** The account that a home was last logged in with, as far as its file says. */
export interface Account {
  readonly accountUuid?: string;
  readonly emailAddress?: string;
  readonly organizationUuid?: string;
  readonly organizationName?: string;
}

const MEMBERS = ['accountUuid', 'emailAddress', 'organizationUuid', 'organizationName'] as const;

/** The account in what `.claude.json` says; `undefined` if it names none. */
export function accountIn(config: unknown): Account | undefined {
  const login = memberOf(config, 'oauthAccount');
  const found = MEMBERS.flatMap((name) => {
    const value = memberOf(login, name);
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Reads the account of a home from its configuration; `undefined` if that names none. */
export async function readAccount(
  fs: SessionReadFs,
  accountHome: string,
  isDefault: boolean,
): Promise<Account | undefined> {
  return accountIn((await readConfig(fs, accountHome, isDefault)).value);
}
