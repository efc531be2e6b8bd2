import { describe, expect, test } from 'vitest';
import { oneLine } from '../../../src/failover/quota/evidence.ts';
import { viewPane } from '../../../src/failover/quota/pane.ts';
import { inWords } from '../support/in-words.ts';

const RULE = '─'.repeat(8);
const BOX = [RULE, '> ', RULE, '  ? for shortcuts'];

/** What is seen of a turn that is printed above the input box. */
function seen(...lines: readonly string[]) {
  return viewPane([...lines, '', ...BOX].join('\n'));
}

/** What the program said last in the turn of a prompt. */
function messagesOf(...lines: readonly string[]) {
  return seen('> go', ...lines)?.messages;
}

/** What else it said. */
function remarksOf(...lines: readonly string[]) {
  return seen('> go', ...lines)?.remarks;
}

describe('a pane has a view', () => {
  const empty = { prompt: '> go', messages: [], remarks: [], continues: undefined };

  test.each([
    ['an input box', BOX],
    ['an input box without anything below it', BOX.slice(0, -1)],
    ['an input box with blank lines below it', [...BOX, '', '']],
    ['an input box that has a draft', [RULE, '❯ a draft', RULE]],
    ['an input box that has a draft of several lines', [RULE, '❯ one', '  two', RULE]],
    ['an input box for a command', [RULE, '! ls', RULE]],
    ['an input box that was not drawn to its end', [RULE, '❯', RULE]],
    ['an input box with text in its upper rule', [`${RULE} title ──`, '> ', RULE]],
    ['the box of 1.x', ['╭──────╮', '│ >    │', '╰──────╯', '  ? for shortcuts']],
    ['a box of 1.x without space', ['╭──────╮', '│>     │', '╰──────╯']],
    ['a box of 1.x with more space', ['╭──────╮', '│  >   │', '╰──────╯']],
    ['a question about a limit', [RULE, '  What?', '  1. Stop and wait for limit to reset']],
    [
      'the same with a mark',
      ['▔'.repeat(8), '  ❯ 1. Stop and wait for limit to reset', '    2. No'],
    ],
    ['the same with another', [RULE, '      > 1. Stop and wait for limit to reset']],
  ])('where it ends with %s', (_, end) => {
    expect(viewPane(['> go', '', ...end].join('\n'))).toEqual(empty);
  });

  test.each([
    ['nothing', []],
    ['output', ['some output']],
    ['a rule', [RULE]],
    ['what is no whole rule', [RULE, '> ', RULE.slice(1)]],
    ['rules that are not whole', [RULE.slice(1), '> ', RULE]],
    ['an input box, and output', [...BOX, 'output']],
    ['rules around something else', [RULE, 'text', RULE]],
    ['rules around a mark that begins a word', [RULE, '>word', RULE]],
    ['rules around a mark in a frame', [RULE, '>│  x', RULE]],
    ['an open box of 1.x', ['│ >    │', '╰──────╯']],
    ['a box of 1.x that is closed by a rule', ['╭──────╮', '│ >    │', RULE]],
    ['a rule that is closed as a box of 1.x', [RULE, '> ', '╰──────╯']],
    ['what is no whole box of 1.x', ['╭──────╮', '│ >    │', '╰─────╯']],
    ['a rule that is not at its beginning', [RULE, '> ', `x${RULE}`]],
    ['another question', [RULE, '  1. Stop and wait']],
    ['a question that goes on', [RULE, '  1. Stop and wait for limit to reset now']],
    ['a question that is not set off', [RULE, ' 1. Stop and wait for limit to reset']],
    ['a question far to the right', [RULE, `${' '.repeat(7)}1. Stop and wait for limit to reset`]],
    ['a question behind something', [RULE, ' x  1. Stop and wait for limit to reset']],
    ['a question above the rule', ['  1. Stop and wait for limit to reset', RULE]],
  ])('but not where it ends with %s', (_, end) => {
    expect(viewPane(['> go', '', ...end].join('\n'))).toBeUndefined();
  });

  test('where there is nothing but an input box', () => {
    expect(viewPane(BOX.join('\n'))).toEqual({ ...empty, prompt: '' });
  });

  test('of its end alone, however long it has been scrolling', () => {
    const line = `${'x'.repeat(99)}\n`;
    const pane = (lines: number) => viewPane(`> go\n${line.repeat(lines)}${BOX.join('\n')}`);
    expect(pane(1990)?.prompt).toBe('> go');
    expect(pane(2010)?.prompt).toBe('');
  });
});

