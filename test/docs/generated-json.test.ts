import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { outputSchema, outputSchemaPath } from './support/output-schema.ts';
import { explanations, explanationsPath } from './support/problem-codes.ts';

test('the command explains every code as the source does (npm run docs:write)', () => {
  expect(readFileSync(explanationsPath, 'utf8')).toBe(explanations());
});

test('the schema of the JSON is that of the types (npm run docs:write)', () => {
  expect(readFileSync(outputSchemaPath, 'utf8')).toBe(outputSchema());
});
