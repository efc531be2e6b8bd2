import { isSharedStateError } from 'claude-shared-state';
import {
  type ListedSession,
  listSessions,
  type ListSessionsOptions,
} from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../support/world.ts';

const [first, second] = [
  '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10',
];

async function listed(
  world: World,
  homes: readonly string[],
  options: ListSessionsOptions = {},
): Promise<readonly ListedSession[]> {
  const sessions: ListedSession[] = [];
  const required = [{ name: 'projects', target: at(world, 'pool') }];
  const all = listSessions(
    homes.map((home) => at(world, home)),
    { required, fs: world.fs, ...options },
  );
  for await (const session of all) sessions.push(session);
  return sessions;
}

describe.each(worldKinds)('listSessions in %s', (kind) => {
  test('lists a shared session once, with every home that shares it', async () => {
    await inWorld(kind, async (world) => {
      const target = makeDirectory(world, at(world, 'pool'));
      makeLink(world, at(world, 'a/projects'), target);
      makeLink(world, at(world, 'b/projects'), target);
      makeFile(world, `${target}/-work/${first}.jsonl`, '{}');

      const sessions = await listed(world, ['a', 'b'], { details: false });

      expect(sessions).toEqual([
        {
          sessionId: first,
          path: at(world, `a/projects/-work/${first}.jsonl`),
          projectKey: '-work',
          size: 2,
          modifiedAt: sessions[0]?.modifiedAt,
          accountHomes: [at(world, 'a'), at(world, 'b')],
          otherVersions: [],
        },
      ]);
    });
  });

  test('puts the session that changed last first, by the last of its transcripts', async () => {
    await inWorld(kind, async (world) => {
      const [old, newer, newest] = [
        makeFile(world, at(world, `a/projects/-one/${first}.jsonl`)),
        makeFile(world, at(world, `a/projects/-one/${second}.jsonl`)),
        makeFile(world, at(world, `b/projects/-two/${first}.jsonl`)),
      ];
      world.fs.utimesSync(old, 1000, 1000);
      world.fs.utimesSync(newer, 2000, 2000);
      world.fs.utimesSync(newest, 3000, 3000);

      const sessions = await listed(world, ['b', 'a']);

      expect(sessions.map(({ path }) => path)).toEqual([newest, newer]);
      expect(sessions[0]?.accountHomes).toEqual([at(world, 'b'), at(world, 'a')]);
    });
  });

  test('ignores files that are named like no session, and homes without projects', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, at(world, 'a/projects/-one/notes.jsonl'));
      makeFile(world, at(world, `a/projects/-one/${first}`));
      makeDirectory(world, at(world, 'b'));

      expect(await listed(world, ['a', 'b'])).toEqual([]);
      expect(await listed(world, [])).toEqual([]);
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
