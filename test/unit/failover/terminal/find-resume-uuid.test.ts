import { readdirSync, readFileSync } from 'node:fs';
import { findResumeUUID } from 'claude-shared-state/failover';
import { describe, expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { isThorough } from '../../support/proof.ts';
import { lastHint } from '../../../../src/failover/terminal/resume-hint.ts';

/**
 * Panes of tmux 3.3a in which the real program ran, named by its version, the columns, what was done, and how they were
 * captured: as tmux shows them (`capture-pane -p`), joined (`-J`), or colored (`-e`). Only the working directory was
 * given another name. To make them again, drive the program with test/e2e/support/tmux-server.ts.
 *
 * `running`: still in the session. `clear`: /exit after a turn and /clear; 2.1.329 was in its classic renderer, as
 * always after a kill. `command`: with CLAUDE_CODE_RESUME_HINT_COMMAND=cl2. `relaunched`: /exit, started again, and ended without a message. `unusable`: `--resume` of an
 * empty transcript, or of one without JSON (`garbage`). `unknown`: `--resume` of no transcript.
 */
const panes = new URL('panes/', import.meta.url);
const paneText = (name: string) => readFileSync(new URL(`${name}.txt`, panes), 'utf8');

const unusable = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
/** The id that is found, whether the resume had failed, and whether nothing was started since. */
const found: Readonly<Record<string, readonly [string | undefined, boolean, boolean]>> = {
  '2.1.197-20-exit-wrapped': ['f6f8e31f-2f6d-4676-9e5c-98f58b033f81', false, true],
  '2.1.197-30-exit-wrapped': ['51294295-9a22-4016-b74a-878dd458250a', false, true],
  '2.1.197-30-titled-wrapped': [undefined, false, true],
  '2.1.197-30-unusable-empty-wrapped': [unusable, true, true],
  '2.1.197-80-SIGTERM-joined': ['feb66e8a-4116-414f-b885-68d551c583d5', false, true],
  '2.1.197-80-clear-joined': ['caf0b51d-3aeb-422d-8f82-53c60d9800c0', false, true],
  '2.1.197-80-ctrl-c-joined': ['90a4b6dd-e963-4573-abed-cf1a5a808782', false, true],
  '2.1.197-80-exit-colored': ['ca6924a3-e39b-417a-8c16-d4b7890c80c8', false, true],
  '2.1.197-80-exit-joined': ['ca6924a3-e39b-417a-8c16-d4b7890c80c8', false, true],
  '2.1.197-80-relaunched-joined': ['5fa814f7-ebc8-4b60-978b-62e8f27563ab', false, false],
  '2.1.197-80-relaunched-running-joined': ['5fa814f7-ebc8-4b60-978b-62e8f27563ab', false, false],
  '2.1.197-80-titled-joined': [undefined, false, true],
  '2.1.329-20-exit-wrapped': ['a82e3f63-0dca-4900-b1c0-651f181bee35', false, true],
  '2.1.329-20-unusable-empty-wrapped': [unusable, true, true],
  '2.1.329-30-command-wrapped': ['55627461-7661-4aa0-82c5-072cf2ab5abe', false, true],
  '2.1.329-30-exit-wrapped': ['51d968f8-e5c5-4ae7-b01f-5a08cd8455b4', false, true],
  '2.1.329-80-SIGTERM-joined': ['623d80b1-7f08-4029-82ad-65a2791a6601', false, true],
  '2.1.329-80-clear-joined': ['e524679a-1ffc-4e75-bd21-7cfee5226b60', false, true],
  '2.1.329-80-ctrl-c-joined': ['c4838282-965e-4025-a1b6-b3364a76ebb7', false, true],
  '2.1.329-80-exit-colored': ['16243543-e2a5-458e-aef8-13bcca31c029', false, true],
  '2.1.329-80-exit-joined': ['16243543-e2a5-458e-aef8-13bcca31c029', false, true],
  '2.1.329-80-relaunched-joined': ['892d769c-4a6a-47a5-9f3d-6d4e4f271f25', false, false],
  '2.1.329-80-resumed-joined': ['16243543-e2a5-458e-aef8-13bcca31c029', false, true],
  '2.1.329-80-titled-joined': ['d6a114c6-71ed-4478-be65-bca341dcd301', false, true],
  '2.1.329-80-unusable-garbage-colored': [unusable, true, true],
};
/** Panes without a hint. */
const silent = [
  '2.1.197-30-running-wrapped',
  '2.1.197-80-SIGKILL-joined',
  '2.1.197-80-no-message-joined',
  '2.1.197-80-print-joined',
  '2.1.197-80-unknown-joined',
  '2.1.329-30-running-wrapped',
  '2.1.329-80-SIGKILL-joined',
  '2.1.329-80-no-message-joined',
  '2.1.329-80-relaunched-running-joined',
  '2.1.329-80-unknown-joined',
];

describe('in a pane of the real program', () => {
  test.each(Object.entries(found))('%s: the hint is found', (name, expected) => {
    const text = paneText(name);
    const [id, hasFailed, isBelowLastLaunch] = expected;
    expect(findResumeUUID(text)).toBe(id);
    expect(lastHint(text)).toMatchObject({ id, hasFailed, isBelowLastLaunch });
  });

  test.each(silent)('%s: there is none', (name) => {
    expect(lastHint(paneText(name))).toBeUndefined();
    expect(findResumeUUID(paneText(name))).toBeUndefined();
  });

  test('every captured pane is looked at', () => {
    const names = readdirSync(panes).map((file) => file.replace(/\.txt$/, ''));
    expect([...Object.keys(found), ...silent].toSorted()).toEqual(names.toSorted());
  });
});

const id = '0B8E5C1A-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const other = '11111111-2222-4333-8444-555555555555';
const hint = `Resume this session with:\nclaude --resume ${id}`;

/** A text as a terminal of so many columns breaks it, and as tmux tells it: without blanks at the ends of lines. */
function wrapped(text: string, columns: number): string {
  const parts = text
    .split('\n')
    .flatMap((line) =>
      line === '' ? [''] : (line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []),
    );
  return parts.map((part) => part.trimEnd()).join('\n');
}

describe('an offer is found', () => {
  test.each(Array.from({ length: 80 }, (_, index) => index + 1))(
    'in a pane of %d columns',
    (columns) => {
      // Blanks alone on a line are a blank line: nobody can tell where such a line ends.
      const text = wrapped(`$ claude\n\n${hint}\n$ `, columns);
      expect(findResumeUUID(text)).toBe(columns === 1 ? undefined : id);
    },
  );

  test.each([
    ['at the end of the text', hint],
    ['with line ends of a terminal', `$ claude\r\n\r\n${hint.replace('\n', '\r\n')}\r\n$ `],
    ['with more of them', hint.replace('\n', '\r\r\n')],
    [
      'in colors',
      `\u001b[2mResume this session with:\u001b[22m\n\u001b[38;5;1mclaude --resume ${id}\u001b[0m`,
    ],
    [
      'with a link',
      `Resume this session with:\n\u001b]8;;x://y\u0007claude --resume ${id}\u001b]8;;\u001b\\`,
    ],
    ['with a color in the id', hint.replace('-2f6d', '\u001b[1m-2f6d')],
    ['below half of a UTF-8 character', `\ufffd\ufffd\n${hint}\n\ufffd`],
    ['below half of a surrogate pair', `\ud83d\n${hint}\n\ude00`],
    ['below a control sequence that is cut short', `\u001b[38;5\n\u001b]0;title\n${hint}`],
    ['after a byte order mark', `\ufeff${hint}`],
    ['with NULs', hint.replaceAll('e', 'e\0')],
    ['with blanks at the ends of its lines', hint.replace('\n', '   \n') + '   \n'],
    ['with another command', hint.replace('claude', 'account-2 run claude')],
    ['with a command in quotes', hint.replace('claude', "'/opt/my tools/claude'")],
    ['as the last one of two', `${hint.replace(id, other)}\n$ claude\n\n${hint}`],
    ['above an id in a command line', `${hint}\n$ claude --resume ${other}`],
    ['above an id in an output', `${hint}\n$ cat resume-id.txt\n${other}\n`],
  ])('%s', (_, text) => {
    expect(findResumeUUID(text)).toBe(id);
  });
});

describe('nothing is found', () => {
  test.each([
    ['in no text', ''],
    ['in an id alone', id],
    ['in a command line', `$ claude --resume ${id}`],
    ['in a failure', `No conversation found with session ID: ${id}`],
    ['below a bullet', `● ${hint}`],
    ['in a reply, which is indented', `● They are:\n\n  ${hint.replace('\n', '\n  ')}`],
    ['in a prompt', `❯ ${hint}`],
    ['in a prompt of several lines', `❯ ${hint.replace('\n', '\n  ')}`],
    ['in an output of a tool', `  ⎿  ${hint.replace('\n', '\n     ')}`],
    ['in a command that was typed', `$ echo "${hint}"`],
    ['where the command is indented', hint.replace('\n', '\n  ')],
    ['where a command line follows', hint.replace('claude', '$ claude')],
    ['where a blank line is between', hint.replace('\n', '\n\n')],
    ['where the header goes on', hint.replace('with:', 'with: this')],
    ['where there is no id', 'Resume this session with:\nclaude --resume\n$ '],
    ['where the id is cut off', hint.slice(0, -1)],
    ['where the id is cut off above another one', `${hint.slice(0, -4)}\n\n${id}`],
    ['where the id is longer', `${hint}f`],
    ['where half of a character is in the id', hint.replace('2f6d', '2f\ufffdd')],
    ['where a title is offered', `Resume this session with:\nclaude --resume "fix it"`],
    ['where a title looks like an id', `Resume this session with:\nclaude --resume "${id}"`],
    ['where a title ends with one', `Resume this session with:\nclaude --resume "x --resume ${id}`],
    [
      'where a title was offered last',
      `${hint}\n$ claude\n\nResume this session with:\nclaude --resume "a"`,
    ],
  ])('%s', (_, text) => {
    expect(findResumeUUID(text)).toBeUndefined();
  });
});

describe('a later start is seen', () => {
  test.each(
    inWords([
      'claude',
      'claude -c',
      `claude --resume ${id}`,
      `claude "what is this"`,
      `/opt/claude/bin/claude --resume ${id}`,
      `cd '/work' && env -u CLAUDE_CODE_OAUTH_TOKEN CLAUDE_CONFIG_DIR='/home/b' claude --resume ${id}`,
      `'/opt/my tools/claude' --resume ${id}`,
    ]),
  )('by its command line (%s)', (_, command) => {
    for (const columns of [9, 10, 11, 12, 13, 30, 80, 200]) {
      const text = `${hint}\n${wrapped(`user@host:~/work$ ${command}`, columns)}`;
      expect(lastHint(text)).toMatchObject({ id, isBelowLastLaunch: false });
    }
  });

  test.each(
    inWords(['╭─── Claude Code v2.1.197 ───╮', ' ▐▛███▛█   Claude Code v2.1.329', '   ▐▛███▜▌']),
  )('by its banner (%s)', (_, banner) => {
    expect(lastHint(`${hint}\n$ c\n${banner}\n`)).toMatchObject({ isBelowLastLaunch: false });
    expect(lastHint(`${banner}\n${hint}\n$ c\n`)).toMatchObject({ isBelowLastLaunch: true });
  });

  test.each(
    inWords([
      '',
      '$ ',
      'ubuntu@claude:~/claude$ ',
      '➜  claude git:(main) ✗',
      '$ ls .claude',
      '$ ls\nclaude.md',
    ]),
  )('and not in %s', (_, below) => {
    expect(lastHint(`$ claude\n\n${hint}\n${below}`)).toMatchObject({ isBelowLastLaunch: true });
  });
});

test('a failure counts only right above the hint', () => {
  const failure = `No conversation found with session ID: ${id}`;
  expect(lastHint(`${failure}\n\n${hint}`)).toMatchObject({ hasFailed: true });
  expect(lastHint(`${failure}\n$ claude\n\n● Hi\n\n${hint}`)).toMatchObject({ hasFailed: false });
  expect(lastHint(`  ${failure}\n\n${hint}`)).toMatchObject({ hasFailed: false });
  expect(lastHint(`● ${failure}\n\n${hint}`)).toMatchObject({ hasFailed: false });
});

test.each([
  ['no line break', 'x'],
  ['line breaks', '\n'],
  ['carriage returns', '\r'],
  ['begun control sequences', '\u001b['],
  ['control sequences that do not end', '\u001b[0;'],
  ['titles that do not end', '\u001b]'],
  ['begun headers', 'R\n'],
  ['headers', 'Resume this session with:\n'],
  ['wrapped headers', 'Resume this session\nwith:\n'],
  ['hints without an id', 'Resume this session with:\nclaude --resume\n'],
  ['blanks', ' '],
  ['words', '--resume '],
  ['prompts', '$ cla\n'],
  ['half characters', '\ud83d'],
])('much is read in no time, however many of it are %s', (_, unit) => {
  const much = unit.repeat(Math.ceil((isThorough ? 10_000_000 : 1_000_000) / unit.length));
  // A header is an offer, also where nothing comes of it.
  expect(findResumeUUID(`${hint}\n${much}`)).toBe(unit.startsWith('Resume') ? undefined : id);
  expect(findResumeUUID(`${much}\n\n${hint}`)).toBe(id);
});
