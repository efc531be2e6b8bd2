import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate, planMigration } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { Conversation } from './support/conversation.ts';
import { expectOnce, expectToResume } from './support/expect-conversation.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { startSession } from './support/session.ts';

const REST_MS = 1_000;

describe.each(programs)('Claude Code $version', ({ name }) => {
  test('a running session is named by migrate, which waits for its end', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const homes = [room.path('a'), room.path('b')] as const;
    await startSession(room, homes[1], 'Hello.');
    const running = new Conversation(room, 'running');
    await running.begin(homes[0]);
    const before = await restingTreesOf(homes);
    expect(before.join('\n')).toContain(`${running.sessionId}.jsonl`);

    const refused = await migrate(homes, { required });

    expect(refused).toMatchObject({
      ok: false,
      outcome: 'refused',
      restorePoints: [],
      problems: [
        {
          code: 'live-session',
          accountHome: homes[0],
          sessionId: running.sessionId,
          pid: running.pid,
        },
      ],
    });
    expect(await treesOf(homes)).toEqual(before);
    for (const { target } of required) expect(existsSync(target)).toBe(false);

    await running.end();
    expect(await migrate(homes, { required })).toMatchObject({ outcome: 'done', problems: [] });
    await expectToResume(running, homes[1]);
  });

  test('a session of a home with links into a migrated one is refused, or merged', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const [primary, work, elsewhere] = [
      room.path('home', '.claude'),
      room.path('home', '.claude-work'),
      room.path('elsewhere', 'account'),
    ];
    const first = new Conversation(room, 'first');
    await first.begin(primary);
    await first.end();
    for (const home of [work, elsewhere]) {
      await mkdir(home, { recursive: true });
      for (const it of required) await symlink(join(primary, it.name), join(home, it.name));
    }
    for (const [home, options] of [
      [work, {}],
      [elsewhere, { otherHomes: [elsewhere] }],
    ] as const) {
      const running = new Conversation(room, `under ${basename(home)}`);
      await running.begin(home);
      const before = await restingTreesOf([primary]);
      const wanted = { accountHome: home, sessionId: running.sessionId, pid: running.pid };

      const plan = await planMigration([primary], { required, ...options });
      expect(plan.ok).toBe(false);
      expect(plan.problems).toMatchObject([{ code: 'live-session', ...wanted }]);
      const refused = await migrate([primary], { required, ...options });
      expect(refused).toMatchObject({ outcome: 'refused', problems: plan.problems });
      expect(await treesOf([primary])).toEqual(before);

      const merging = await planMigration([primary], { required, ...options, live: 'merge' });
      expect(merging.ok).toBe(true);
      expect(merging.problems).toMatchObject([{ code: 'live-session-merged', ...wanted }]);
      if (home === work) {
        await running.end();
        continue;
      }
      expect(await migrate([primary], { required, ...options, live: 'merge' })).toMatchObject({
        outcome: 'done',
      });
      await running.say();
      await running.end();
      await expectOnce(room, running, room.sharedProjects);
      for (const from of [primary, work, elsewhere]) await expectToResume(running, from);
      await expectToResume(first, work);
    }
  });
});

/** Everything that is in the shared directories of homes, by name, inode and time. */
async function treesOf(homes: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const home of homes) {
    const names = await readdir(home);
    expect(names).not.toContain('.claude-shared-state');
    for (const name of names.filter((it) => /^(?:projects|file-history|session-env)$/.test(it))) {
      for (const path of ['', ...(await readdir(join(home, name), { recursive: true }))]) {
        const at = join(home, name, path);
        const { ino, size, mtimeMs } = await lstat(at);
        found.push([at, ino, size, mtimeMs].join(' '));
      }
    }
  }
  return found.toSorted();
}

/** The same, once it has not changed for a while: the program writes after it has answered. */
async function restingTreesOf(homes: readonly string[]): Promise<readonly string[]> {
  for (let before = await treesOf(homes); ;) {
    await delay(REST_MS);
    const now = await treesOf(homes);
    if (now.join('\n') === before.join('\n')) return now;
    before = now;
  }
}
