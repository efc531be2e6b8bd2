import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explanations, explanationsPath } from './support/problem-codes.ts';

test('the command explains every code as the source does (npm run docs:write)', () => {
  expect(readFileSync(explanationsPath, 'utf8')).toBe(explanations());
});
