import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DUMMY_KEY } from './claude.ts';
import { isObject, memberOf } from '../../../src/core/json.ts';

/** Lets the program start in a home without questions: past the onboarding, with these directories trusted. */
export async function settleHome(
  accountHome: string,
  directories: readonly string[],
): Promise<void> {
  await mkdir(accountHome, { recursive: true });
  const path = join(accountHome, '.claude.json');
  const before: unknown = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  const projects = memberOf(before, 'projects');
  const trusted = directories.map((it) => [it, { hasTrustDialogAccepted: true }] as const);
  const settled = {
    ...(isObject(before) ? before : {}),
    hasCompletedOnboarding: true,
    projects: { ...(isObject(projects) ? projects : {}), ...Object.fromEntries(trusted) },
    // It remembers the end of a key that it may use.
    customApiKeyResponses: { approved: [DUMMY_KEY.slice(-20)], rejected: [] },
  };
  await writeFile(path, JSON.stringify(settled));
}
