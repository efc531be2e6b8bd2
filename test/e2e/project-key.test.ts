import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { SessionStore } from '@anthropic-ai/claude-agent-sdk';
import { projectKey } from 'claude-shared-state/sessions';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runClaude, type Surroundings } from './support/claude.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { twoAtATime } from './support/two-at-a-time.ts';
import { workingDirectories } from './support/working-directories.ts';

const prompt = 'Where are we?';

/** What the new program takes for a name, and what it does not. */
const dirNames = [
  'a',
  '0',
  '-a',
  'A_b-1',
  'con-',
  'com10',
  'memory',
  '__proto__',
  'x'.repeat(64),
  'x'.repeat(65),
  '',
  '.',
  '..',
  '.a',
  'a.b',
  'a b',
  ' a',
  'a\n',
  'a/b',
  'a\\b',
  '~',
  'a:b',
  '\u00E9',
  '\uFF41',
  '\u0663',
  'con',
  'NUL',
  'com0',
  'Lpt9',
];

describe.each(programs.map(({ name }) => name))('the %s program', (program) => {
  test('puts transcripts where projectKey says', async () => {
    const room = await enterCleanRoom(program);

    const rows = await twoAtATime(
      workingDirectories[program],
      async ({ what, make, environment }) => {
        const cwd = await make(room);
        const id = await startSomewhere({
          ...room.surroundings(room.path('account-a')),
          ...(environment === undefined ? {} : { environment: environment(room) }),
          cwd,
        });
        return { what, id, said: projectKey(await realpath(cwd)) };
      },
    );

    const made = await keysMade(room);
    expect(rows.map(({ what, id }) => [what, made.get(id)])).toEqual(
      rows.map(({ what, said }) => [what, said]),
    );
  });

  test('takes a name from its environment for the key, if ever, exactly where projectKey does', async () => {
    const room = await enterCleanRoom(program);
    const surroundings = room.surroundings(room.path('account-a'));

    // The old program knows nothing of it: a few will do.
    const names = program === 'old' ? dirNames.slice(0, 3) : dirNames;
    const rows = await twoAtATime(names, async (name) => {
      const environment = { CLAUDE_CODE_PROJECT_DIR_NAME: name };
      const id = await startSomewhere({ ...surroundings, environment });
      const projectDirName = program === 'old' ? undefined : name;
      return { name, id, said: projectKey(surroundings.cwd, { projectDirName }) };
    });

    const made = await keysMade(room);
    expect(rows.map(({ name, id }) => [name, made.get(id)])).toEqual(
      rows.map(({ name, said }) => [name, said]),
    );
  });

  test('takes no name from its environment for the key in the default home', async () => {
    const room = await enterCleanRoom(program);
    const surroundings = room.surroundings();
    const environment = { CLAUDE_CODE_PROJECT_DIR_NAME: 'name' };

    const id = await startSomewhere({ ...surroundings, environment });

    const made = await keysMade(room);
    expect(made.get(id)).toBe(projectKey(surroundings.cwd));
  });
});

describe('the Agent SDK', () => {
  test('asks a session store for the key that projectKey gives, for 10,000 random directories', async () => {
    const keyOf = await keyForStore();
    let runs = 0;

    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const dir = `/nowhere/${text}`;
        expect(await keyOf(dir)).toBe(projectKey(resolve(dir)));
        runs += 1;
      }),
      { numRuns: 10_000 },
    );

    expect(runs).toBeGreaterThanOrEqual(10_000);
  });

  test('takes 2,000 random names of its environment as projectKey does', async () => {
    const keyOf = await keyForStore();
    vi.stubEnv('CLAUDE_CONFIG_DIR', '/nowhere/account');

    await fc.assert(
      fc.asyncProperty(anyName, async (projectDirName) => {
        vi.stubEnv('CLAUDE_CODE_PROJECT_DIR_NAME', projectDirName);
        expect(await keyOf('/nowhere')).toBe(projectKey('/nowhere', { projectDirName }));
      }),
      { numRuns: 2000 },
    );
  });
});

const unit = fc.integer({ min: 1, max: 0xffff }).map((code) => String.fromCharCode(code));

/** Anything but NUL, also halves of pairs, and long enough for keys that are cut. */
const anyText = fc.oneof(
  fc.string({ unit, maxLength: 400, size: 'max' }),
  fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 400, size: 'max' }),
);

/** Mostly what is nearly, or just, a name. */
const anyName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{60,68}$/),
  fc.stringMatching(/^(con|prn|aux|nul|com|lpt|COM|Lpt)[0-9a]?$/),
  fc.stringMatching(/^[\w. /-]{0,4}$/),
  fc.string({ unit, maxLength: 3 }),
);

/** Observes the key which the SDK, in this very process, asks a session store for. */
async function keyForStore(): Promise<(dir: string) => Promise<string | undefined>> {
  const { listSessions } = await import('@anthropic-ai/claude-agent-sdk');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('CLAUDE_CODE_PROJECT_DIR_NAME', undefined);
  let asked: string | undefined;
  const sessionStore: SessionStore = {
    append: () => Promise.resolve(),
    load: () => Promise.resolve(null),
    listSessions: (projectKey) => {
      asked = projectKey;
      return Promise.resolve([]);
    },
  };
  return async (dir) => {
    asked = undefined;
    await listSessions({ dir, sessionStore });
    return asked;
  };
}

/** Starts a session, and gives its id. */
async function startSomewhere(surroundings: Surroundings): Promise<string> {
  const id = randomUUID();
  const { exitCode, stderr } = await runClaude(['-p', '--session-id', id, prompt], surroundings);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return id;
}

/** The names of the project directories in which the program put the transcripts, by session id. */
async function keysMade(room: Room): Promise<ReadonlyMap<string, string>> {
  const transcripts = await room.transcripts();
  return new Map(transcripts.map((path) => [basename(path, '.jsonl'), basename(dirname(path))]));
}
