import { randomUUID } from 'node:crypto';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { SessionStore } from '@anthropic-ai/claude-agent-sdk';
import { projectKey } from 'claude-shared-state/sessions';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runClaude, type Surroundings } from './support/claude.ts';
import { type ProgramName, programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { twoAtATime } from './support/two-at-a-time.ts';

/** A place to start the program in. */
interface WorkingDirectory {
  readonly what: string;
  /** Makes it, and gives the path to start in. */
  readonly make: (room: Room) => Promise<string>;
  /** What the starting shell would say of it. */
  readonly environment?: (room: Room) => Readonly<Record<string, string>>;
}

const names: readonly string[] = [
  'plain',
  'MixedCase',
  'digits0123456789',
  // All of these share a key.
  'a-b',
  'a_b',
  'a.b',
  'a b',
  'a/b',
  'a:b',
  'a\tb',
  'a\nb',
  'a\u007Fb',
  'a\u00A0b',
  'a\u00ADb',
  'a\u200Bb',
  'a\u2028b',
  '-begins',
  'ends-',
  '.hidden',
  '..begins',
  'ends.',
  '...',
  ' begins',
  'ends ',
  'two  spaces',
  '~',
  '$HOME',
  '`tick`',
  "it's",
  '"quoted"',
  'a;b&c|d',
  'a*?b',
  '[a]{b}(c)',
  'a#b',
  '%20',
  'a@b+c=d,e!',
  '<a^b>',
  'a\r\nb',
  'a\u001B[31mb',
  // Composed and not: what is one letter to the eye is one unit, or two, or three.
  'caf\u00E9',
  'cafe\u0301',
  '\u212Bngstrom',
  '\uD55C',
  '\u1112\u1161\u11AB',
  '\uFB01n',
  '\u65E5\u672C\u8A9E',
  '\u0627\u0644',
  '\u0440\u0443\u0441',
  '\u00DF\u0130\u0131',
  // Digits and letters, but none of ASCII.
  '\u0660\u0661',
  '\uFF21\uFF11',
  // Two units each, and eight.
  '\u{1F600}',
  '\u{1D4B3}',
  '\u{10FFFF}',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\u202Eba',
  '\uFEFFa',
  '\uFFFEa',
  '\uE000',
];

const named = names.map((name): WorkingDirectory => ({
  what: `a directory named ${JSON.stringify(name)}`,
  make: (room) => made(room.path('names', name)),
}));

/** The old program does not start there: it takes a backslash for a slash. */
const backslash: WorkingDirectory = {
  what: 'a directory with a backslash in its name',
  make: (room) => made(room.path('names', 'back\\slash')),
};

const long: readonly WorkingDirectory[] = [
  // Around the length from which on a key is cut, and up to what a path may have.
  ...[199, 200, 201, 202, 300, 1000, 3900].map((length): WorkingDirectory => ({
    what: `a path of ${length} characters`,
    make: (room) => made(padded(room.path('long'), 'x', length)),
  })),
  ...[200, 201, 300].map((length): WorkingDirectory => ({
    what: `a path of ${length} characters, most of them no ASCII`,
    make: (room) => made(padded(room.path('wide'), '\u00E9', length)),
  })),
  {
    what: 'a path of 300 characters, most of them of two units',
    make: (room) => made(padded(room.path('astral'), '\u{1F600}', 300)),
  },
  {
    what: 'a path that differs from another one after 200 characters only',
    make: (room) => made(`${padded(room.path('long'), 'x', 299)}y`),
  },
];

const roundabout: readonly WorkingDirectory[] = [
  { what: 'the root', make: () => Promise.resolve('/') },
  {
    what: 'a path with a slash at its end',
    make: async (room) => `${await made(room.path('slash'))}/`,
  },
  {
    what: 'a path with detours',
    make: async (room) => `${await made(room.path('detour'))}/.././/detour/.`,
  },
  { what: 'a link to a directory', make: (room) => linked(room, 'link') },
  {
    what: 'a link to a link to a directory',
    make: async (room) => {
      await symlink(await linked(room, 'near-link'), room.path('far-link'));
      return room.path('far-link');
    },
  },
  {
    what: 'a path through a link',
    make: async (room) => {
      await made(room.path('real-through-link', 'inside'));
      return `${await linked(room, 'through-link')}/inside`;
    },
  },
  {
    what: 'a link, of which the shell knows',
    make: (room) => linked(room, 'known-link'),
    environment: (room) => ({ PWD: room.path('known-link') }),
  },
  {
    what: 'a directory other than the one of which the shell knows',
    make: (room) => made(room.path('left')),
    environment: (room) => ({ PWD: room.path('work') }),
  },
];

/** Many for the new program, fewer for the old one: each start costs half a second. */
const workingDirectories: Readonly<Record<ProgramName, readonly WorkingDirectory[]>> = {
  old: [...named.filter((_, index) => index % 4 === 0), ...long, ...roundabout],
  new: [...named, backslash, ...long, ...roundabout],
};

async function made(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}

async function linked(room: Room, name: string): Promise<string> {
  await symlink(await made(room.path(`real-${name}`)), room.path(name));
  return room.path(name);
}

/** A path of exactly this many characters, which begins and ends as told. */
function padded(start: string, filling: string, length: number): string {
  const deepest = 50;
  let path = start;
  let left = length - start.length;
  while (left > 0) {
    // Neither a separator alone at the end, nor an empty name.
    const take = left - deepest - 1 === 1 ? deepest - 1 : Math.min(deepest, left - 1);
    path += `/${filling.repeat(take)}`;
    left -= take + 1;
  }
  return path;
}

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
    const room = await enterCleanRoom(program, { usesKey: true });
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
