import { type ListedSession, listSessions } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import type { SDKSessionInfo } from '@anthropic-ai/claude-agent-sdk';
import { rounds } from '../unit/support/proof.ts';
import type { Pane } from './support/pane.ts';
import { pollUntil } from './support/poll.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { say } from './support/say.ts';
import { startSession } from './support/session.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';
import { twoAtATime } from './support/two-at-a-time.ts';

/** What the SDK lists of a home, by the ids of the sessions. */
async function listThroughSdk(
  accountHome: string,
): Promise<ReadonlyMap<string, Partial<SDKSessionInfo>>> {
  const { listSessions } = await import('@anthropic-ai/claude-agent-sdk');
  const before = process.env['CLAUDE_CONFIG_DIR'];
  // It takes the home from there only.
  process.env['CLAUDE_CONFIG_DIR'] = accountHome;
  try {
    const sessions = await listSessions();
    return new Map(sessions.map((session) => [session.sessionId, session]));
  } finally {
    if (before === undefined) delete process.env['CLAUDE_CONFIG_DIR'];
    else process.env['CLAUDE_CONFIG_DIR'] = before;
  }
}

const COUNT = rounds(25, 2);

async function listed(room: Room, home: string): Promise<readonly ListedSession[]> {
  const sessions: ListedSession[] = [];
  for await (const session of listSessions([home], { required: room.required })) {
    sessions.push(session);
  }
  return sessions;
}

/** What the user typed first, in turn: plain, on several lines, long, like a tag, with a name. */
const beginnings = [
  (number: number) => ({ prompt: `Look at issue ${number}.`, options: [] }),
  (number: number) => ({ prompt: `Issue ${number}:\n  "Größe" in 時計\\x`, options: [] }),
  (number: number) => ({ prompt: `Issue ${number}${' goes on'.repeat(50)}`, options: [] }),
  (number: number) => ({ prompt: `Issue ${number}`, options: ['--name', `Name ${number}`] }),
  (number: number) => ({ prompt: `<b>Issue ${number}</b> is urgent`, options: [] }),
];

function beginningOf(number: number) {
  const begin = beginnings[number % beginnings.length];
  if (begin === undefined) throw new Error('There is always one');
  return begin(number);
}

describe.each(programs)('sessions that Claude Code $version wrote', ({ name }) => {
  test('are listed with the titles and times that the Agent SDK gives them', async () => {
    const room = await enterCleanRoom(name);
    const home = room.path('a');
    await twoAtATime([...Array(Math.max(COUNT, 5)).keys()], async (number) => {
      const { prompt, options } = beginningOf(number);
      await startSession(room, home, prompt, options);
    });

    const sessions = await listed(room, home);
    const theirs = await listThroughSdk(home);

    // It leaves out what begins like a tag.
    const known = sessions.filter(({ sessionId }) => theirs.has(sessionId));
    const others = sessions.filter((session) => !known.includes(session));
    expect(known).toHaveLength(theirs.size);
    expect(others.map(({ title }) => title)).toEqual(others.map(() => undefined));
    expect(others).toHaveLength(Math.floor(sessions.length / beginnings.length));
    for (const { sessionId, title, cwd, createdAt, modifiedAt, size } of known) {
      const {
        customTitle,
        firstPrompt = '',
        lastModified = 0,
        ...their
      } = theirs.get(sessionId) ?? {};
      expect({ title, cwd, createdAt: createdAt?.getTime(), size }).toEqual({
        title: {
          text: customTitle ?? firstPrompt.replaceAll(/\s+/g, ' '),
          source: customTitle === undefined ? 'prompt' : 'custom',
        },
        cwd: their.cwd,
        createdAt: their.createdAt,
        size: their.fileSize,
      });
      // One of us rounds.
      expect(Math.abs(modifiedAt.getTime() - lastModified)).toBeLessThanOrEqual(1);
    }
    expect(sessions.every(({ messages }) => messages?.count === 2)).toBe(true);
  });

  test('are listed with the titles, times and sizes that its picker shows', async () => {
    const room = await enterCleanRoom(name);
    const home = room.path('a');
    await settleHome(home, [room.path('work')]);
    const server = await startTmux(room);
    const pane = await server.open('one', {
      accountHome: home,
      columns: 200,
      rows: 30 + 4 * COUNT,
    });
    await pane.enter('claude');
    await pane.until(/^❯/m);
    for (let number = 0; number < COUNT; number += 1) await converse(pane, number);
    await say(pane, '/exit');
    await pane.untilAtShell();

    const sessions = await listed(room, home);
    const started = Date.now();
    await pane.enter('clear; claude --resume');
    let rows: ReturnType<typeof rowsOf> = [];
    await pollUntil(
      'the picker, which fills its list little by little, shows all sessions',
      async () => (rows = rowsOf(await pane.screen())).length === sessions.length,
      () => pane.screen(),
    );
    const shown = Date.now();
    await pane.press('Escape');

    expect(rows.map(({ size }) => size)).toEqual(sessions.map(({ size }) => kilobytes(size)));
    for (const [index, { title }] of rows.entries()) {
      const own = sessions[index]?.title;
      // Seen once on 2.1.332: of a session that nobody named it shows the last prompt instead of the first.
      const prompts = /^(?:Please look at|Then close) (issue \d+)$/;
      const [issue, ownIssue] = [title, own?.text ?? ''].map((text) => prompts.exec(text)?.[1]);
      expect(issue ?? title).toBe(ownIssue ?? own?.text);
    }
    expect(sessions.length).toBeGreaterThanOrEqual(COUNT);
    for (const [index, { ageMs, unitMs }] of rows.entries()) {
      const modified = sessions[index]?.modifiedAt.getTime() ?? 0;
      // It rounds, and a time of day may have been taken a moment before.
      expect(modified + ageMs).toBeLessThanOrEqual(shown + 2 * unitMs);
      expect(modified + ageMs).toBeGreaterThanOrEqual(started - 2 * unitMs);
    }
  });
});

/** Begins a session with one prompt or two, renames it now and then, and ends it. */
async function converse(pane: Pane, number: number): Promise<void> {
  await say(pane, `Please look at issue ${number}`);
  await pane.until('of the stand-in');
  if (number % 3 === 0) {
    await say(pane, `Then close issue ${number}`);
    await pane.until(/(of the stand-in[^]*){2}/);
  }
  if (number % 3 === 1) {
    await say(pane, `/rename Issue number ${number}`);
    await pane.until(/renamed to/);
  }
  await say(pane, '/clear');
  await pane.until(/^(?![^]*of the stand-in)[^]*❯/);
}

const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
};

/** What the picker shows of each session. */
function rowsOf(screen: string) {
  const lines = screen.split('\n');
  return lines.flatMap((line, index) => {
    const [, age = '', size] = /^\s+(.* ago|now) · .* · ([\d.]+[KM]?B)$/.exec(line) ?? [];
    const title = lines[index - 1]?.replace(/^[\s❯]+/, '');
    if (size === undefined || title === undefined) return [];
    const [, number = '0', unit = 'second'] = /^(\d+) (\w+?)s? ago$/.exec(age) ?? [];
    const unitMs = UNITS_MS[unit] ?? Number.NaN;
    return [{ title, size, ageMs: Number(number) * unitMs, unitMs }];
  });
}

/** As the picker shows a size. */
function kilobytes(size: number): string {
  return `${(size / 1024).toFixed(1).replace(/\.0$/, '')}KB`;
}
