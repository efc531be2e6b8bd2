import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Refusal } from './messages-api.ts';
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

/** What the API says when the five hours of a subscription are used up. */
export function sessionLimit(): Refusal {
  const resets = Math.floor(Date.now() / 1000) + 7200;
  return {
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your account's rate limit. Please try again later.",
    headers: {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': `${resets}`,
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'retry-after': '7200',
      'x-should-retry': 'false',
    },
  };
}

/** What the API says when everybody asks too much of it. */
export const overloaded: Refusal = {
  status: 529,
  type: 'overloaded_error',
  message: 'Overloaded',
};
