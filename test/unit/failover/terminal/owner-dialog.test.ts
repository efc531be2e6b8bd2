import { expect, test } from 'vitest';
import { ownerDialogIn } from '../../../../src/failover/terminal/owner-dialog.ts';

const address = 'account-b@example.com';
const rule = (columns: number) => '▔'.repeat(columns);

/** As 2.1.332 shows them, below a conversation. */
const screens = {
  'choice in 100 columns': `❯ Hello

● This is reply 1 of the stand-in.

${rule(100)}
  This session belongs to another account

  Started as    another account
  Logged in as  account-b@example.com (Organization b)

  ❯ Exit Claude Code
    Change login
    Copy to account-b@example.com (Organization b) and continue


  Enter to confirm · Esc to exit`,
  'choice in 60 columns, at the copy': `${rule(60)}
  This session belongs to another account

  Started as    another account
  Logged in as  account-b@example.com (Organization b)

    Exit Claude Code
    Change login
  ❯ Copy to account-b@example.com (Organization b) and
    continue


  Enter to confirm · Esc to exit`,
  'choice in 25 columns, at the copy': `${rule(25)}
  This session belongs
  to another account

  Started as    another
  account
  Logged in as
  account-b@example.com
  (Organization b)

  ❯ Copy to account-b@e


  Enter to confirm ·
  Esc to exit`,
  'confirmation in 100 columns': `${rule(100)}
  Copy this session to account-b@example.com (Organization b)?

  Continuing this conversation in a new account shares its history, including the files that
  Claude read, with that account.

    Continue
  ❯ Go Back


  Enter to confirm · Esc to cancel`,
  'confirmation in 25 columns': `${rule(25)}
  Copy this session to
  account-b@example.com
  (Organization b)?

  Continuing this
  conversation in a new
  account shares its
  history, including
  the files that Claude
  read, with that
  account.

  ❯ Continue


  Enter to confirm ·
  Esc to cancel`,
};

test.each([
  ['choice in 100 columns', 'choice', 'Down'],
  ['choice in 60 columns, at the copy', 'choice', 'Enter'],
  ['choice in 25 columns, at the copy', 'choice', 'Enter'],
  ['confirmation in 100 columns', 'confirmation', 'Up'],
  ['confirmation in 25 columns', 'confirmation', 'Enter'],
] as const)(
  'the %s is recognized, with the key that comes nearer to the copy',
  (name, kind, key) => {
    expect(ownerDialogIn(screens[name], address)).toMatchObject({ kind, key });
  },
);

const choice = screens['choice in 100 columns'];

test.each([
  ['of another account', choice, 'c@example.com'],
  ['without an address', choice, ''],
  ['with more below it', `${choice}\n\n● Done.\n\n❯ `, address],
  ['without a menu', choice.replace('❯ Exit', '  Exit'), address],
  ['without a rule above it', choice.replaceAll('▔', ' '), address],
  ['of nothing', '', address],
])('a screen %s is not taken for it', (_, screen, email) => {
  expect(ownerDialogIn(screen, email)).toBeUndefined();
});

test('another wording changes nothing, except that no confirmation is given', () => {
  const words = choice.replace('Copy to', 'Take over as').replace('Exit Claude Code', 'Leave');
  expect(ownerDialogIn(words, address)).toMatchObject({ kind: 'choice', key: 'Down' });
  const unknown = screens['confirmation in 25 columns'].replace('Continue\n', 'Delete it\n');
  expect(ownerDialogIn(unknown, address)).toMatchObject({ kind: 'confirmation', key: 'Up' });
});
