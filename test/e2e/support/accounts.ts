import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settleHome } from './settle-home.ts';

/** Logs a subscription in under a home, with a token that the stand-in can tell from others. */
export async function logIn(
  accountHome: string,
  token: string,
  directories: readonly string[],
): Promise<void> {
  await mkdir(accountHome, { recursive: true });
  await settleHome(accountHome, directories);
  const claudeAiOauth = {
    accessToken: token,
    refreshToken: 'sk-ant-ort01-dummy',
    expiresAt: Date.now() + 300 * DAY_MS,
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'max',
  };
  const path = join(accountHome, '.credentials.json');
  await writeFile(path, JSON.stringify({ claudeAiOauth }), { mode: 0o600 });
}

const DAY_MS = 86_400_000;
