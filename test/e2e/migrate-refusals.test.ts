import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate, planMigration } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { Conversation } from './support/conversation.ts';
import { expectToResume } from './support/expect-conversation.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { startSession } from './support/session.ts';

const REST_MS = 1_000;

describe.each(programs)('Claude Code $version', ({ name }) => {
  test('a session that runs is named by migrate, which touches nothing until it has ended', async () => {
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
      originals: [],
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

  test('auto-memory behind the link is edited in print mode with the rules of the plan, and not without', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const homes = [room.path('a'), room.path('b')] as const;
    for (const home of homes) await startSession(room, home, 'Hello.');
    const [transcript] = await room.transcripts();
    const memory = join('projects', dirname(String(transcript)).split('/').at(-1) ?? '', 'memory');
    const notes = homes.map((home) => join(home, memory, 'MEMORY.md'));
    const [noteOfA = '', noteOfB = ''] = notes;
    await writeFile(noteOfA, 'before\n');
    await editUnder(room, homes[0], noteOfA, 'as it was', []);
    expect(await readFile(noteOfA, 'utf8')).toBe('as it was\n');

    const { ok, problems } = await planMigration(homes, { required });
    expect(ok).toBe(true);
    const wanted = problems.filter(({ code }) => code === 'memory-needs-rules');
    expect(wanted.map(({ path }) => path)).toEqual(homes.map((home) => join(home, memory)));
    expect(await migrate(homes, { required })).toMatchObject({ outcome: 'done' });

    for (const [index, home] of homes.entries()) {
      const problem = wanted[index];
      const rules = problem?.code === 'memory-needs-rules' ? problem.rules : [];
      const note = notes[index] ?? '';
      const text = `with the rules of ${index}`;
      await editUnder(room, home, note, 'without', []);
      expect(await readFile(note, 'utf8')).not.toBe('without\n');
      await editUnder(room, home, note, text, rules);
      expect(await readFile(note, 'utf8')).toBe(`${text}\n`);
    }
    expect(await readFile(noteOfB, 'utf8')).toBe(await readFile(noteOfA, 'utf8'));
    expect((await lstat(join(homes[1], 'projects'))).isSymbolicLink()).toBe(true);
  });
});

/** Lets the program write into a file in a session of a home, with these rules in the settings. */
async function editUnder(
  room: Room,
  home: string,
  path: string,
  text: string,
  allow: readonly string[],
): Promise<void> {
  await writeFile(join(home, 'settings.json'), JSON.stringify({ permissions: { allow } }));
  const prompt = `Write ${text} under ${home}.`;
  room.api.callToolsWhenTold(
    prompt,
    { name: 'Read', input: { file_path: path } },
    { name: 'Write', input: { file_path: path, content: `${text}\n` } },
  );
  const { exitCode, stderr } = await runClaude(['-p', prompt], room.surroundings(home));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

/** Everything that is in the shared directories of homes, by name, inode and time. */
async function treesOf(homes: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const home of homes) {
    const names = await readdir(home);
    expect(names).not.toContain('.claude-shared-state');
    for (const name of names.filter((it) => /^(?:projects|file-history|session-env)$/.test(it))) {
      for (const path of ['', ...(await readdir(join(home, name), { recursive: true }))]) {
        const at = join(home, name, path);
        const { ino, size, mtimeMs, ctimeMs } = await lstat(at);
        found.push([at, ino, size, mtimeMs, ctimeMs].join(' '));
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
