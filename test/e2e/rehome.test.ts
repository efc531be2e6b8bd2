import { cp, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectKey, rehome } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { programs } from './support/programs.ts';
import { pollUntil } from './support/poll.ts';
import { enterCleanRoom } from './support/room.ts';
import { theOnly } from './support/session.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';

const first = 'The password is swordfish.';

describe.each(programs)('Claude Code $version after a directory was renamed', ({ name }) => {
  test('finds its sessions again as soon as they are rehomed, though their lines name the old one', async () => {
    const room = await enterCleanRoom(name);
    const [home, untouched] = [room.path('a'), room.path('b')];
    const [old, now] = [room.path('old'), room.path('new')];
    const notes = join(old, 'notes');
    await mkdir(old);
    await writeFile(notes, 'one\n');
    await settleHome(home, [old, now]);
    const server = await startTmux(room);
    // On a terminal, because no picker lists what print mode began.
    const before = await server.open('before', { accountHome: home, cwd: old });
    await before.enter('claude --permission-mode acceptEdits');
    await before.until(/^❯/m);
    room.api.callToolsWhenTold(
      first,
      { name: 'Read', input: { file_path: notes } },
      { name: 'Write', input: { file_path: notes, content: 'two\n' } },
    );
    await before.enter(first);
    await before.until('of the stand-in');
    await before.enter('/exit');
    await before.untilAtShell();
    await rename(old, now);
    await cp(home, untouched, { recursive: true, preserveTimestamps: true });

    const transcript = theOnly(await readdirOf(home, old));
    const id = transcript.replace('.jsonl', '');
    const text = await readFile(join(home, 'projects', projectKey(old), transcript), 'utf8');
    const run = (accountHome: string, ...args: readonly string[]) =>
      runClaude(['-p', ...args], { ...room.surroundings(accountHome), cwd: now, environment });
    /** Whether the model was told what was said in the session. */
    const carries = async (accountHome: string, ...args: readonly string[]) => {
      const asked = room.api.conversations.length;
      const { exitCode } = await run(accountHome, ...args, 'What is it?');
      const told = room.api.conversations.slice(asked);
      return { exitCode, carried: told.some((texts) => texts.includes(first)) };
    };

    expect(await carries(untouched, '--resume', id)).toEqual(
      name === 'old' ? { exitCode: 1, carried: false } : { exitCode: 0, carried: true },
    );
    // Silently another session.
    expect(await carries(untouched, '--continue')).toEqual({ exitCode: 0, carried: false });
    const pane = await server.open('after', { accountHome: home, cwd: now });
    await pane.enter('claude --resume');
    await pane.until(/No conversations found in this project|No sessions in this project yet/);
    // While it still looks for sessions, it takes no key.
    await pollUntil(
      'the picker is left',
      async () => {
        await pane.press('Escape');
        return (await pane.command()) === 'bash';
      },
      () => pane.screen(),
    );
    await pane.untilAtShell();

    const report = await rehome(old, now, { accountHomes: [home], required: room.required });
    expect(report).toMatchObject({ ok: true, moves: [{ sessions: [id] }], kept: [] });

    await pane.enter('clear; claude --resume');
    await pane.until(first);
    await pane.press('Enter');
    await pane.until('of the stand-in');
    await pane.enter('/exit');
    await pane.untilAtShell();
    expect(await carries(home, '--continue')).toEqual({ exitCode: 0, carried: true });
    expect(await carries(home, '--resume', id)).toEqual({ exitCode: 0, carried: true });
    const moved = await readFile(join(home, 'projects', projectKey(now), transcript), 'utf8');
    expect(moved.startsWith(text)).toBe(true);
    expect(moved).toContain(`"cwd":${JSON.stringify(now)}`);

    // The later version goes by the directory at the time of the checkpoint.
    const rewound = await run(home, '--resume', id, '--rewind-files', promptIn(text));
    expect(rewound.exitCode).toBe(0);
    expect(rewound.stderr.includes('1 tracked path was skipped')).toBe(name === 'new');
    expect(await readFile(join(now, 'notes'), 'utf8')).toBe(name === 'new' ? 'two\n' : 'one\n');
  });
});

// In print mode files are restored only with it.
const environment = { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: '1' };

async function readdirOf(home: string, directory: string): Promise<readonly string[]> {
  const names = await readdir(join(home, 'projects', projectKey(directory)));
  return names.filter((name) => name.endsWith('.jsonl'));
}

/** The uuid of the first prompt. */
function promptIn(transcript: string): string {
  const line = transcript.split('\n').find((it) => it.includes(`"content":"${first}"`)) ?? '{}';
  const found = /"uuid":"([^"]+)"/.exec(line)?.[1];
  if (found === undefined) throw new Error('there is no prompt');
  return found;
}
