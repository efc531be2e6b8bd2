import { expect, test } from 'vitest';
import { MessageTextSearch } from '../../../../src/sessions/transcript/message-text.ts';

function isFoundIn(...chunks: readonly string[]): boolean {
  const search = new MessageTextSearch();
  for (const chunk of chunks) search.push(Buffer.from(chunk));
  return search.isFound;
}

test.each([
  ['in one piece', ['x"type":"user"x']],
  ['over a seam', ['x"type":"as', 'sistant"x']],
  ['over many seams', '"subtype":"voice_call_talk"'.split('')],
  ['before other pieces', ['"type":"user"', 'x'.repeat(100), '{}']],
])('the sign of a message is found %s', (_, chunks) => {
  expect(isFoundIn(...chunks)).toBe(true);
});

test('what only resembles one is none', () => {
  expect(isFoundIn('"type": "user"', '"type":"use', 'R"')).toBe(false);
  expect(isFoundIn()).toBe(false);
});
