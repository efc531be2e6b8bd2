import { isSharedStateError } from 'claude-shared-state';
import {
  type ListedSession,
  listSessions,
  type ListSessionsOptions,
  projectKey,
} from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { failing, hooked, once } from '../support/hooked.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../support/world.ts';
import { message } from './support.ts';

const [first, second] = [idOf(1), idOf(2)];
const DAY = 86_400;

function idOf(number: number): string {
  return `0b8e5c1a-2f6d-4c3b-9a7e-${String(number).padStart(12, '0')}`;
}

function listing(world: World, homes: readonly string[], options: ListSessionsOptions = {}) {
  const required = [{ name: 'projects', target: at(world, 'pool') }];
  const paths = homes.map((home) => at(world, home));
  return listSessions(paths, { required, fs: world.fs, ...options });
}

async function listed(...args: Parameters<typeof listing>): Promise<readonly ListedSession[]> {
  const sessions: ListedSession[] = [];
  for await (const session of listing(...args)) sessions.push(session);
  return sessions;
}

/** Creates a transcript that was changed at a time in seconds. */
function makeTranscript(world: World, path: string, content: string, mtime = 1000): string {
  makeFile(world, at(world, path), content);
  world.fs.utimesSync(at(world, path), mtime, mtime);
  return at(world, path);
}

function ids(sessions: readonly ListedSession[]): readonly string[] {
  return sessions.map(({ sessionId }) => sessionId);
}