describe('the newest turn', () => {
  test('begins at the last prompt, and holds nothing from before it', () => {
    const view = seen('> first', '  ⎿  early', '', '❯ second  ’x’', '● said', '  ⎿  late');
    expect(view).toMatchObject({
      prompt: "❯ second 'x'",
      messages: ['late'],
      remarks: ['said', 'late'],
    });
  });

  test('is all that is left where its prompt has left the screen', () => {
    expect(seen('  ⎿  a message')).toEqual({
      prompt: '',
      messages: ['a message'],
      remarks: ['a message'],
    });
  });

  test.each(inWords(['>', '❯', '> ', '! ls']))('begins at a prompt like %s', (_, prompt) => {
    expect(seen('> go', '  ⎿  early', '', prompt)).toMatchObject({ remarks: [] });
  });

  test.each(inWords([' > no', '>no', '#> no']))('does not begin at %s', (_, line) => {
    expect(seen('> go', '  ⎿  early', '', line)?.prompt).toBe('> go');
  });

  test.each([
    '/context',
    '/cost',
    '/help',
    '/rate-limit-options',
    '/stats',
    '/status',
    '/usage',
    '/usage now',
  ])('is not begun by %s, which only looks something up', (command) => {
    const view = seen('> go', '  ⎿  limit', '', `❯ ${command}`, '  ⎿  dismissed');
    expect(view).toEqual({ prompt: '> go', messages: ['limit'], remarks: ['limit'] });
  });

  test.each(['/clear', 'status', '/statuses', '/ usage', 'see /usage'])(
    'is begun by %s',
    (command) => {
      const view = seen('> go', '  ⎿  limit', '', `> ${command}`, '  ⎿  other');
      expect(view).toMatchObject({ prompt: `> ${command}`, messages: ['other'] });
    },
  );

  test.each(['●', '⏺'])('is begun by a look that was answered with %s', (mark) => {
    const view = seen('> go', '  ⎿  limit', '', '> /status', `${mark} answer`);
    expect(view).toMatchObject({ prompt: '> /status', remarks: ['answer'] });
  });

  test('is not begun by a look at something with such a mark', () => {
    const view = seen('> go', '  ⎿  limit', '', '> /status', '  ⎿  ● dismissed');
    expect(view).toMatchObject({ prompt: '> go', messages: ['limit'] });
  });

  test('is that of the prompt before a look, whatever that was answered with', () => {
    const view = seen('> go', '● answer', '  ⎿  limit', '> /usage');
    expect(view).toMatchObject({ prompt: '> go', messages: ['limit'] });
  });
});

