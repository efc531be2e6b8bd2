import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from './json.ts';
import { settleHome } from './settle-home.ts';

/** An account that nobody has, as `.claude.json` names the one that is logged in. */
export interface Account {
  readonly accountUuid: string;
  readonly emailAddress: string;
  readonly organizationUuid: string;
  readonly organizationName: string;
}

/** Invents an account, by one digit, in an organization of its own or in another's. */
export function inventAccount(digit: string, organization = digit): Account {
  return {
    accountUuid: `${digit.repeat(8)}-0000-4000-8000-000000000001`,
    emailAddress: `account-${digit}@example.com`,
    organizationUuid: `${organization.repeat(8)}-0000-4000-8000-000000000002`,
    organizationName: `Organization ${organization}`,
  };
}

/** Logs a subscription in under a home, with a token that the stand-in can tell from others. */
export async function logIn(
  accountHome: string,
  token: string,
  directories: readonly string[],
  account?: Account,
): Promise<void> {
  await settleHome(accountHome, directories);
  if (account !== undefined) await configure(accountHome, { oauthAccount: account });
  await writeFile(join(accountHome, CREDENTIALS), credentials(token), { mode: 0o600 });
}

/** Logs an account in under a home in which nobody is, for print mode alone. */
export function logInOnce(accountHome: string, account: Account): void {
  const path = join(accountHome, CREDENTIALS);
  if (existsSync(path)) return;
  mkdirSync(accountHome, { recursive: true });
  writeFileSync(path, credentials(`sk-ant-oat01-${account.emailAddress}`), { mode: 0o600 });
  const config = join(accountHome, '.claude.json');
  const before: unknown = existsSync(config) ? JSON.parse(readFileSync(config, 'utf8')) : {};
  const after = { ...(isObject(before) ? before : {}), oauthAccount: account };
  writeFileSync(config, JSON.stringify(after));
}

const CREDENTIALS = '.credentials.json';

function credentials(token: string): string {
  const claudeAiOauth = {
    accessToken: token,
    refreshToken: 'sk-ant-ort01-dummy',
    expiresAt: Date.now() + 300 * DAY_MS,
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'max',
  };
  return JSON.stringify({ claudeAiOauth });
}

/** Changes members of the configuration of a home, such as the flags that the server has switched. */
export async function configure(accountHome: string, members: object): Promise<void> {
  const path = join(accountHome, '.claude.json');
  const before: unknown = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...(isObject(before) ? before : {}), ...members }));
}

const DAY_MS = 86_400_000;
