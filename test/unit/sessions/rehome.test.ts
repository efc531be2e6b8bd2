import { planRehome, projectKey, rehome, type RehomeOptions } from 'claude-shared-state/sessions';
import { isValidResumeUUID } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { failing, hooked, once } from '../support/hooked.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const [first, second] = [
  '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10',
];

/** A home with a session of a directory that is now called `new`. */
function setStage(world: World) {
  makeDirectory(world, at(world, 'new'));
  const project = (directory: string) =>
    at(world, `home/projects/${projectKey(at(world, directory))}`);
  const session = (id: string, directory: string, cwd = directory) =>
    makeFile(
      world,
      `${project(directory)}/${id}.jsonl`,
      `{"type":"queue-operation"}\n{"cwd":${JSON.stringify(at(world, cwd))}}\n`,
    );
  const options: RehomeOptions = {
    accountHomes: [at(world, 'home')],
    required: [{ name: 'projects', target: at(world, 'none') }],
    fs: world.fs,
  };
  const move = (more: Partial<RehomeOptions> = {}) =>
    rehome(at(world, 'old'), at(world, 'new'), { ...options, ...more });
  const moveBack = (more: Partial<RehomeOptions> = {}) =>
    rehome(at(world, 'new'), at(world, 'old'), { ...options, ...more });
  return { project, session, options, move, moveBack };
}

function noNumbers(): never {
  throw new Error('no numbers');
}

/** What is there, without what the library keeps for itself. */
function treeOf(world: World) {
  const paths = Object.entries(snapshot(world, at(world, 'home/projects')));
  return Object.fromEntries(paths);
}

