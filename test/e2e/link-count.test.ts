import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../package/support/run.ts';
import { runClaude } from './support/claude.ts';
import { memberOf } from '../../src/core/json.ts';
import { items } from './support/json.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { theOnly } from './support/session.ts';

const index = '- [Fish](fish.md): swordfish\n';
const topic =
  '---\nname: fish\ndescription: about the hake\ntype: project\n---\nIt is a swordfish.\n';

/** Runs the program in print mode, with checkpoints of the files that it changes. */
function run(room: Room, ...args: readonly string[]): Promise<Ending> {
  return runClaude(['-p', ...args, '--permission-mode', 'acceptEdits', '--allowedTools', 'Bash'], {
    ...room.surroundings(room.path('a')),
    environment: { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: '1' },
  });
}

/** Every file of a session and of its project. */
async function filesOf(home: string): Promise<readonly string[]> {
  const trees = ['projects', 'file-history', 'session-env'].map(async (name) => {
    const tree = join(home, name);
    // No file was changed, no history.
    const options = { recursive: true, withFileTypes: true } as const;
    const entries = existsSync(tree) ? await readdir(tree, options) : [];
    return entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  });
  return (await Promise.all(trees)).flat();
}

/** Gives each file the wanted number of names: the program itself may have linked some. */
async function setLinkCount(room: Room, paths: readonly string[], count: 1 | 2): Promise<void> {
  await mkdir(room.path('names'));
  for (const [position, path] of paths.entries()) {
    const copy = `${path}.copy`;
    await writeFile(copy, await readFile(path));
    await rename(copy, path);
    if (count === 2) await link(path, room.path('names', `${position}`));
    expect((await stat(path)).nlink).toBe(count);
  }
}

/** The results of tools in a request, in order. */
function resultsIn(request: unknown): readonly string[] {
  const blocks = items(memberOf(request, 'messages')).flatMap((it) =>
    items(memberOf(it, 'content')),
  );
  const results = blocks.filter((block) => memberOf(block, 'type') === 'tool_result');
  return results.map((result) => JSON.stringify(memberOf(result, 'content')));
}

describe.each(programs)('Claude Code $version', ({ name }) => {
  test.each([1, 2] as const)(
    'a session whose files have %d names each resumes, edits and rewinds',
    async (count) => {
      const room = await enterCleanRoom(name);
      const home = room.path('a');
      const notes = room.path('work', 'notes');
      await writeFile(notes, 'before\n');
      await mkdir(home);
      const command = 'echo "export FISH=swordfish" >> "$CLAUDE_ENV_FILE"';
      const hooks = {
        SessionStart: [{ matcher: 'startup', hooks: [{ type: 'command', command }] }],
      };
      await writeFile(join(home, 'settings.json'), JSON.stringify({ hooks }));
      room.api.callTools(
        { name: 'Bash', input: { command: 'seq 1 40000' } },
        { name: 'Read', input: { file_path: notes } },
        { name: 'Write', input: { file_path: notes, content: 'after\n' } },
      );
      const first = await run(room, 'One.', '--output-format', 'json');
      const id = String(memberOf(JSON.parse(first.stdout), 'session_id'));
      const transcript = theOnly(await room.transcripts());
      const memory = join(dirname(transcript), 'memory');
      await mkdir(memory, { recursive: true });
      const [indexPath, topicPath] = [join(memory, 'MEMORY.md'), join(memory, 'fish.md')];
      await writeFile(indexPath, index);
      await writeFile(topicPath, topic);
      const files = await filesOf(home);
      const toolResult = theOnly(files.filter((path) => path.includes('/tool-results/')));
      expect(files.some((path) => path.includes('/file-history/'))).toBe(true);
      expect(files.some((path) => path.includes('/session-env/'))).toBe(true);
      await setLinkCount(room, files, count);
      const before = room.api.requests.length;
      room.api.callTools(
        { name: 'Read', input: { file_path: toolResult, limit: 3 } },
        { name: 'Bash', input: { command: 'echo "fish=$FISH"' } },
        { name: 'Read', input: { file_path: topicPath } },
        {
          name: 'Edit',
          input: { file_path: topicPath, old_string: 'a swordfish', new_string: 'a pike' },
        },
      );

      expect(await run(room, '--resume', id, 'Two.')).toMatchObject({ exitCode: 0, stderr: '' });

      expect(JSON.stringify(room.api.requests[before])).toContain('swordfish');
      const [read, fish, ...edited] = resultsIn(room.api.requests.at(-1)).slice(-4);
      expect(read).toContain(String.raw`1\t1\n2\t2\n3\t3`);
      expect(fish).toContain('fish=swordfish');
      expect(edited.at(-1)).toContain('updated successfully');
      expect(await readFile(topicPath, 'utf8')).toContain('It is a pike.');
      // It replaces memory files, so that a second name keeps the text of before.
      expect((await stat(topicPath)).nlink).toBe(1);
      const records = (await readFile(transcript, 'utf8')).trimEnd().split('\n');
      const prompts = records
        .map((line): unknown => JSON.parse(line))
        .filter((it) => memberOf(memberOf(it, 'message'), 'content') === 'One.');
      expect((await stat(transcript)).nlink).toBe(count);
      const rewound = await run(
        room,
        '--resume',
        id,
        '--rewind-files',
        String(memberOf(theOnly(prompts), 'uuid')),
      );
      expect(rewound).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await readFile(notes, 'utf8')).toBe('before\n');
    },
  );

  test('a memory file with two names is left out of the index', async () => {
    const room = await enterCleanRoom(name);
    const isNew = name === 'new';
    expect((await run(room, 'One.')).exitCode).toBe(0);
    const memory = join(dirname(theOnly(await room.transcripts())), 'memory');
    await mkdir(memory, { recursive: true });
    const [path, other] = [join(memory, 'fish.md'), room.path('other-name')];
    await writeFile(path, topic);
    await link(path, other);
    const { requests } = room.api;

    expect(await run(room, 'Two.')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readdir(memory)).toEqual(['fish.md']);
    expect(JSON.stringify(requests)).not.toContain('hake');

    await unlink(other);
    expect(await run(room, 'Three.')).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await readdir(memory)).includes('MEMORY.md')).toBe(isNew);
    expect(JSON.stringify(requests).includes('hake')).toBe(isNew);
  });

  test('a sub-agent whose files have two names is continued', async () => {
    const room = await enterCleanRoom(name);
    room.api.callTools({
      name: 'Agent',
      input: { description: 'swim', prompt: 'Swim.', subagent_type: 'general-purpose' },
    });
    const first = await run(room, 'One.', '--output-format', 'json');
    const id = String(memberOf(JSON.parse(first.stdout), 'session_id'));
    const files = await filesOf(room.path('a'));
    const pattern = /\/agent-(\w+)\.jsonl$/;
    const agent = pattern.exec(theOnly(files.filter((path) => pattern.test(path))))?.[1];
    await setLinkCount(room, files, 2);
    room.api.callToolsWhenTold('Two.', {
      name: 'SendMessage',
      input: { to: agent, message: 'Swim on.', summary: 'swim on a bit' },
    });

    const { exitCode } = await run(room, '--resume', id, 'Two.');

    expect(exitCode).toBe(0);
    const [, ...continued] = room.api.conversations.filter((texts) => texts.includes('Swim.'));
    expect(continued.at(-1)?.some((text) => text.includes('Swim on.'))).toBe(true);
  });
});