describe.each(worldKinds)('listSessions in %s', (kind) => {
  test('lists a shared session once, with every home that shares it', async () => {
    await inWorld(kind, async (world) => {
      const target = makeDirectory(world, at(world, 'pool'));
      makeLink(world, at(world, 'a/projects'), target);
      makeLink(world, at(world, 'b/projects'), target);
      makeTranscript(world, `pool/-work/${first}.jsonl`, '{}', 2000);

      const expected = {
        sessionId: first,
        path: at(world, `a/projects/-work/${first}.jsonl`),
        projectKey: '-work',
        size: 2,
        modifiedAt: new Date(2_000_000),
        accountHomes: [at(world, 'a'), at(world, 'b')],
        otherVersions: [],
      };
      expect(await listed(world, ['a', 'b'], { details: false })).toEqual([expected]);
      expect(await listed(world, ['a', 'b'])).toEqual([
        {
          ...expected,
          messages: { count: 0, isExact: true },
          expiresAt: new Date(2_000_000 + 30 * DAY * 1000),
        },
      ]);
    });
  });

  test('tells the title, the directory, the times, the messages and the owner', async () => {
    await inWorld(kind, async (world) => {
      const owner = { accountUuid: idOf(8), organizationUuid: idOf(9) };
      const path = makeTranscript(
        world,
        `a/projects/-work/${first}.jsonl`,
        message({ cwd: '/work' }) +
          message({ type: 'assistant', message: { content: [] } }) +
          `${JSON.stringify({ type: 'session-owner', sessionId: first, ...owner })}\n`,
      );

      expect(await listed(world, ['a'])).toMatchObject([
        {
          path,
          cwd: '/work',
          title: { text: 'Hello', source: 'prompt' },
          createdAt: new Date('2026-11-01T10:00:00.000Z'),
          modifiedAt: new Date(1_000_000),
          messages: { count: 2, isExact: true },
          owner: { ...owner, isRestricted: false },
        },
      ]);
    });
  });

  test('puts the session that changed last first, by the last of its transcripts', async () => {
    await inWorld(kind, async (world) => {
      const old = makeTranscript(world, `a/projects/-one/${first}.jsonl`, message(), 1000);
      const newer = makeTranscript(world, `a/projects/-one/${second}.jsonl`, message(), 2000);
      const newest = makeTranscript(world, `b/projects/-two/${first}.jsonl`, '{}', 3000);

      const sessions = await listed(world, ['b', 'a']);

      expect(sessions.map(({ path }) => path)).toEqual([newest, newer]);
      expect(sessions[0]?.accountHomes).toEqual([at(world, 'b'), at(world, 'a')]);
      expect(sessions[0]?.otherVersions).toMatchObject([
        { path: old, projectKey: '-one', accountHomes: [at(world, 'a')] },
      ]);
    });
  });

  test('does not count a copy with the same content as another version', async () => {
    await inWorld(kind, async (world) => {
      makeTranscript(world, `a/projects/-one/${first}.jsonl`, message());
      makeTranscript(world, `b/projects/-one/${first}.jsonl`, message());
      makeTranscript(world, `b/projects/-two/${first}.jsonl`, message({ cwd: '/x' }));
      const other = message({ message: { content: 'World' } });
      makeTranscript(world, `b/projects/-three/${first}.jsonl`, other);

      const [session] = await listed(world, ['a', 'b']);
      const keys = [session, ...(session?.otherVersions ?? [])].map((one) => one?.projectKey);

      expect(keys).toHaveLength(3);
      expect(keys.filter((key) => key === '-one')).toHaveLength(1);
    });
  });

  test('lists hard links and linked project directories as one transcript', async () => {
    await inWorld(kind, async (world) => {
      const path = makeTranscript(world, `a/projects/-one/${first}.jsonl`, message());
      makeDirectory(world, at(world, 'b/projects/-two'));
      world.fs.linkSync(path, at(world, `b/projects/-two/${first}.jsonl`));
      makeLink(world, at(world, 'c/projects/-one'), at(world, 'a/projects/-one'));

      const [session, ...others] = await listed(world, ['a', 'b', 'c']);

      expect(others).toEqual([]);
      expect(session?.otherVersions).toEqual([]);
      expect(session?.accountHomes).toEqual(['a', 'b', 'c'].map((home) => at(world, home)));
    });
  });

  test('opens the transcripts of the first page only until more are asked for', async () => {
    await inWorld(kind, async (world) => {
      for (let number = 0; number < 120; number += 1) {
        makeTranscript(world, `a/projects/-one/${idOf(number)}.jsonl`, message(), 1000 + number);
      }
      const opened: string[] = [];
      const fs = hooked(world, {
        before: (call, path) => {
          if (call === 'open' && path.endsWith('.jsonl')) opened.push(path);
        },
      });

      const sessions: ListedSession[] = [];
      for await (const session of listing(world, ['a'], { fs })) {
        sessions.push(session);
        if (sessions.length === 50) break;
      }

      expect(ids(sessions).at(-1)).toBe(idOf(70));
      expect(opened).toHaveLength(50);
    });
  });

  test('opens nothing where no details are asked for', async () => {
    await inWorld(kind, async (world) => {
      makeTranscript(world, `a/projects/-one/${first}.jsonl`, message());
      const fs = hooked(
        world,
        failing('EIO', (call) => call === 'open' || call === 'readFile'),
      );

      expect(ids(await listed(world, ['a'], { fs, details: false }))).toEqual([first]);
    });
  });

  test('closes every transcript that it opens', async () => {
    await inWorld(kind, async (world) => {
      makeTranscript(world, `a/projects/-one/${first}.jsonl`, message());
      makeTranscript(world, `a/projects/-one/${second}.jsonl`, message());
      let open = 0;
      const fs = hooked(world, {
        ...failing('EIO', (call) => call.endsWith('.read')),
        after: (call) => {
          if (call === 'open') open += 1;
          if (call.endsWith('.close')) open -= 1;
        },
      });

      await listed(world, ['a'], { fs });

      expect(open).toBe(0);
    });
  });

  test('filters by the directory in which a session began, and those in it', async () => {
    await inWorld(kind, async (world) => {
      const begun = [
        ['-w', '/w'],
        ['-w-a', '/w/a'],
        ['-w-a', '/w-a'],
        ['-other', '/w'],
      ];
      for (const [number, [key, cwd]] of begun.entries()) {
        makeTranscript(
          world,
          `a/projects/${key}/${idOf(number)}.jsonl`,
          message({ cwd }),
          90 - number,
        );
      }

      expect(ids(await listed(world, ['a'], { directory: '/w' }))).toEqual([idOf(0), idOf(1)]);
      expect(ids(await listed(world, ['a'], { directory: '/w/a' }))).toEqual([idOf(1), idOf(2)]);
      expect(await listed(world, ['a'], { directory: '/x' })).toEqual([]);
    });
  });

  test('filters by a directory however it is spelled, there or gone', async () => {
    await inWorld(kind, async (world) => {
      const real = makeDirectory(world, at(world, 'there/work'));
      const link = makeLink(world, at(world, 'link'), real);
      const gone = at(world, 'there/gone');
      // As it was recorded before the directory moved, and a link took its place.
      for (const [number, cwd] of [real, gone, link].entries()) {
        const path = `a/projects/${projectKey(cwd)}/${idOf(number)}.jsonl`;
        makeTranscript(world, path, message({ cwd }), 90 - number);
      }
      const shown = async (directory: string) =>
        ids(await listed(world, ['a'], { directory: `${world.root}/${directory}` }));

      for (const spelling of ['there/work/', 'there/./work', 'there//work', 'there/gone/../work']) {
        expect([spelling, await shown(spelling)]).toEqual([spelling, [idOf(0)]]);
      }
      for (const spelling of ['there/gone/', 'there/work/../gone', 'there/x/../gone']) {
        expect([spelling, await shown(spelling)]).toEqual([spelling, [idOf(1)]]);
      }
      expect(await shown('link')).toEqual([idOf(0), idOf(2)]);
    });
  });

  test('filters by time, account and whether a session is running', async () => {
    await inWorld(kind, async (world) => {
      for (const [number, id] of [first, second].entries()) {
        const owner = { type: 'session-owner', sessionId: id, accountUuid: id };
        const content = `${message()}${JSON.stringify(owner)}\n`;
        makeTranscript(world, `a/projects/-w/${id}.jsonl`, content, 1000 + number);
      }
      makeFile(world, at(world, 'a/sessions/7.json'), JSON.stringify({ sessionId: second }));

      const since = new Date(1_001_000);
      expect(ids(await listed(world, ['a'], { since }))).toEqual([second]);
      expect(ids(await listed(world, ['a'], { before: since }))).toEqual([first]);
      expect(ids(await listed(world, ['a'], { accountUuid: first }))).toEqual([first]);
      expect(await listed(world, ['a'], { running: true })).toMatchObject([
        { sessionId: second, processState: 'unknown' },
      ]);
    });
  });

  test('filters by a text, and tells where it is', async () => {
    await inWorld(kind, async (world) => {
      const content = 'Say "yes",\nthen look at the Hippo in the zoo.';
      const line = message({ message: { content } });
      const path = makeTranscript(world, `a/projects/-w/${first}.jsonl`, message() + line);
      makeTranscript(world, `a/projects/-w/${second}.jsonl`, message());

      for (const text of ['hippo', 'say "yes"', 'YES",\nthen']) {
        expect(await listed(world, ['a'], { text })).toMatchObject([
          { sessionId: first, match: { path, line: 2, excerpt: content } },
        ]);
      }
      expect(await listed(world, ['a'], { text: 'nthen' })).toEqual([]);
    });
  });

  test('tells when the first of the homes that see a session deletes it', async () => {
    await inWorld(kind, async (world) => {
      const target = makeDirectory(world, at(world, 'pool'));
      for (const [home, days] of Object.entries({ a: 90, b: 7 })) {
        makeLink(world, at(world, `${home}/projects`), target);
        const settings = JSON.stringify({ cleanupPeriodDays: days });
        makeFile(world, at(world, `${home}/settings.json`), settings);
      }
      makeFile(world, at(world, 'c/settings.json'), '{"cleanupPeriodDays":1}');
      makeTranscript(world, `pool/-w/${first}.jsonl`, message());

      const expiry = async (...homes: readonly string[]) =>
        (await listed(world, homes))[0]?.expiresAt?.getTime();

      expect(await expiry('a', 'b', 'c')).toBe((1000 + 7 * DAY) * 1000);
      expect(await expiry('a')).toBe((1000 + 90 * DAY) * 1000);
      expect(await expiry()).toBeUndefined();
    });
  });

  test('lists transcripts that cannot be read, and reports them', async () => {
    await inWorld(kind, async (world) => {
      const path = makeTranscript(world, `a/projects/-w/${first}.jsonl`, message(), 2000);
      makeTranscript(world, `a/projects/-w/${second}.jsonl`, message());
      makeDirectory(world, at(world, 'a/projects/-closed'));
      const fs = hooked(
        world,
        failing(
          'EACCES',
          (call, name) =>
            (call === 'open' && name === path) || (call === 'opendir' && name.endsWith('-closed')),
        ),
      );
      const unreadable: unknown[] = [];

      const onUnreadable = (one: unknown) => unreadable.push(one);
      const sessions = await listed(world, ['a'], { fs, onUnreadable });

      expect(sessions.map(({ title }) => title?.text)).toEqual([undefined, 'Hello']);
      expect(unreadable).toEqual([
        { path: at(world, 'a/projects/-closed'), errno: 'EACCES' },
        { path, errno: 'EACCES' },
      ]);
    });
  });

  test('leaves out a session that vanishes meanwhile, unless there is another version', async () => {
    await inWorld(kind, async (world) => {
      const gone = makeTranscript(world, `a/projects/-w/${first}.jsonl`, message(), 3000);
      const copied = makeTranscript(world, `a/projects/-w/${second}.jsonl`, '{}', 2000);
      const copy = makeTranscript(world, `b/projects/-w/${second}.jsonl`, message());
      const remove = () => {
        for (const path of [gone, copied]) world.fs.unlinkSync(path);
      };
      const fs = hooked(world, { before: once((call) => call === 'open', remove) });

      const sessions = await listed(world, ['a', 'b'], { fs });

      expect(sessions.map(({ path }) => path)).toEqual([copy]);
    });
  });

  test('ignores other names, directories, and links to nothing or in circles', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, at(world, 'a/projects/-one/notes.jsonl'));
      makeFile(world, at(world, `a/projects/-one/${first}`));
      makeFile(world, at(world, `a/projects/${first}.jsonl`));
      makeDirectory(world, at(world, `a/projects/-one/${first}.jsonl`));
      makeLink(world, at(world, `a/projects/-one/${second}.jsonl`), at(world, 'nothing'));
      makeLink(world, at(world, 'a/projects/-circle'), at(world, 'a/projects/-circle'));
      makeLink(world, at(world, 'c/projects'), at(world, 'c/projects'));
      makeDirectory(world, at(world, 'b'));

      expect(await listed(world, ['a', 'b', 'c'])).toEqual([]);
      expect(await listed(world, [])).toEqual([]);
    });
  });

  test('ends with the reason of the signal', async () => {
    await inWorld(kind, async (world) => {
      const reason = new Error('enough');
      for (let number = 0; number < 3; number += 1) {
        makeTranscript(world, `a/projects/-w/${idOf(number)}.jsonl`, message());
      }
      const controller = new AbortController();
      const progress: unknown[] = [];
      const onProgress = (one: unknown) => {
        progress.push(one);
        controller.abort(reason);
      };

      const { signal } = controller;
      await expect(listed(world, ['a'], { signal, onProgress })).rejects.toBe(reason);
      await expect(listed(world, ['a'], { signal })).rejects.toBe(reason);
      expect(progress).toEqual([{ checked: 1, total: 3 }]);
    });
  });
});

test('listSessions refuses a relative home', () => {
  expect(() => listSessions(['a'])).toThrow(
    expect.toSatisfy(
      (error: unknown) => isSharedStateError(error) && error.operation === 'listSessions',
    ),
  );
});
