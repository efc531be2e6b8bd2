import { expect, test } from 'vitest';
import { lastHint } from '../../../../src/failover/terminal/resume-hint.ts';
import { inWords } from '../../support/in-words.ts';

const [older, newer] = [
  '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  '7c1d9e2b-3a4f-4b5c-8d6e-1f2a3b4c5d6e',
];
const hint = `Resume this session with:\nclaude --resume ${older}\n`;

test.each([
  ['under another name', `/opt/assistant --resume ${newer}`],
  ['under another name, quoted', `assistant --resume='${newer}'`],
  ['under another name, wrapped', `cd '/work' && assistant --resu\nme ${newer}`],
])('a program that was told to resume %s was started', (_, command) => {
  // Killed since, it has printed nothing: the hint is of the session before.
  expect(lastHint(`${hint}$ ${command}\n$`)).toMatchObject({ isBelowLastLaunch: false });
});

test.each([
  ['a look-up of the program', '$ which claude\n/usr/local/bin/claude\n$'],
  ['a look-up by the shell', '$ command -v claude\n/usr/local/bin/claude\n$'],
  ['a change into a directory of its name', '$ cd ~/src/claude\n$'],
  ['a prompt that shows a directory of its name', '➜  claude\n➜  claude'],
  ['a prompt below a directory of its name', '/home/me/claude\n$'],
])('%s is no start', (_, below) => {
  expect(lastHint(`${hint}${below}`)).toMatchObject({ id: older, isBelowLastLaunch: true });
});

test.each(
  inWords([
    '$ claude\n$',
    '➜  ~ claude\n➜  ~',
    '$ /opt/bin/claude\n$',
    '$ cd src && claude\n$',
    '~ main claude\n~ main',
    '❯ claude "Fix it"\n❯',
  ]),
)('start %s leaves the hint above it behind', (_, below) => {
  expect(lastHint(`${hint}${below}`)).toMatchObject({ isBelowLastLaunch: false });
});

test('a hint with short options is one', () => {
  const short = `Resume this session with:\nclaude -w "curious-wandering-tulip" -r ${newer}\n$`;
  expect(lastHint(short)).toMatchObject({ id: newer, isBelowLastLaunch: true });
});

test('the hint itself is no start, and neither is what has nothing to do with it', () => {
  expect(lastHint(`${hint}$ git log --resume\n$`)).toMatchObject({ isBelowLastLaunch: true });
});
