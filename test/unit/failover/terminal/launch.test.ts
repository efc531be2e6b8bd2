import { parseResumeUUID } from 'claude-shared-state';
import type { LiveSession } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { findTyped, judgeLaunch } from '../../../../src/failover/terminal/launch.ts';

const id = '4b027607-c36b-4140-bb6c-22a338fe9059';
const command = `cd '/work' && env CLAUDE_CONFIG_DIR='/b' claude --resume ${id}`;
const rule = '─'.repeat(40);

/** As captured from the program, with the paths shortened. */
const screens = {
  'trust, 2.1.329': `$ ${command}

${rule}
 Accessing workspace:

 /work

 Quick safety check: Is this a project you created or one you trust? (Like your own code, a
 well-known open source project, or work from your team). If not, take a moment to review what's in
 this folder first.

 Claude Code'll be able to read, edit, and execute files here.

 Security guide

 ❯ No, exit
   Yes, I trust this folder

 Enter to confirm · Esc to cancel`,
  'trust, 2.1.197': `$ ${command}

${rule}
 Accessing workspace:

 Security guide

 ❯ 1. Yes, I trust this folder
   2. No, exit

 Enter to confirm · Esc to cancel`,
  'API key, 2.1.329': `$ ${command}

${rule}
  Detected a custom API key in your environment

  ANTHROPIC_API_KEY: sk-ant-...mmy-for-the-stand-in

  Do you want to use this API key?

    Yes
  ❯ No (recommended)

  Enter to confirm · Esc to cancel`,
};

test.each([
  ['trust, 2.1.329', 'trust in the working directory'],
  ['trust, 2.1.197', 'trust in the working directory'],
  ['API key, 2.1.329', 'an API key in the environment'],
] as const)('the question of %s is known', (name, question) => {
  const view = { command, before: '$', text: screens[name], isAtShell: false, live: undefined };
  expect(judgeLaunch(view)).toEqual({ kind: 'awaiting-input', question });
});

test('a question is known in a narrow terminal, too, where it is broken into lines', () => {
  const text = `$ cd '/work' && env CLA\nUDE_CONFIG_DIR='/b' cl\naude --resume ${id.slice(0, 9)}\n${id.slice(9)}\n ❯ 1. Yes, I trust\n   this folder\n   2. No, exit`;
  const view = { command, before: '$', text, isAtShell: false, live: undefined };
  expect(judgeLaunch(view).kind).toBe('awaiting-input');
});

test('what the options of the question about a summary say is known', () => {
  const text = `$ ${command}\n ❯ 1. Resume from summary (recommended)\n   2. Resume full session as-is\n   3. Don't ask me again`;
  const view = { command, before: '$', text, isAtShell: false, live: undefined };
  expect(judgeLaunch(view)).toEqual({
    kind: 'awaiting-input',
    question: 'resuming from a summary',
  });
});

test('as long as the shell has not read the command, it has not ended', () => {
  const view = { command, before: '$', text: `$ ${command}\n`, isAtShell: true, live: undefined };
  expect(judgeLaunch(view)).toEqual({ kind: 'waiting' });
});

test('at its shell again it has ended, and what it printed is told', () => {
  const text = `$ ${command}\nNo conversation found with session ID: ${id}\n$`;
  const view = { command, before: '$', text, isAtShell: true, live: undefined };
  const output = `No conversation found with session ID: ${id}\n$`;
  expect(judgeLaunch(view)).toEqual({ kind: 'ended', output });
});

test('a session has resumed when its record says what it does', () => {
  const sessionId = parseResumeUUID(id);
  if (sessionId === undefined) throw new Error('no id');
  const live: LiveSession = {
    sessionId,
    cwd: '/work',
    kind: 'interactive',
    entrypoint: 'cli',
    status: undefined,
    startedAt: undefined,
    accountHomes: ['/b'],
    pid: 7,
    path: '/b/sessions/7.json',
    processState: 'running',
  };
  const view = { command, before: '$', text: '❯', isAtShell: false };
  expect(judgeLaunch({ ...view, live }).kind).toBe('waiting');
  expect(judgeLaunch({ ...view, live: { ...live, status: 'idle' } }).kind).toBe('resumed');
  const asks = ' ❯ 1. Yes, I trust this folder\n   2. No, exit';
  const waiting = { ...view, live: { ...live, status: 'waiting' } };
  expect(judgeLaunch(waiting)).toMatchObject({ kind: 'awaiting-input' });
  expect(judgeLaunch({ ...waiting, text: asks })).toMatchObject({
    question: 'trust in the working directory',
  });
  const quoting = { ...view, text: asks, live: { ...live, status: 'idle' } };
  expect(judgeLaunch(quoting).kind).toBe('resumed');
});

test('what an earlier launch has left on the screen is not taken for the answer to this one', () => {
  const before = `$ ${command}\nNo conversation found with session ID: ${id}\n$`;
  const view = { command, before, isAtShell: true, live: undefined };
  expect(judgeLaunch({ ...view, text: before })).toEqual({ kind: 'waiting' });
  const text = `${before} ${command}\nsh: claude: not found\n$`;
  expect(judgeLaunch({ ...view, text })).toEqual({
    kind: 'ended',
    output: 'sh: claude: not found\n$',
  });
});

test('ten megabytes on the screen are read in one go', () => {
  const text = `${'x'.repeat(10_000_000)}\n$ ${command}\nfailed\n$`;
  expect(findTyped(text, command)).toEqual({ prompt: '$ ', below: 'failed\n$' });
  expect(findTyped('\u001b[31m\ud800'.repeat(1_000_000), command)).toBeUndefined();
});

test('at the shell, what is shown counts also where the command has scrolled away', () => {
  const text = 'claude: command not found\n$';

  expect(judgeLaunch({ command, before: '$', text, isAtShell: true, live: undefined })).toEqual({
    kind: 'ended',
    output: text,
  });
});

test.each([
  ['what a hook of cd prints', `$ ${command}\nFound '/work/.nvmrc' with version <18>`],
  ['a clock on the right', `$ ${command}\n                              12:01:05`],
  ['a status line', `> ${command}\n main ✔ 12:01`],
  ['a blank line', `$ ${command}\n\n`],
  ['a second echo of the command', `${command}\n${command}`],
])('while the shell shows %s and no prompt, the launch goes on', (_, text) => {
  const view = { command, before: text.slice(0, 1), text, isAtShell: true, live: undefined };
  expect(judgeLaunch(view)).toEqual({ kind: 'waiting' });
});

test.each([
  ['with a right side', '❯ ', '❯                             12:01:09'],
  ['that has blanks in it', '➜  work git:(main) ', '➜  work git:(main)'],
  ['of a narrow terminal', 'me@host:/work$ ', 'me@host:/work$'],
])('a launch has ended at a prompt %s', (name, prompt, last) => {
  const typed = name.includes('narrow') ? command.replaceAll(/.{9}/g, '$&\n') : command;
  const text = `${prompt}${typed}\nclaude: command not found\n${last}`;
  const view = { command, before: last, text, isAtShell: true, live: undefined };
  expect(judgeLaunch(view)).toEqual({
    kind: 'ended',
    output: `claude: command not found\n${last}`,
  });
});
