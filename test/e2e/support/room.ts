import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requiredSharedUnder, type SharedSymlink } from 'claude-shared-state';
import { onTestFinished } from 'vitest';
import { type MessagesApi, startMessagesApi } from './messages-api.ts';
import type { Surroundings } from './claude.ts';
import { inventAccount, logInOnce } from './accounts.ts';
import type { ProgramName } from './programs.ts';

/** A temporary directory with everything that the program may see, for one test. */
export interface Room {
  readonly api: MessagesApi;
  /** The list of shared links, with targets in this room. */
  readonly required: readonly SharedSymlink[];
  /** The shared target of `projects`. */
  readonly sharedProjects: string;
  /** A path in this room. */
  readonly path: (...segments: readonly string[]) => string;
  /** All transcripts that are anywhere in this room, by their real paths. */
  readonly transcripts: () => Promise<readonly string[]>;
  /** Where the program runs for an account, which it logs in, or in the default home. */
  readonly surroundings: (accountHome?: string) => Surroundings;
}

/** @param more - `usesKey`: a key in place of the logins, which are of another invented account for each home. */
export async function enterCleanRoom(
  program: ProgramName = 'new',
  more: Pick<Surroundings, 'usesKey'> = {},
): Promise<Room> {
  // Resolved, because the program resolves its working directory; and short, because it binds a
  // socket in here, whose path may not be longer than about 100 characters.
  const root = await realpath(await mkdtemp(join(tmpdir(), 'e2e-')));
  onTestFinished(() => rm(root, { recursive: true }));
  const api = await startMessagesApi();
  onTestFinished(() => api.close());
  const path = (...segments: readonly string[]) => join(root, ...segments);
  const homes: string[] = [];
  const logIn = (accountHome: string) => {
    if (!homes.includes(accountHome)) homes.push(accountHome);
    logInOnce(accountHome, inventAccount(String(homes.indexOf(accountHome) + 1)));
  };
  const own = { home: path('home'), tmp: path('tmp'), cwd: path('work') };
  for (const directory of Object.values(own)) await mkdir(directory);
  return {
    api,
    required: requiredSharedUnder(root),
    sharedProjects: path('.claude-projects-shared'),
    path,
    transcripts: async () => {
      // With the types of the entries, because only then no link is followed.
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter(({ name }) => name.endsWith('.jsonl'))
        .map(({ parentPath, name }) => join(parentPath, name));
    },
    surroundings: (accountHome) => {
      if (more.usesKey !== true && accountHome !== undefined) logIn(accountHome);
      return { ...own, ...more, program, accountHome, apiUrl: api.url };
    },
  };
}
