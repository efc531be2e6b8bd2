import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { overviewOf } from '../../../../src/sessions/transcript/overview.ts';

const TIME = '2026-11-01T10:00:00.000Z';

/** A message in the order in which the program writes its members. */
function said(content: unknown, more: object = {}) {
  const message = { role: 'user', content };
  return {
    parentUuid: null,
    isSidechain: false,
    type: 'user',
    message,
    uuid: 'u',
    timestamp: TIME,
    cwd: '/work',
    ...more,
  };
}
const answer = {
  parentUuid: '00000000-0000-4000-8000-000000000001',
  isSidechain: false,
  message: { role: 'assistant', content: [{ type: 'text', text: 'Yes' }] },
  type: 'assistant',
};
const custom = (customTitle: string) => ({ type: 'custom-title', customTitle, sessionId: 's' });
const generated = { type: 'ai-title', aiTitle: 'A generated title', sessionId: 's' };

function overview(...lines: readonly (object | string)[]) {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  return overviewOf([Buffer.from(texts.join('\n'))]);
}
function titleOf(...lines: readonly (object | string)[]) {
  const { title } = overview(...lines);
  return title && `${title.source}: ${title.text}`;
}

describe('the title of a session', () => {
  test.each([
    [
      'the name that was given last',
      'custom: Two',
      [said('x'), custom('One'), answer, custom('Two')],
    ],
    ['a given name before a generated one', 'custom: One', [custom('One'), generated]],
    [
      'a generated one once the name was taken away',
      'generated: A generated title',
      [custom('One'), generated, custom('')],
    ],
    [
      'a name whose members are in another order',
      'custom: One',
      [{ sessionId: 's', customTitle: 'One', type: 'custom-title' }],
    ],
    ['the first prompt', 'prompt: One', [said('One'), answer, said('Two')]],
    ['the first prompt on one line', 'prompt: One and two', [said('One\n  and two')]],
    [
      'the first block of text',
      'prompt: One',
      [said([{ type: 'image' }, { type: 'text', text: 'One' }, { type: 'text', text: 'Two' }])],
    ],
    [
      'a prompt, not what the program said before',
      'prompt: One',
      [
        said('Caveat', { isMeta: true }),
        said('Summary', { isCompactSummary: true }),
        said('<local-command-stdout>out</local-command-stdout>'),
        said([{ type: 'text', text: '[Request interrupted by user]' }]),
        said([
          { type: 'tool_result', content: 'x' },
          { type: 'text', text: 'result' },
        ]),
        said('aside', { isSidechain: true }),
        said('  '),
        said('One'),
      ],
    ],
    [
      'a command where there is no prompt',
      'prompt: /review',
      [said('<command-message>x</command-message>\n<command-name>/review</command-name>')],
    ],
    ['a command of the shell', 'prompt: ! ls -la', [said('<bash-input>ls -la</bash-input>')]],
    ['nothing where nothing was said', undefined, [answer, 'null', 'nonsense', '', '[]', '"x"']],
  ])('is %s', (_, expected, lines) => {
    expect(titleOf(...lines)).toBe(expected);
  });

  test('is cut where it is long, but not through a character', () => {
    expect(titleOf(said(`${'x'.repeat(199)}😀 and more`))).toBe(`prompt: ${'x'.repeat(199)}…`);
  });

  test('is the beginning of a prompt that goes beyond what was read', () => {
    const line = JSON.stringify(said(`Look at "this":\n${'x'.repeat(5000)}`));
    const bytes = Buffer.from(line.slice(0, 3000));

    expect(overviewOf([bytes, Buffer.from('xxx')]).title?.text).toMatch(
      /^Look at "this": x{184}…$/,
    );
  });

  test('comes from the end where a long transcript has it there', () => {
    const end = Buffer.from(`cut off"}\n${JSON.stringify(custom('One'))}\n`);

    expect(overviewOf([Buffer.from(JSON.stringify(said('x'))), end])).toMatchObject({
      title: { text: 'One', source: 'custom' },
      messages: { count: 1, isExact: false },
    });
  });
});

test('the overview counts what was said in the main conversation', () => {
  const attachment = { parentUuid: null, isSidechain: false, attachment: {}, type: 'attachment' };
  const { messages } = overview(
    said('One'),
    answer,
    attachment,
    { parentUuid: null, isSidechain: false, type: 'system' },
    said('aside', { isSidechain: true }),
    said('Two'),
    { type: 'file-history-snapshot', snapshot: {} },
    { uuid: 'x', type: 'assistant', timestamp: TIME, message: { content: [] } },
  );

  expect(messages).toEqual({ count: 4, isExact: true });
});

test('the overview has the first time and the first working directory', () => {
  const snapshot = { type: 'file-history-snapshot', snapshot: { timestamp: TIME } };
  const later = { timestamp: '2026-11-02T10:00:00.000Z' };
  const { createdAt, cwd } = overview(
    { timestamp: 'yesterday' },
    snapshot,
    said('One', { ...later, cwd: undefined }),
    said('Two', { ...later, cwd: '/other' }),
    said('Three', later),
  );

  expect(createdAt).toEqual(new Date(TIME));
  expect(cwd).toBe('/other');
});

test('the overview takes a title with escape sequences as it is', () => {
  expect(titleOf(custom('\u001b[31mred\nblue'))).toBe('custom: \u001b[31mred\nblue');
});