describe('the last word of the program', () => {
  test.each([
    ['is at its mark', ['  ⎿  a limit']],
    ['goes on where it is set off as far', ['  ⎿  a', '     limit']],
    ['goes on over a blank line', ['  ⎿  a', '', '     limit']],
    ['ends before its advice', ['  ⎿  a limit', '     /login to go on', '     more']],
    ['is said without a dot at its end', ['  ⎿  a limit ·']],
    ['follows an answer', ['● answer', '', '  ⎿  a limit']],
    ['follows the result of a call', ['● Bash(ls)', '  ⎿  output', '  ⎿  a limit']],
    ['stands before the time that the turn took', ['  ⎿  a limit', '', '✻ Brewed for 3s · done']],
    ['stands before what comes next', ['  ⎿  a limit', '', '● Usage limit reached · continuing']],
    ['stands before what does not', ['  ⎿  a limit', '', '⏺ Automatic continue cancelled']],
    ['stands before a question', ['  ⎿  a limit', '', '● How is Claude doing this session? 1']],
    ['stands before advice', ['  ⎿  a limit', '', '/upgrade to go on', '/login', '/extra-usage']],
    ['stands before other advice', ['  ⎿  a limit', '/rate-limit-options', '/usage-credits x']],
    ['stands before what is far to the right', ['  ⎿  a limit', '', `${' '.repeat(8)}status`]],
    ['has no mark in some versions', ['a limit']],
    ['has no mark, and advice', ['a', '  limit', '  /upgrade']],
  ])('%s', (_, lines) => {
    expect(messagesOf(...lines)).toEqual(['a limit']);
  });

  test.each([
    ['is set off after an answer', ['● answer', '', '  a limit']],
    ['is the result of a call', ['● Bash(cat limit)', '  ⎿  a limit']],
    ['is the result of an older one', ['⏺ Read(limit)', '  ⎿  a limit']],
    ['is set off a little after the mark', ['  ⎿  a limit', '    more']],
    ['has no mark, and is not the first', ['● answer', '', 'a limit']],
    ['goes on with output', ['  ⎿  a limit', '', 'other output']],
    ['took a time that is none', ['  ⎿  a limit', '', '✻ brewed for 3s']],
    ['is only like advice', ['  ⎿  a limit', '', '/logins are many']],
    ['is set off as the first', ['  a limit']],
  ])('is none where that %s', (_, lines) => {
    expect(messagesOf(...lines)).toEqual([]);
  });

  test('keeps the mark of an answer, so that no text of a limit is found in it', () => {
    expect(messagesOf('● a', '  limit')).toEqual(['● a limit']);
  });

  test('is nothing where it is only advice', () => {
    expect(messagesOf('  ⎿  a limit', '', '  ⎿  /login to go on')).toEqual(['']);
  });

  test('is none without a mark where the prompt has left the screen', () => {
    expect(seen('a limit')?.messages).toEqual([]);
  });

  test('is none where it is the output of a shell command', () => {
    expect(seen('! cat limit', '  ⎿  a limit')).toMatchObject({ messages: [], remarks: [] });
    expect(seen('! cat > limit', 'a limit')).toMatchObject({ messages: [], remarks: ['a limit'] });
    expect(seen('> go on!', '  ⎿  a limit')?.messages).toEqual(['a limit']);
    expect(seen('! cat limit', '  ⎿  output', '  ⎿  a limit')?.messages).toEqual(['a limit']);
  });
});

/** What it says below the input box. */
function waiting(...lines: readonly string[]) {
  return viewPane(['> go', '', ...BOX.slice(0, 3), ...lines].join('\n'))?.messages;
}

describe('what the program says while it waits', () => {
  test.each([
    ['in one line', ['  ⚠ Usage limit reached · resets 3pm', '  ⏵⏵ auto mode on']],
    ['in two', ['  ⚠ Usage limit reached', '    · resets 3pm', '    Continuing automatically']],
    ['after something else', ['  a', '  b', '  ⚠ Usage limit reached · resets 3pm', '', '  more']],
    ['above a blank line', ['  ⚠ Usage limit reached', '    · resets 3pm', '', '  more']],
    ['at the end', ['  hint', '  ⚠ Usage limit reached · resets 3pm', '  hint']],
  ])('below the input box, %s, is a message', (_, lines) => {
    expect(waiting(...lines)).toEqual(['Usage limit reached · resets 3pm']);
  });

  test.each(
    inWords([
      [['  Usage limit reached · resets 3pm']],
      [['   ⚠ Usage limit reached · resets 3pm']],
      [['  ⚠ Usage limit reachedly']],
      [['  ⚠ Context low']],
    ]),
  )('is not what reads %s', (_, lines) => {
    expect(waiting(...lines)).toEqual([]);
  });

  test('comes after the last word above', () => {
    const lines = ['> go', '  ⎿  a limit', ...BOX, '  ⚠ Usage limit reached', ''];
    expect(viewPane(lines.join('\n'))?.messages).toEqual(['a limit', 'Usage limit reached']);
  });

  test('ends where it goes on with something else, and not before', () => {
    const lines = ['  ⚠ Usage limit reached', '    · not Continuing', '  ⏵⏵ auto mode on'];
    expect(waiting(...lines)).toEqual(['Usage limit reached · not Continuing']);
  });

  test('is not what a draft says', () => {
    const lines = ['> go', '', RULE, '> see', '  ⚠ Usage limit reached', RULE];
    expect(viewPane(lines.join('\n'))?.messages).toEqual([]);
  });

  test('is not looked for above the box', () => {
    expect(messagesOf('● x', '', '  ⚠ Usage limit reached')).toEqual([]);
  });
});

