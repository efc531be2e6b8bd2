import { mkdir, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { inspectAll, type LinkState, type ProblemCode, validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { answered, notFound, resumeSession, startSession } from './support/session.ts';

const prompt = 'The password is swordfish.';

interface Trap {
  readonly set: (projects: string, room: Room) => Promise<void>;
  readonly state: LinkState;
  readonly code: ProblemCode;
}

test.each<[what: string, trap: Trap]>([
  [
    'a link to nothing',
    {
      set: (projects, { path }) => symlink(path('exited'), projects),
      state: 'dangling',
      code: 'dangling-link',
    },
  ],
  [
    'a link to itself',
    { set: (projects) => symlink('projects', projects), state: 'loop', code: 'dangling-link' },
  ],
  [
    'a link to a file',
    {
      set: async (projects, { path }) => {
        await writeFile(path('a-file'), '');
        await symlink(path('a-file'), projects);
      },
      state: 'divergent',
      code: 'divergent-link',
    },
  ],
  ['a file', { set: (projects) => writeFile(projects, ''), state: 'file', code: 'link-blocked' }],
])(
  'where projects is %s, sessions vanish without an error, and inspectAll reports just that home',
  async (_, { set, state, code }) => {
    const room = await enterCleanRoom();
    const { required } = room;
    const [healthy, trapped, alsoHealthy] = [room.path('a'), room.path('b'), room.path('c')];
    await validateAll([healthy, alsoHealthy], { required });
    const projects = room.path('b', 'projects');
    await mkdir(trapped);
    await set(projects, room);

    const outcome = await runClaude(['-p', prompt], room.surroundings(trapped));

    expect(outcome).toEqual(answered(replyTo(1)));
    expect(await room.transcripts()).toEqual([]);
    const reports = await inspectAll([healthy, trapped, alsoHealthy], { required });
    expect(reports.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(reports[1]?.links).toContainEqual(expect.objectContaining({ path: projects, state }));
    expect(reports[1]?.problems).toContainEqual(
      expect.objectContaining({ code, severity: 'error', accountHome: trapped }),
    );

    await unlink(projects);
    await validateAll([healthy, trapped, alsoHealthy], { required });
    const id = await startSession(room, trapped, prompt);
    expect(await room.transcripts()).toEqual([expect.stringContaining(id)]);
  },
);

test('where the target behind a right link has gone, sessions vanish until validateAll makes it again', async () => {
  const room = await enterCleanRoom();
  const { required, sharedProjects } = room;
  const accountHome = room.path('account-a');
  await validateAll([accountHome], { required });
  await rmdir(sharedProjects);

  const lost = await startSession(room, accountHome, prompt);

  expect(await room.transcripts()).toEqual([]);
  expect(await inspectAll([accountHome], { required })).toMatchObject([
    { ok: false, wouldCreate: [sharedProjects] },
  ]);
  expect(await validateAll([accountHome], { required })).toMatchObject([
    { ok: true, problems: [{ code: 'target-recreated', severity: 'warning' }] },
  ]);
  expect(await resumeSession(room, accountHome, lost, prompt)).toEqual(notFound(lost));
  const kept = await startSession(room, accountHome, prompt);
  expect(await room.transcripts()).toEqual([expect.stringContaining(kept)]);
});
