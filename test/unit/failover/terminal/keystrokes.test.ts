import { expect, test } from 'vitest';
import { partsOf, whyNotTyped } from '../../../../src/failover/terminal/tmux.ts';
import { inWords } from '../../support/in-words.ts';

test.each([
  ['before the seam', 3_998],
  ['on the seam', 3_999],
  ['behind the seam', 4_000],
])('a long text is cut into parts, but no character: one that begins %s', (_, before) => {
  const text = `${'x'.repeat(before)}\u{1f600}${'y'.repeat(5_000)}`;

  const parts = partsOf(text);

  expect(parts.join('')).toBe(text);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(4_000);
  for (const part of parts) expect(whyNotTyped(part)).toBeUndefined();
});

test.each(inWords([undefined, 7, ['x']]))('what is no text cannot be typed: %s', (_, value) => {
  expect(whyNotTyped(value)).toBe('it is not a string');
});
