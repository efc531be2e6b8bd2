import { lstat, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrate, planMigration } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { startSession } from './support/session.ts';

/** Two homes with a session each in one directory, and where each of them remembers things. */
async function enterTwoHomes(room: Room) {
  const homes = [room.path('a'), room.path('b')] as const;
  for (const home of homes) await startSession(room, home, 'Hello.');
  const [transcript] = await room.transcripts();
  const memory = join('projects', dirname(String(transcript)).split('/').at(-1) ?? '', 'memory');
  return { homes, memories: homes.map((home) => join(home, memory)) };
}

describe.each(programs)('Claude Code $version', ({ name }) => {
  test('auto-memory behind the link is edited with the rules of the plan only', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const { homes, memories } = await enterTwoHomes(room);
    const notes = memories.map((memory) => join(memory, 'MEMORY.md'));
    const [noteOfA = '', noteOfB = ''] = notes;
    await writeFile(noteOfA, 'before\n');
    await editUnder(room, homes[0], noteOfA, 'as it was', []);
    expect(await readFile(noteOfA, 'utf8')).toBe('as it was\n');

    const { ok, problems } = await planMigration(homes, { required });
    expect(ok).toBe(true);
    const wanted = problems.filter(({ code }) => code === 'memory-needs-rules');
    expect(wanted.map(({ path }) => path)).toEqual(memories);
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

  test('the MEMORY.md files of two homes become one, which each home sends', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const { homes, memories } = await enterTwoHomes(room);
    const lines = ['- [Fish](fish.md): swordfish', '- [Both](both.md): known to both'];
    const more = '- [Bird](bird.md): kingfisher';
    const [ofA = '', ofB = ''] = memories.map((memory) => join(memory, 'MEMORY.md'));
    await writeFile(ofA, `${lines.join('\n')}\n`);
    await writeFile(ofB, `${lines[1]}\n${more}\n`);
    await writeFile(join(dirname(ofB), 'bird.md'), 'A kingfisher.\n');

    const plan = await planMigration(homes, { required });
    expect(plan.ok).toBe(true);
    expect(plan.problems.map(({ code }) => code)).toContain('memory-merged');
    expect(await migrate(homes, { required })).toMatchObject({ outcome: 'done' });

    const merged = [...lines, more];
    expect(await readFile(ofA, 'utf8')).toBe(`${merged.join('\n')}\n`);
    for (const home of homes) {
      await startSession(room, home, 'What do you remember?');
      const request = JSON.stringify(room.api.requests.at(-1));
      for (const line of merged) expect(request.split(line)).toHaveLength(2);
    }
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
