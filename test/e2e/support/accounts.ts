import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../src/core/json.ts';
import { settleHome } from './settle-home.ts';

/** An account that nobody has, as `.claude.json` names the one that is logged in. */
export interface Account {
  readonly accountUuid: string;
  readonly emailAddress: string;
  readonly organizationUuid: string;
  readonly organizationName: string;
}

/** Invents an account, by one digit, in an organization of its own. */
export function inventAccount(digit: string): Account {
  return {
    accountUuid: `${digit.repeat(8)}-0000-4000-8000-000000000001`,
    emailAddress: `account-${digit}@example.com`,
    organizationUuid: `${digit.repeat(8)}-0000-4000-8000-000000000002`,
    organizationName: `Organization ${digit}`,
  };
}

/** Logs an account in under a home, where the program then starts without questions in these directories. */
export async function logIn(
  accountHome: string,
  account: Account,
  directories: readonly string[],
): Promise<void> {
  await settleHome(accountHome, directories);
  writeLogin(accountHome, account);
}

/** Logs an account in under a home in which nobody is, for print mode alone. */
export function logInOnce(accountHome: string, account: Account): void {
  if (!existsSync(join(accountHome, CREDENTIALS))) writeLogin(accountHome, account);
}

/** The token of an account, by which the stand-in can tell it from others. */
export function tokenOf({ emailAddress }: Account): string {
  return `sk-ant-oat01-${emailAddress}`;
}

/** @param configHome - Where `.claude.json` is: for the default home, that is beside it. */
export function writeLogin(accountHome: string, account: Account, configHome = accountHome): void {
  const claudeAiOauth = {
    accessToken: tokenOf(account),
    refreshToken: 'sk-ant-ort01-dummy',
    expiresAt: Date.now() + 300 * DAY_MS,
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'max',
  };
  mkdirSync(accountHome, { recursive: true });
  configure(configHome, { oauthAccount: account });
  const credentials = JSON.stringify({ claudeAiOauth });
  writeFileSync(join(accountHome, CREDENTIALS), credentials, { mode: 0o600 });
}

const CREDENTIALS = '.credentials.json';
const DAY_MS = 86_400_000;

/** Changes members of the configuration of a home, such as the flags that the server has switched. */
export function configure(accountHome: string, members: object): void {
  const path = join(accountHome, '.claude.json');
  const before: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(path, JSON.stringify({ ...(isObject(before) ? before : {}), ...members }));
}