describe('a remark', () => {
  test.each([
    ['each block', ['● one', '  two', '', '  three', '  ⎿  four'], ['one two', 'three', 'four']],
    ['no result', ['● Bash(ls)', '  ⎿  out', '     put', '● done'], ['Bash(ls)', 'done']],
    ['what comes after the results', ['● Bash(ls)', '  ⎿  out', '  ⎿  said'], ['Bash(ls)', 'said']],
    ['what is set off below a result', ['⏺ Read(x)', '  ⎿  out', '   said'], ['Read(x)', 'said']],
    [
      'what follows a long name',
      [`● ${'x'.repeat(61)}(`, '  ⎿  said'],
      [`${'x'.repeat(61)}(`, 'said'],
    ],
    ['no result of a longest name', [`● ${'x'.repeat(60)}(`, '  ⎿  said'], [`${'x'.repeat(60)}(`]],
    ['what follows what only reads like a call', ['  ⎿  ● Bash(x', '  ⎿  y'], ['Bash(x', 'y']],
    ['what is set off as the first', ['  one', '  two'], ['one two']],
    ['the same, however far', [`${' '.repeat(8)}one`], ['one']],
    ['no frame', ['● one', '', `${' '.repeat(8)}status`], ['one']],
    ['what is set off less', ['● one', '', `${' '.repeat(7)}status`], ['one', 'status']],
    ['what is set off far, but not after a gap', ['● one', `${' '.repeat(8)}two`], ['one two']],
    ['one mark less', ['✻ ● one'], ['● one']],
    [
      'a letter that stands alone',
      ['I am', '(a) b', '{ c', '7 d'],
      ['I am', '(a) b', '{ c', '7 d'],
    ],
  ])('is %s', (_, lines, remarks) => {
    expect(remarksOf(...lines)).toEqual(remarks);
  });
});

describe('a text', () => {
  const escape = '\u{1b}';

  test.each([
    ['line breaks of other systems', '> go\r  ⎿  a\r\n     limit'],
    ['colors', `> go\n${escape}[31m  ⎿  a${escape}[0;1m limit${escape}[m`],
    ['the sequences of a cursor', `> go\n  ⎿  ${escape}[?25la${escape}[2 q limit${escape}M`],
    ['titles', `> go\n  ⎿  a${escape}]0;title\u{7} ${escape}]8;;x${escape}\\limit`],
    ['control characters', '> go\n  ⎿  a\u{0}\u{8}\u{7f} \u{9b}limit\u{b}'],
    ['trailing space', '> go  \n  ⎿  a limit   '],
  ])('with %s is read as without them', (_, text) => {
    expect(viewPane(`${text}\n\n${BOX.join('\n')}`)).toEqual({
      prompt: '> go',
      messages: ['a limit'],
      remarks: ['a limit'],
    });
  });

  test('is one line, written in one way, and not too long', () => {
    expect(oneLine(['  a\t b', '', ' c ∙ d • e · ’f’  '])).toBe("a b c · d · e · 'f'");
    expect(oneLine(['x'.repeat(1999), 'yz'])).toBe('x'.repeat(1999));
    expect(oneLine(['x'.repeat(1998), 'yz'])).toBe(`${'x'.repeat(1998)} y`);
  });
});