describe.each(worldKinds)('rehome in %s', (kind) => {
  test('moves sessions, their directories and auto-memory, and leaves every byte and time', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      const transcript = session(first, 'old');
      makeFile(world, `${project('old')}/${first}/subagents/agent-1.jsonl`, '{}\n');
      makeFile(world, `${project('old')}/memory/MEMORY.md`, 'remember\n');
      world.fs.utimesSync(transcript, 1000, 1000);
      const expected = Object.fromEntries(
        Object.entries(treeOf(world)).map(([path, what]) => [
          path.replace(project('old'), project('new')),
          what,
        ]),
      );

      const report = await move();

      expect(report).toMatchObject({ ok: true, outcome: 'done', kept: [], problems: [] });
      expect(report.moves).toMatchObject([
        { from: project('old'), to: project('new'), sessions: [first] },
      ]);
      expect(report.moves[0]?.names.toSorted()).toEqual([first, `${first}.jsonl`, 'memory']);
      expect(treeOf(world)).toEqual(expected);
      const moved = world.fs.lstatSync(`${project('new')}/${first}.jsonl`, { bigint: true });
      expect(Number(moved.mtimeMs)).toBe(1_000_000);
      expect(await move()).toMatchObject({ ok: true, outcome: 'done', moves: [] });
    });
  });

  test('brings everything back if it is called the other way round', async () => {
    await inWorld(kind, async (world) => {
      const { session, move, moveBack, project } = setStage(world);
      session(first, 'old');
      session(second, 'old/below');
      makeFile(world, `${project('old')}/memory/MEMORY.md`, 'remember\n');
      const before = treeOf(world);
      await move();
      expect(treeOf(world)).not.toEqual(before);
      makeDirectory(world, at(world, 'old'));

      expect(await moveBack()).toMatchObject({ ok: true, outcome: 'done' });

      expect(treeOf(world)).toEqual(before);
    });
  });

  test('joins the sessions that the new directory has, and takes only the named ones back', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move, moveBack } = setStage(world);
      session(first, 'old');
      session(second, 'new');
      makeDirectory(world, `${project('old')}/memory`);
      makeDirectory(world, `${project('new')}/memory`);

      const { moves } = await move();
      expect(Object.keys(treeOf(world))).toEqual(
        expect.arrayContaining([
          `${project('new')}/${first}.jsonl`,
          `${project('new')}/${second}.jsonl`,
        ]),
      );
      expect(world.fs.existsSync(project('old'))).toBe(false);

      makeDirectory(world, at(world, 'old'));
      await moveBack({ sessions: moves.flatMap(({ sessions }) => sessions) });
      expect(world.fs.existsSync(`${project('old')}/${first}.jsonl`)).toBe(true);
      expect(world.fs.existsSync(`${project('new')}/${second}.jsonl`)).toBe(true);
    });
  });

  test('moves sessions of directories below, and none of directories that only share a key', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      session(first, 'old/below');
      // Its key begins like that of `old`, or is the same.
      const [besides, twin] = [session(second, 'old-besides'), session(second, 'old', 'o/../old')];
      world.fs.unlinkSync(twin);
      makeFile(
        world,
        `${project('a-b')}/${second}.jsonl`,
        `{"cwd":${JSON.stringify(at(world, 'a/b'))}}`,
      );

      const report = await move();
      expect(report.moves.map(({ to }) => to)).toEqual([project('new/below')]);
      expect(world.fs.existsSync(besides)).toBe(true);

      const { options } = setStage(world);
      const other = await rehome(at(world, 'a-b'), at(world, 'new'), options);
      expect(other).toMatchObject({ ok: true, moves: [] });
    });
  });

  test('keeps a file of auto-memory that differs, and says which', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      session(first, 'old');
      const path = makeFile(world, `${project('old')}/memory/MEMORY.md`, 'old\n');
      const other = makeFile(world, `${project('new')}/memory/MEMORY.md`, 'new\n');
      makeFile(world, `${project('old')}/memory/notes.md`, 'notes\n');

      for (const report of [await move(), await move()]) {
        expect(report).toMatchObject({ ok: true, outcome: 'done', kept: [{ path, other }] });
      }

      expect(treeOf(world)).toMatchObject({
        [path]: 'file of old\n',
        [other]: 'file of new\n',
        [`${project('new')}/memory/notes.md`]: 'file of notes\n',
      });
    });
  });

  test('moves nothing if the new key has another transcript of a session', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, options, move } = setStage(world);
      const path = session(first, 'old');
      const other = session(first, 'new');
      session(second, 'old');
      const before = snapshot(world);
      const problem = { code: 'rehome-blocked', reason: 'transcript-exists', path, other };

      const plan = await planRehome(at(world, 'old'), at(world, 'new'), options);
      expect(plan).toMatchObject({ ok: false, problems: [problem] });
      expect(plan.moves[0]?.to).toBe(project('new'));
      expect(await move()).toMatchObject({ outcome: 'refused', problems: [problem] });

      expect(snapshot(world)).toEqual(before);
    });
  });

  test.each([
    ['one of the sessions', 'elsewhere', first],
    ['another session in the old directory', 'old/below', second],
  ])('moves nothing while %s runs', async (_, cwd, sessionId) => {
    await inWorld(kind, async (world) => {
      const { session, move } = setStage(world);
      session(first, 'old');
      const record = { sessionId, cwd: at(world, cwd), procStart: '7' };
      makeFile(world, at(world, 'home/sessions/4711.json'), JSON.stringify(record));
      const before = snapshot(world);
      const running = { status: async () => ({ state: 'running', start: '7' }) as const };
      const unknown = { status: async () => ({ state: 'unknown' }) as const };

      for (const processInspector of [running, unknown]) {
        expect(await move({ processInspector })).toMatchObject({
          outcome: 'refused',
          problems: [{ code: 'rehome-blocked', reason: 'running', pid: 4711 }],
        });
      }
      expect(snapshot(world)).toEqual(before);

      const ended = { status: async () => ({ state: 'exited' }) as const };
      expect(await move({ processInspector: ended })).toMatchObject({ ok: true });
    });
  });

  test('moves nothing while another call holds the lock', async () => {
    await inWorld(kind, async (world) => {
      const { session, move } = setStage(world);
      session(first, 'old');
      makeLink(world, at(world, 'home/.claude-shared-state/lock'), '1.1.a.unknown');
      const before = snapshot(world);
      expect(await move()).toMatchObject({
        outcome: 'locked',
        problems: [{ code: 'locked-by-other', pid: 1 }],
      });
      expect(snapshot(world)).toEqual(before);
    });
  });

  test('refuses a new directory that does not exist', async () => {
    await inWorld(kind, async (world) => {
      const { session, options } = setStage(world);
      session(first, 'old');
      const missing = at(world, 'mistyped');
      expect(await rehome(at(world, 'old'), missing, options)).toMatchObject({
        outcome: 'refused',
        problems: [{ code: 'working-directory-unusable', path: missing, errno: 'ENOENT' }],
      });
    });
  });

  test('goes by the old name even if it is a link to the new directory now', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      session(first, 'old');
      makeLink(world, at(world, 'old'), at(world, 'new'));
      expect((await move()).moves.map(({ to }) => to)).toEqual([project('new')]);
    });
  });

  test('moves the sessions of a shared pool once, whichever home is named', async () => {
    await inWorld(kind, async (world) => {
      const { session, options } = setStage(world);
      session(first, 'old');
      for (const home of ['b', 'c']) {
        makeLink(world, at(world, `${home}/projects`), at(world, 'home/projects'));
      }
      const accountHomes = [at(world, 'b'), at(world, 'c')];
      const report = await rehome(at(world, 'old'), at(world, 'new'), { ...options, accountHomes });
      expect(report.moves).toHaveLength(1);
      expect(report.moves[0]?.from.startsWith(at(world, 'home/'))).toBe(true);
    });
  });

  test('moves only the exact directory if one is inside the other', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, options } = setStage(world);
      session(first, 'old');
      const inside = session(second, 'old/inside');
      const target = makeDirectory(world, at(world, 'old/inside'));
      const report = await rehome(at(world, 'old'), target, options);
      expect(report.moves.map(({ from, sessions }) => [from, sessions])).toEqual([
        [project('old'), [first]],
      ]);
      expect(world.fs.existsSync(inside)).toBe(true);
    });
  });

  test('completes what a run that died had linked already, and keeps what differs', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      const [own, other] = [session(first, 'old'), `${project('new')}/${first}.jsonl`];
      makeDirectory(world, project('new'));
      world.fs.linkSync(own, other);
      for (const [name, text] of [
        ['same', 'there'],
        ['differs', 'here'],
      ] as const) {
        makeLink(world, `${project('old')}/${name}`, text);
        makeLink(world, `${project('new')}/${name}`, 'there');
      }
      makeLink(world, `${project('old')}/alone`, 'there');
      makeFile(world, `${project('old')}/memory/MEMORY.md`, 'old\n');
      makeFile(world, `${project('new')}/memory`, 'a file\n');

      const report = await move();

      expect(report).toMatchObject({ ok: true, outcome: 'done' });
      expect(report.kept.map(({ path }) => path).toSorted()).toEqual([
        `${project('old')}/differs`,
        `${project('old')}/memory`,
      ]);
      const left = Object.keys(snapshot(world, project('old')));
      expect(left).toEqual(expect.arrayContaining(report.kept.map(({ path }) => path)));
      expect(left).not.toContain(own);
      expect(left).not.toContain(`${project('old')}/same`);
      expect(world.fs.readlinkSync(`${project('new')}/alone`)).toBe('there');
      expect(world.fs.existsSync(other)).toBe(true);
    });
  });

  test('says what can not be read or is in the way, and moves nothing', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, options, move } = setStage(world);
      session(first, 'old');
      const file = makeFile(world, at(world, 'b/projects'), 'a file');
      const accountHomes = [...options.accountHomes, at(world, 'b')];
      expect(await move({ accountHomes })).toMatchObject({
        outcome: 'failed',
        problems: [{ code: 'io-error', path: file, errno: 'ENOTDIR' }],
      });
      const blocker = makeFile(world, project('new'), 'a file');
      expect(await move()).toMatchObject({
        ok: false,
        outcome: 'failed',
        moves: [],
        problems: [{ code: 'io-error', path: blocker, errno: 'ENOTDIR' }],
      });
    });
  });

  test.each([
    ['the state directory', 'mkdir', 'state', 'EACCES'],
    ['the lock', 'symlink', 'lock', 'EROFS'],
    ['a move', 'rename', '', 'EIO'],
  ] as const)(
    'fails where the disk fails at %s, and loses nothing',
    async (_, call, end, errno) => {
      await inWorld(kind, async (world) => {
        const { session, move } = setStage(world);
        const path = session(first, 'old');
        const fs = hooked(
          world,
          failing(errno, (name, at) => name === call && at.endsWith(end)),
        );
        expect(await move({ fs })).toMatchObject({
          ok: false,
          outcome: 'failed',
          problems: [{ code: 'io-error', errno }],
        });
        expect(world.fs.existsSync(path)).toBe(true);
        expect(await move()).toMatchObject({ ok: true, outcome: 'done' });
      });
    },
  );

  test('throws what no call of the file system threw', async () => {
    await inWorld(kind, async (world) => {
      const { session, move } = setStage(world);
      session(first, 'old');
      await expect(move({ random: noNumbers })).rejects.toThrow('no numbers');
    });
  });

  test('moves also what ended meanwhile, and gives up if there is always more', async () => {
    await inWorld(kind, async (world) => {
      const { project, session, move } = setStage(world);
      session(first, 'old');
      const isMoved = (call: string, path: string) =>
        (call === 'rename' || call === 'rmdir') && path === project('old');
      const after = once(isMoved, () => void session(second, 'old'));
      const report = await move({ fs: hooked(world, { after }) });
      expect(report).toMatchObject({ ok: true, outcome: 'done' });
      expect(report.moves.map(({ sessions }) => sessions)).toEqual([[first], [second]]);

      let next = 0;
      session(`${next}${first.slice(1)}`, 'old/below');
      const always = (call: string, path: string) => {
        if (!/^(?:rename|rmdir)$/.test(call) || path !== project('old/below')) return;
        next += 1;
        session(`${next}${second.slice(1)}`, 'old/below');
      };
      expect(await move({ fs: hooked(world, { after: always }) })).toMatchObject({
        ok: false,
        outcome: 'failed',
        problems: [{ code: 'io-error', errno: 'ESTALE' }],
      });
      expect(await move()).toMatchObject({ ok: true, outcome: 'done' });
    });
  });

  test('fails if the projects are somewhere else once it holds the lock', async () => {
    await inWorld(kind, async (world) => {
      const { session, move } = setStage(world);
      session(first, 'old');
      makeDirectory(world, at(world, 'real'));
      const [projects, real] = [at(world, 'home/projects'), at(world, 'real/projects')];
      const after = once(
        (call, path) => call === 'symlink' && path.endsWith('lock'),
        () => {
          world.fs.renameSync(projects, real);
          makeLink(world, projects, real);
        },
      );
      expect(await move({ fs: hooked(world, { after }) })).toMatchObject({
        outcome: 'failed',
        problems: [{ code: 'io-error', errno: 'ESTALE' }],
      });
      expect(await move()).toMatchObject({ ok: true, outcome: 'done' });
    });
  });
});

test('the ids of sessions and the paths are checked', async () => {
  const [{ id, known }] = [{ id: 'x', known: isValidResumeUUID('x') }];
  expect(known).toBe(false);
  await expect(
    // @ts-expect-error -- it is no id
    rehome('old', '/new', { accountHomes: ['/a'], sessions: [id] }),
  ).rejects.toMatchObject({
    problems: [
      { code: 'invalid-argument', argument: 'from' },
      { code: 'invalid-argument', argument: 'options.sessions[0]' },
    ],
  });
});
